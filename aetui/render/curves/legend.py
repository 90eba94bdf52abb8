"""The line above a chart: which curve is which, what they say at an epoch, and how the axes are meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from aetui.render import numbers
from aetui.render.curves.layers import Level, Line
from aetui.render.text import plain


class Told(NamedTuple):
    """What the line says."""

    lines: Sequence[Line]
    """In the order in which they are named."""
    epoch: float
    """Whose values are given, on the x-axis of the lines; nan where they have none there."""
    number: str
    """The same as people call it."""
    best: tuple[float, str] | None = None
    """The lowest validation loss, and the epoch that has it."""
    level: Level | None = None
    compared: float | None = None
    """What is compared with the level."""
    modes: Sequence[str] = ()
    """How the axes are to be read, where that is not as usual."""


class Inks(NamedTuple):
    """Styles of the parts that are no curves."""

    quiet: Style = Style.null()
    star: Style = Style.null()
    level: Style = Style.null()


class _Amount(NamedTuple):
    """How much is said."""

    names: bool = True
    values: bool = True
    best: int = 2
    level: int = 2
    epoch: bool = True
    gap: str = "  "


_AMOUNTS = (
    _Amount(),
    _Amount(epoch=False),
    _Amount(epoch=False, level=1),
    _Amount(names=False, epoch=False, level=1, gap=" "),
    _Amount(names=False, epoch=False, best=1, level=1, gap=" "),
    _Amount(names=False, epoch=False, best=1, level=0, gap=" "),
    _Amount(names=False, epoch=False, best=0, level=0, gap=" "),
    _Amount(names=False, values=False, epoch=False, best=0, level=0, gap=" "),
)


def title(told: Told, width: int, inks: Inks = Inks()) -> Strip:  # noqa: B008 - immutable
    """As much of it as `width` cells have room for, the modes at the right end first."""
    mark = f"  {' · '.join(told.modes)}" if told.modes else ""
    room = max(0, width - len(mark))
    choice = (Strip(_entries(told, amount, inks)) for amount in _AMOUNTS)
    found = next((strip for strip in choice if strip.cell_length <= room), None)
    if found is None:
        found = Strip(_entries(told, _AMOUNTS[-1], inks))
    if mark:
        found = Strip.join([found.adjust_cell_length(room), Strip([Segment(mark, inks.quiet)])])
    return found.crop(0, width)


def _entries(told: Told, amount: _Amount, inks: Inks) -> list[Segment]:
    names = [plain(line.name) for line in told.lines]
    entries = [
        (
            sample(line),
            Style(color=line.colour or None),
            name if amount.names else _short(name),
            _value(line, told.epoch),
        )
        for line, name in zip(told.lines, names, strict=True)
    ]
    texts = [(mark, style, f"{name} {value}" if amount.values else name) for mark, style, name, value in entries]
    if told.best is not None and amount.best:
        value, epoch = told.best
        texts.append(("★", inks.star, f"best {numbers.loss(value)}" + (f" @ {epoch}" if amount.best > 1 else "")))
    if told.level is not None and amount.level:
        texts.append(("╌╌", inks.level, _beaten(told, amount.level > 1)))
    segments: list[Segment] = []
    for mark, style, text in texts:
        segments += [Segment(amount.gap * bool(segments) + mark, style), Segment(f" {text}")]
    if amount.epoch and told.number:
        segments.append(Segment(f"  epoch {told.number}", inks.quiet))
    return segments


def _beaten(told: Told, gap: bool) -> str:
    """The baseline and its figure, and by how much a curve is above it (+) or below."""
    assert told.level is not None
    text = f"{plain(told.level.name)} {numbers.loss(told.level.value)}"
    if not gap or told.compared is None or not np.isfinite(told.compared):
        return text
    return f"{text}, gap {told.compared - told.level.value:+.2g}"


def sample(line: Line) -> str:
    """Two cells of a curve."""
    return line.marker * 2 or ("━━" if line.stroke == "thick" else "──")


def value(line: Line, x: float) -> float | None:
    """What a curve has at `x`; None where it has no point."""
    places = np.asarray(line.x, np.float64)
    at = int(places.searchsorted(x))
    return float(np.asarray(line.y, np.float64)[at]) if at < len(places) and places[at] == x else None


def _value(line: Line, x: float) -> str:
    found = value(line, x)
    return numbers.UNKNOWN if found is None else numbers.loss(found)


def _short(name: str) -> str:
    """ "train" and "valid", and of a loss term the term and the initial of the part: "recon v"."""
    first, *rest = name.split()
    return " ".join([first if len(first) <= 6 else first[:5], *(word[:1] for word in rest)])
