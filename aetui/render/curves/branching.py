"""Where runs part: the curve of the run that one branched off from, and what changed at an epoch, marked there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from rich.style import Style

from aetui.render.curves.cells import Sheet
from aetui.render.curves.colouring import Palette
from aetui.render.curves.layers import Area, Line
from aetui.render.curves.time_axis import Clock, Unit
from aetui.render.text import plain

CHANGED, BRANCHED = "▾", "├"
"""Before what was changed after an epoch, and before the name of a run that branches off there."""
_DIM = 0.45
"""How much of the background is in the trunk's colours, beside what is in those of the same curves of the run."""
_FEW = ":"
"""What the trunk is drawn with where colours cannot be dimmer."""
_LEAST = 3
"""Characters that a text has at least; else its sign stands alone."""


class Trunk(NamedTuple):
    """The run that this one branched off from, from there on."""

    name: str
    lines: tuple[Line, ...]
    """As the curves of the run; they begin with the last epoch that both have."""
    places: tuple[int, ...]
    """As `Data.places`."""
    clocks: Mapping[Unit, Clock] = {}

    @property
    def newest(self) -> float:
        """Its last epoch, 0 where it has none."""
        return max((float(np.asarray(line.x)[-1]) for line in self.lines if len(np.asarray(line.x))), default=0.0)


class Mark(NamedTuple):
    """Something that happened after an epoch, in a few words behind its sign."""

    epoch: float
    sign: str
    text: str


def behind(
    trunk: Trunk | None, unit: Unit, named: Sequence[Line], places: Sequence[int], palette: Palette
) -> list[Line]:
    """The trunk's curves as they are drawn: each in the colour of the same curve of the run (`named`, by `places`), but
    dimmer. The first one, that of the foremost, is called by the trunk's name, the others by none."""
    if trunk is None:
        return []
    colours = {place: line.colour for place, line in zip(places, named, strict=False)}
    clock = trunk.clocks.get(unit, Clock())
    lines: list[Line] = []
    pairs = sorted(zip(trunk.places, trunk.lines, strict=True), key=lambda pair: not pair[1].front)
    for place, line in pairs:
        if len(np.asarray(line.x)):
            colour = colours.get(place, "")
            lines.append(
                line._replace(
                    name="" if lines else trunk.name,
                    x=clock.of(line.x),
                    colour=palette.dimmed(colour, _DIM),
                    marker=_FEW if palette.few else "",
                    stroke="soft",
                    front=False,
                )
            )
    return lines


def draw_marks(sheet: Sheet, area: Area, corner: tuple[int, int], marks: Sequence[Mark], style: Style) -> None:
    """Behind the curves, whose upper left cell is `corner` (column, row), a dotted line where something was changed;
    in the line above them what it was, cut where the next one begins, on the left side of its sign where there is
    more room."""
    left, top = corner
    found = sorted((column, mark) for mark in marks if (column := area.column(mark.epoch)) is not None)
    free = 0
    """The first cell that nothing stands in; a text leaves one out."""
    for number, (column, mark) in enumerate(found):
        if mark.sign == CHANGED:
            for row in range(area.rows):
                sheet.put(left + column, top + row, "╎", style)
        if top < 1 or column < free:
            continue
        after = next((other for other, _ in found[number + 1 :] if other > column), area.columns + 1)
        text, sign = plain(mark.text), plain(mark.sign)
        right, before = after - column - 2, column - free - bool(free)
        if len(text) > right and before > max(right, len(text)):
            sheet.put(left + column - len(text), top - 1, text + sign, style)
            free = column + 1
        else:
            shown = plain(text, right) if right >= _LEAST else ""
            sheet.put(left + column, top - 1, sign + shown, style)
            free = column + len(shown) + 1
