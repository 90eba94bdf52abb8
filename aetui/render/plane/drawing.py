"""A map as strips, of which only what has changed is made anew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from aetui.render.plane.dots import Picture
from aetui.render.plane.lines import LEAST_COLUMNS, LEAST_ROWS, Axes, axes, joined, strip
from aetui.render.plane.marked import Over, over
from aetui.render.plane.source import Drawn, Look, Source
from aetui.render.plane.window import Cells, Window
from aetui.render.text import plain

_FEW = 12
"""Lines that are compared cell by cell."""


class Wanted(NamedTuple):
    """What the picture below the marks depends on, beside its source. `size` is in columns and rows."""

    size: tuple[int, int]
    look: Look
    window: Window | None
    """None: the whole."""
    y_ticks: bool = True


class Ground(NamedTuple):
    """What lies below the crosshair and all other marks."""

    cells: Cells
    drawn: Drawn
    axes: Axes


class Drawing:
    """The newest one."""

    def __init__(self) -> None:
        self.strips: list[Strip] = []
        self._made_of: tuple[Source, Wanted] | None = None
        self._ground: Ground | None = None
        self._over: Picture | None = None
        self._of: tuple[tuple[str, ...], Style] | None = None
        """What the rows of `strips` were made of, beside what `_over` holds."""

    def ground(self, source: Source, wanted: Wanted) -> Ground | None:
        """What lies below the marks; None where there is no room for it."""
        if self._made_of is None or self._made_of[0] is not source or self._made_of[1] != wanted:
            self._made_of, self._ground = (source, wanted), made(source, wanted)
        return self._ground

    def nothing(self, columns: int, rows: int) -> list[Strip]:
        """Blank lines."""
        self._over = None
        self.strips = [Strip.blank(columns)] * rows
        return self.strips

    def lines(self, what: Over, axis: Style, head: Sequence[Strip]) -> list[Strip]:
        """The head, a line for each row with what lies over the ground, and the lower axis."""
        ground = self._ground
        assert ground is not None
        fresh = over(ground.drawn.picture, ground.cells, what)
        before = self._over if self._of == (ground.axes.gutter, axis) else None
        rows = len(fresh.chars)
        former = self.strips[-1 - rows : -1]
        same = np.zeros(rows, np.bool_) if before is None else _same_rows(before, fresh)
        owner = joined(fresh)
        strips = [
            former[y] if same[y] else strip(ground.axes.gutter[y], fresh.chars[y], owner[y], fresh.styles, axis)
            for y in range(rows)
        ]
        self._over, self._of = fresh, (ground.axes.gutter, axis)
        self.strips = [*head, *strips, Strip([Segment(ground.axes.bottom, axis)])]
        return self.strips


def made(source: Source, wanted: Wanted) -> Ground | None:
    """A ground; None where there is no room for it."""
    columns, rows = wanted.size
    if columns < LEAST_COLUMNS or rows < LEAST_ROWS:
        return None
    window = wanted.window or source.whole()
    width = len(axes(window, wanted.size, y_ticks=wanted.y_ticks).gutter[0])
    cells = source.fitted(window, columns - width, rows - 1)
    drawn = source.drawn(cells, wanted.look)
    # What is really shown may be another window than the one that was asked for, with numbers of other lengths.
    return Ground(cells, drawn, axes(cells.window, wanted.size, drawn.note, y_ticks=wanted.y_ticks, width=width))


def titled(titles: Sequence[str], width: int, style: Style) -> Strip:
    """The first of the titles that is not too wide, or the last cut."""
    title = next((each for each in titles if len(each) <= width), plain(titles[-1], width))
    return Strip([Segment(title, style)])


def laid(line: Strip, below: Style) -> Strip:
    """A line over the style of what is below it. Blank cells have no need of a colour for text, which would double the
    bytes that they take."""
    blank = Style(bgcolor=below.bgcolor)
    return Strip([_laid(segment, below, blank) for segment in line], line.cell_length)


def _laid(segment: Segment, below: Style, blank: Style) -> Segment:
    style = segment.style or Style.null()
    if segment.text.isspace() and not style.reverse:
        return Segment(segment.text, style if style.bgcolor else blank)
    return Segment(segment.text, below + style)


def differing(before: Sequence[Strip], after: Sequence[Strip]) -> list[tuple[int, int, int]]:
    """Of as many lines as before those that are others: line, and the columns from and to. Where they are many they are
    taken whole: looking at every cell would take longer than it saves."""
    pairs = enumerate(zip(before, after, strict=True))
    others = [(y, old, new) for y, (old, new) in pairs if old is not new and old != new]
    if len(others) > _FEW:
        return [(y, 0, max(old.cell_length, new.cell_length)) for y, old, new in others]
    return [(y, *_columns(_cells(old), _cells(new))) for y, old, new in others]


def _columns(old: list[tuple[str, Style | None]], new: list[tuple[str, Style | None]]) -> tuple[int, int]:
    width = min(len(old), len(new))
    left = next((at for at in range(width) if old[at] != new[at]), width)
    end = next((at for at in range(width - left) if old[-1 - at] != new[-1 - at]), 0)
    return left, max(left + 1, max(len(old), len(new)) - end)


def _cells(line: Strip) -> list[tuple[str, Style | None]]:
    return [(char, segment.style) for segment in line for char in segment.text]


def _same_rows(one: Picture, other: Picture) -> NDArray[np.bool_]:
    """Which rows look alike."""
    if one.chars.shape != other.chars.shape:
        return np.zeros(len(other.chars), np.bool_)
    found: NDArray[np.bool_] = ((one.chars == other.chars) & (_looks(one) == _looks(other))).all(axis=1)
    return found


def _looks(picture: Picture) -> NDArray[np.int64]:
    """A number for the style of each cell."""
    return np.array([*map(hash, picture.styles), hash(Style.null())])[picture.owner]
