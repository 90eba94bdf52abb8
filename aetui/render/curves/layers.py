"""What a chart is made of, and each of it as dots."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aetui.render import plot
from aetui.render.curves.dots import Dots, halftone, thickened
from aetui.render.curves.scale import Scale, drawable
from aetui.render.plot import Range
from aetui.render.series import Floats, decimate

Stroke = Literal["thick", "thin", "soft", "faint"]
"""Two dots, one, one that gives way to whatever else is in its cells; and such a one to which the loss axis need not
reach."""


class Line(NamedTuple):
    """A curve: `y` over ascending `x`, both of shape (points,).

    `colour` is "#rrggbb" or a name that Rich knows; empty means the foreground, or the chart's own choice. `marker` is
    what it is drawn with: one character for curves that colour alone does not tell apart; empty means a line.
    """

    name: str
    x: ArrayLike
    y: ArrayLike
    colour: str = ""
    marker: str = ""
    stroke: Stroke = "thick"
    front: bool = True
    """Whether it lies before those that do not, which are drawn dimmer."""
    dash: tuple[int, ...] = ()
    """As `aetui.render.curves.dots.dashed`."""


class Steps(NamedTuple):
    """The training loss of the steps: lowest, highest and mean between each place and the one before; (points,)."""

    x: Floats
    low: Floats
    high: Floats
    mean: Floats


class Band(NamedTuple):
    """A range of the x-axis, and its name."""

    name: str
    start: float
    end: float


class Level(NamedTuple):
    """A figure that is the same all along, from `start` on: what a baseline reaches."""

    name: str
    value: float
    beside: str = ""
    """The curve that it is compared with."""
    start: float = 0.0


class Area(NamedTuple):
    """Where curves are drawn: cells, and what lies at the edges."""

    columns: int
    rows: int
    x_range: Range
    scale: Scale

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows."""
        return self.columns, self.rows

    @property
    def y_range(self) -> Range:
        """What is drawn at the lower and the upper edge."""
        return self.scale.low, self.scale.high

    def dot_column(self, x: ArrayLike) -> NDArray[np.int64]:
        """Which column of dots a place has, 0 the first; it may lie outside."""
        start, end = self.x_range
        share = (np.asarray(x, np.float64) - start) / (end - start)
        return np.floor(0.5 + (2 * self.columns - 1) * share).astype(np.int64)

    def column(self, x: float) -> int | None:
        """Which column of cells a place has; None outside."""
        found = int(self.dot_column(x)) // 2
        return found if self.x_range[0] <= x <= self.x_range[1] else None

    def dot_row(self, drawn: Floats) -> NDArray[np.int64]:
        """Which row of dots, 0 the upper one, a place of the scale has; it may lie outside."""
        share = (drawn - self.scale.low) / (self.scale.high - self.scale.low)
        return 4 * self.rows - 1 - np.floor(0.5 + (4 * self.rows - 1) * share).astype(np.int64)


def visible(line: Line, x_range: Range, columns: int) -> tuple[Floats, Floats]:
    """Few enough points of a curve for so many columns of cells; the neighbours of the range come along."""
    x, y = np.asarray(line.x, np.float64), np.asarray(line.y, np.float64)
    start, end = x_range
    first, last = max(0, int(x.searchsorted(start)) - 1), int(x.searchsorted(end, "right")) + 1
    x, y = x[first:last], y[first:last]
    if not len(x):
        return x, y
    share = min(1.0, (x[-1] - x[0]) / (end - start))
    y = np.where(drawable(y), y, np.nan)
    few_x, few_y = decimate(x, y, max(1, round(2 * columns * share)))
    if few_x[-1] != x[-1]:  # a curve ends at its newest value
        few_x, few_y = np.append(few_x, x[-1]), np.append(few_y, y[-1])
    return few_x, few_y


def stroke(area: Area, x: Floats, y: Floats, how: Stroke) -> Dots:
    """The points of a curve joined; what lies beyond an edge is drawn at the edge.

    With more points than cells the curve takes the shortest way through what each cell has, and every column of dots
    is lit from its lowest to its highest: to walk up and down through each of them takes the longer the more noise
    there is.
    """
    x, y = _cut(x, area.scale.of(y), area.x_range)
    dense = np.isfinite(y).sum() > area.columns
    drawn = plot.dots(*(_shortest(area, x, y) if dense else (x, y)), area.size, area.x_range, area.y_range)
    if dense:
        drawn |= _spans(area, x, y)
    return thickened(drawn) if how == "thick" else drawn


