"""The ladder of cells: how many pixels one cell of the terminal can show, from none to eight. Imports nothing heavy."""

from __future__ import annotations

from typing import NamedTuple


class CellKind(NamedTuple):
    """A rung: a cell holds `across` × `down` pixels of at most two colours, or one grey of a ramp."""

    key: str
    label: str
    across: int
    down: int
    glyphs: str
    """By pattern: bit 0 is the pixel at the top left, the next ones go row by row; for a ramp from dark to bright."""
    ramp: bool = False

    @property
    def pixels(self) -> int:
        """In one cell."""
        return self.across * self.down


def _sextants() -> str:
    """Patterns 0x15 and 0x2A are half blocks; the others stand in order from U+1FB00 on."""
    older = {0: " ", 0x15: "▌", 0x2A: "▐", 0x3F: "█"}
    return _filled(64, older, 0x1FB00)


def _octants() -> str:
    """Unicode 16 has 230 in order from U+1CD00 on; 26 patterns are older characters."""
    older = {
        0x00: " ", 0x05: "▘", 0x0A: "▝", 0x0F: "▀", 0x50: "▖", 0x55: "▌", 0x5A: "▞", 0x5F: "▛",
        0xA0: "▗", 0xA5: "▚", 0xAA: "▐", 0xAF: "▜", 0xF0: "▄", 0xF5: "▙", 0xFA: "▟", 0xFF: "█",
        0xC0: "▂", 0xFC: "▆", 0x03: "\U0001fb82", 0x3F: "\U0001fb85", 0x14: "\U0001fbe6", 0x28: "\U0001fbe7",
        0x01: "\U0001cea8", 0x02: "\U0001ceab", 0x40: "\U0001cea3", 0x80: "\U0001cea0",
    }  # fmt: skip
    return _filled(256, older, 0x1CD00)


def _filled(patterns: int, older: dict[int, str], first: int) -> str:
    others = iter(range(first, first + patterns))
    return "".join(older[pattern] if pattern in older else chr(next(others)) for pattern in range(patterns))


HALF = CellKind("half", "half-blocks", 1, 2, " ▀▄█")
QUADRANT = CellKind("quadrant", "quadrants", 2, 2, " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█")
SEXTANT = CellKind("sextant", "sextants", 2, 3, _sextants())
OCTANT = CellKind("octant", "octants", 2, 4, _octants())
SHADE = CellKind("shade", "greys by shading", 1, 2, " ░▒▓█", ramp=True)
# Sixteen characters whose ink in DejaVu Sans Mono grows in even steps.
ASCII = CellKind("ascii", "ASCII", 1, 2, " `'~;*=cxI5PmgB@", ramp=True)

FLAT = CellKind("flat", "cells of one colour", 1, 1, " ")
"""For terminals that have colours and no characters but ASCII."""

RUNGS = {kind.key: kind for kind in (HALF, QUADRANT, SEXTANT, OCTANT, SHADE, ASCII)}

AUTO = "auto"
CHOICES = (AUTO, *RUNGS)
"""What can be asked for, in the order in which a key goes through it."""


def chosen(asked: str, *, exact: bool, colours: bool) -> CellKind:
    """The rung for pictures that are `exact` in half-blocks, or smaller than they are, on a terminal with `colours`.

    What is exact stays in half-blocks, unless a ramp is asked for: no rung shows more. Below that quadrants are taken,
    which every font has; sextants and octants only when `asked` for.
    """
    wanted = FLAT if asked == FLAT.key else RUNGS.get(asked)
    if wanted is not None and (wanted.ramp or wanted is FLAT):
        return wanted
    if not colours:
        return SHADE
    return HALF if exact else wanted or QUADRANT


def possible(asked: str, characters: str, *, colours: bool) -> str:
    """What is asked for, or what comes next to it on a terminal with `characters` (`aetui.terminal.abilities`)."""
    if characters == "unicode" or (asked in RUNGS and RUNGS[asked].ramp):
        return asked
    return FLAT.key if characters == "ascii" and colours else HALF.key


def following(asked: str) -> str:
    """The next choice; from the last on to the first."""
    return CHOICES[(CHOICES.index(asked) + 1) % len(CHOICES)]


def words(asked: str) -> str:
    """The choice as people are told it."""
    if asked == AUTO:
        return "half-blocks, quadrants where pictures are smaller than they are"
    kind = RUNGS[asked]
    if kind.ramp or kind is HALF:
        return f"{kind.label} at every size"
    font = ", if the font has them" if kind in (SEXTANT, OCTANT) else ""
    return f"{kind.label} where pictures are smaller than they are{font}"
