"""What lies over the points: marks of their own, a rectangle, the crosshair."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle
from typing import NamedTuple

import numpy as np
from rich.color import Color
from rich.style import Style

from aetui.render.plane.dots import BLANK, NOBODY, Picture
from aetui.render.plane.window import Cells, Window

_ARMS = ((0, -2, "╶"), (0, -1, "─"), (0, 1, "─"), (0, 2, "╴"), (-1, 0, "│"), (1, 0, "│"))
"""What stands round the crosshair, where nothing else does: rows down, columns right."""
_HERE = "┼"


class Marks(NamedTuple):
    """`points`, each shown by its glyph, one cell wide; glyphs start again where there are fewer."""

    points: tuple[tuple[float, float], ...]
    glyphs: tuple[str, ...]
    style: Style = Style(bold=True)


class Over(NamedTuple):
    """All that lies over a picture."""

    marks: Sequence[Marks] = ()
    rectangle: Window | None = None
    crosshair: tuple[float, float] | None = None
    frame: Style = Style.null()
    """Of the rectangle."""
    cross: Style = Style.null()


def over(picture: Picture, cells: Cells, what: Over) -> Picture:
    """The picture with it; the one that was given is not changed."""
    drawn = _Drawing(picture.copy(), cells)
    if what.rectangle is not None:
        drawn.rectangle(what.rectangle, what.frame)
    for marks in what.marks:
        drawn.marks(marks)
    if what.crosshair is not None:
        drawn.crosshair(what.crosshair, what.cross)
    return drawn.picture


class _Drawing:
    def __init__(self, picture: Picture, cells: Cells) -> None:
        self.picture = picture
        self._cells = cells

    def _style(self, style: Style) -> int:
        styles = (*self.picture.styles, style)
        self.picture = self.picture._replace(styles=styles)
        return len(styles) - 1

    def _put(self, at: tuple[int, int], glyph: str, owner: int) -> None:
        self.picture.chars[at], self.picture.owner[at] = ord(glyph), owner

    def marks(self, marks: Marks) -> None:
        """Later ones lie over earlier ones; what is outside, or not finite, is nowhere."""
        owner = self._style(marks.style)
        for (x, y), glyph in zip(marks.points, cycle(marks.glyphs)):
            if (at := self._cells.at(x, y)) is not None:
                self._put(at, glyph, owner)

    def rectangle(self, window: Window, style: Style) -> None:
        """Its border, round the cells that it covers; what lies outside the window is not drawn."""
        found = span(self._cells, window)
        if found is None:
            return
        top, bottom, left, right = found
        owner = self._style(style)
        whole = self._cells.window
        sides = (
            (window.y1 <= whole.y1, top, range(left, right + 1), "─"),
            (window.y0 >= whole.y0, bottom, range(left, right + 1), "─"),
        )
        for seen, row, along, glyph in sides:
            for column in along if seen else ():
                self._put((row, column), glyph, owner)
        uprights = ((window.x0 >= whole.x0, left), (window.x1 <= whole.x1, right))
        for seen, column in uprights:
            for row in range(top, bottom + 1) if seen else ():
                corner = row in (top, bottom) and (window.y1 <= whole.y1 if row == top else window.y0 >= whole.y0)
                glyphs = ("┌┐" if row == top else "└┘") if corner and top != bottom else "││"
                self._put((row, column), glyphs[column == right], owner)
        if top == bottom and left == right:
            self._put((top, left), "□", owner)

    def crosshair(self, point: tuple[float, float], style: Style) -> None:
        """Reversed what it stands on, with arms over blank cells."""
        at = self._cells.at(*point)
        if at is None:
            return
        rows, columns = self._cells.shape
        arm = self._style(style)
        chars, owner = self.picture.chars, self.picture.owner
        for down, right, glyph in _ARMS:
            cell = at[0] + down, at[1] + right
            if 0 <= cell[0] < rows and 0 <= cell[1] < columns and chars[cell] == BLANK:
                paper = self._paper(cell)
                self._put(cell, glyph, arm if paper is None else self._style(_over(paper)))
        before = int(owner[at])
        glyph = _HERE if chars[at] == BLANK else chr(int(chars[at]))
        own = style if before == NOBODY or self._paper(at) else self.picture.styles[before]
        self._put(at, glyph, self._style(Style(color=own.color) + Style(reverse=True, bold=True)))

    def _paper(self, at: tuple[int, int]) -> Color | None:
        own = int(self.picture.owner[at])
        return None if own == NOBODY else self.picture.styles[own].bgcolor


def _over(paper: Color) -> Style:
    """What is seen on it."""
    red, green, blue = paper.get_truecolor()
    light = 0.299 * red + 0.587 * green + 0.114 * blue > 140
    return Style(color=Color.parse("color(16)" if light else "color(231)"), bgcolor=paper)


def span(cells: Cells, window: Window) -> tuple[int, int, int, int] | None:
    """The first and the last row and column that a rectangle reaches into; None where it is not seen."""
    whole = cells.window
    if window.x1 < whole.x0 or window.x0 > whole.x1 or window.y1 < whole.y0 or window.y0 > whole.y1:
        return None
    rows, columns = cells.shape
    left = int(np.searchsorted(cells.x, window.x0, "right")) - 1
    right = int(np.searchsorted(cells.x, window.x1, "left")) - 1
    below = int(np.searchsorted(cells.y[::-1], window.y0, "right")) - 1
    above = int(np.searchsorted(cells.y[::-1], window.y1, "left")) - 1
    left, right = max(0, min(left, columns - 1)), min(columns - 1, max(left, right, 0))
    bottom, top = rows - 1 - max(0, min(below, rows - 1)), rows - 1 - min(rows - 1, max(above, below, 0))
    return top, bottom, left, right


def covering(cells: Cells, corner: tuple[float, float], other: tuple[float, float]) -> Window:
    """The borders of the cells between two points, both counted in; beyond the cells the points themselves."""
    low, high = np.minimum(corner, other).tolist(), np.maximum(corner, other).tolist()
    first, last = cells.at(*low), cells.at(*high)
    x0, y0 = (float(cells.x[first[1]]), float(cells.y[first[0] + 1])) if first else low
    x1, y1 = (float(cells.x[last[1] + 1]), float(cells.y[last[0]])) if last else high
    return Window(x0, y0, x1, y1)