def _spans(area: Area, x: Floats, y: Floats) -> Dots:
    """The dots of each column from the lowest to the highest value in it, and on to those of the column before."""
    rows, there = 4 * area.rows, np.isfinite(y)
    every = area.dot_column(x)
    column, row = every[there], area.dot_row(y[there])
    lowest, highest = np.full(2 * area.columns, -1), np.full(2 * area.columns, rows)
    np.maximum.at(lowest, column, row)
    np.minimum.at(highest, column, row)
    filled = np.unique(column)
    gaps = every[~there].searchsorted(filled)
    joined = filled[1:][gaps[1:] == gaps[:-1]]
    before = filled[:-1][gaps[1:] == gaps[:-1]]
    top, bottom = np.minimum(highest[joined], lowest[before] + 1), np.maximum(lowest[joined], highest[before] - 1)
    highest[joined], lowest[joined] = top, bottom
    line = np.arange(rows)[:, None]
    return (line >= highest) & (line <= lowest)


def _shortest(area: Area, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """One point for each cell that has any, as near to the one before as its values allow; and a gap where one has."""
    cell, there = area.dot_column(x) // 2, np.isfinite(y)
    low, high = np.full(area.columns, np.inf), np.full(area.columns, -np.inf)
    np.minimum.at(low, cell[there], y[there])
    np.maximum.at(high, cell[there], y[there])
    filled, torn = np.unique(cell[there]), np.unique(cell[~there])
    count, total = (np.bincount(cell[there], weights, area.columns)[filled] for weights in (None, x[there]))
    at, path = float(y[there][0]), []
    for bottom, top in zip(low[filled].tolist(), high[filled].tolist(), strict=True):
        at = min(max(at, bottom), top)
        path.append(at)
    places = np.concatenate([total / count, x[~there][np.searchsorted(cell[~there], torn)]])
    values = np.concatenate([path, np.full(len(torn), np.nan)])
    order = np.argsort(places, kind="stable")
    return places[order], values[order]


def places(area: Area, x: Floats, y: Floats) -> NDArray[np.bool_]:
    """As `stroke`, in whole cells."""
    return plot.places(*_cut(x, area.scale.of(y), area.x_range), area.size, area.x_range, area.y_range)


def lone(y: Floats) -> NDArray[np.bool_]:
    """Points without a neighbour to be joined to."""
    there = np.concatenate([[False], np.isfinite(y), [False]])
    return there[1:-1] & ~there[:-2] & ~there[2:]


def band(area: Area, steps: Steps) -> Dots:
    """From the lowest to the highest of all steps that fall into a column of dots."""
    columns = np.arange(2 * area.columns)
    ends = area.dot_column(steps.x)
    first = ends.searchsorted(columns)  # a point stands for all since the one before it
    last = np.maximum(ends.searchsorted(columns, "right"), first + 1)
    pairs = np.stack([first, last], axis=1).reshape(-1).clip(0, len(ends))
    low, high = (
        np.append(np.where(drawable(side), side, edge), edge)
        for side, edge in ((steps.low, np.inf), (steps.high, -np.inf))
    )
    lowest, highest = np.minimum.reduceat(low, pairs)[::2], np.maximum.reduceat(high, pairs)[::2]
    bottom, top = area.scale.of(lowest), area.scale.of(highest)
    there = ~np.isnan(top)
    bottom = np.where(np.isnan(bottom), area.scale.low, bottom)  # a logarithm that does not exist lies far below
    rows = 4 * area.rows
    lower, upper = (area.dot_row(np.where(there, side, area.scale.low)).clip(0, rows - 1) for side in (bottom, top))
    return halftone(np.where(there, lower, -1), np.where(there, upper, rows), rows)


def depths(front: Dots, levels: int) -> NDArray[np.int64]:
    """How deep cells lie below a curve: 1 from the cell on that is mostly below it, up to `levels`; 0 above it, and
    where it is not."""
    rows, columns = front.shape[0] // 4, front.shape[1] // 2
    pairs: NDArray[np.bool_] = np.asarray(front.reshape(4 * rows, columns, 2).any(axis=2))
    lowest = np.where(pairs.any(axis=0), 4 * rows - 1 - pairs[::-1].argmax(axis=0), 4 * rows)
    first: NDArray[np.int64] = np.asarray((lowest + 2) // 4, np.int64)
    return np.clip(np.arange(rows)[:, None] - first[None, :] + 1, 0, levels)


def _cut(x: Floats, y: Floats, x_range: Range) -> tuple[Floats, Floats]:
    """The curve within the range; where it comes in and goes out, at the edge."""
    start, end = x_range
    for edge, outside in ((start, x < start), (end, x > end)):
        for place in np.flatnonzero(outside).tolist():
            inner = place + 1 if edge == start else place - 1
            if 0 <= inner < len(x) and x[inner] != x[place]:
                share = (edge - x[place]) / (x[inner] - x[place])
                x, y = x.copy(), y.copy()
                x[place], y[place] = edge, y[place] + share * (y[inner] - y[place])
    inside = (x >= start) & (x <= end)
    return x[inside], y[inside]
