"""A picture of the plane as strips, with its axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from aetui.render.plane.dots import BLANK, NOBODY, Ints, Picture
from aetui.render.plane.window import Window
from aetui.render.series import nice_ticks, tick_labels

LEAST_COLUMNS, LEAST_ROWS = 8, 3
"""Cells that a plane with its axes needs."""
TICKED = 24
"""Columns from which the vertical axis has numbers."""


class Axes(NamedTuple):
    """What stands left of each row, and the last line of all."""

    gutter: tuple[str, ...]
    bottom: str


def gutter(window: Window, rows: int, *, ticks: bool = True, width: int | None = None) -> tuple[str, ...]:
    """The vertical axis, a piece for each row, with its numbers, but for those that do not fit into a `width` that is
    given."""
    values = nice_ticks(window.y0, window.y1, max(2, rows // 4)) if ticks else []
    labels = tick_labels(values)
    room = max((len(label) for label in labels), default=0) if width is None else width - 1
    lines = [" " * room + "│"] * rows
    for value, label in zip(values, labels, strict=True):
        if len(label) <= room:
            place = int((window.y1 - value) / window.height * rows)
            lines[max(0, min(rows - 1, place))] = label.rjust(room) + "┤"
    return tuple(lines)


def bottom(window: Window, columns: int, note: str = "") -> str:
    """The horizontal axis with its numbers in it, each centred where it belongs, and the note at its end."""
    note = f" {note}"[:columns] if note else ""
    end = columns - len(note)
    line = "─" * end + note
    values = nice_ticks(window.x0, window.x1, max(2, columns // 12))
    for value, label in zip(values, tick_labels(values), strict=True):
        text = f" {label} "
        start = int((value - window.x0) / window.width * columns) - len(text) // 2
        if start >= 0 and start + len(text) <= end and line[start : start + len(text)].strip("─") == "":
            line = line[:start] + text + line[start + len(text) :]
    return line


def axes(
    window: Window, size: tuple[int, int], note: str = "", *, y_ticks: bool = True, width: int | None = None
) -> Axes:
    """Of a plane that takes `size` = (columns, rows) with them; the vertical one takes `width` columns if given."""
    left = gutter(window, size[1] - 1, ticks=y_ticks and size[0] >= TICKED, width=width)
    taken = len(left[0])
    return Axes(left, "└".rjust(taken) + bottom(window, size[0] - taken, note))


def strip(start: str, chars: Ints, owner: Ints, styles: Sequence[Style], axis: Style) -> Strip:
    """One row: `start` in the style of the axis, then runs of cells of one style."""
    text = chars.astype("<u4").tobytes().decode("utf-32-le")
    starts = [0, *(np.flatnonzero(np.diff(owner)) + 1).tolist()]
    runs = zip(starts, [*starts[1:], len(text)], owner[starts].tolist(), strict=True)
    segments = [Segment(text[a:b], Style.null() if own == NOBODY else styles[own]) for a, b, own in runs]
    return Strip([Segment(start, axis), *segments], len(start) + len(text))


def joined(picture: Picture) -> Ints:
    """Whose cells are, with blank ones given to what is left of them: a change of colour costs bytes, and blanks show
    none. What has a colour behind it gives none away."""
    plain = np.array([not (style.reverse or style.bgcolor) for style in picture.styles] + [True])  # the last: nobody's
    free = (picture.chars == BLANK) & plain[picture.owner]
    source = np.maximum.accumulate(np.where(free, 0, np.arange(free.shape[1])), axis=1)
    before = np.take_along_axis(picture.owner, source, axis=1)
    return np.where(free, np.where(plain[before], before, NOBODY), picture.owner)
