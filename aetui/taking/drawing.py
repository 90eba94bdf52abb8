"""Plots as shapes on a sheet of paper; `formats` makes an SVG or a PNG of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

import numpy as np

from aetui.render.curves.scale import ticks_between
from aetui.render.scatter import class_colours
from aetui.render.series import Floats, decimate, nice_ticks, tick_labels
from aetui.render.text import plain
from aetui.taking.taken import Plot, Series

WIDTH, HEIGHT = 620, 400
"""Of a plot in px, the names of its series beside it not counted."""
LEFT, RIGHT, TOP, BOTTOM = 76, 16, 36, 48
NAMES = 170
"""Px for the names of series."""
TEXT, INK, FAINT, GRID = 13, "#303030", "#7a7a7a", "#e4e4e4"
CURVES = ("#8fb3d9", "#c2410c", "#15803d", "#7e22ce", "#0e7490", "#a16207", "#be185d", "#4d7c0f")
"""Training pale, validation strong, then the terms."""
LONGEST = 22
"""Characters of a series' name."""


class Point(NamedTuple):
    """In px, from the upper left corner."""

    x: float
    y: float


class Stroke(NamedTuple):
    """A line through all the points."""

    points: Sequence[Point]
    colour: str
    width: float = 1.0


class Dots(NamedTuple):
    """A small disc at each point."""

    points: Sequence[Point]
    colour: str
    radius: float = 2.0


class Words(NamedTuple):
    """A line of text; `at` is its baseline's beginning, middle or end."""

    at: Point
    text: str
    anchor: Literal["start", "middle", "end"] = "start"
    colour: str = INK
    size: int = TEXT


Shape = Stroke | Dots | Words


class Sheet(NamedTuple):
    """What lies on white paper of so many px."""

    width: int
    height: int
    shapes: tuple[Shape, ...]


def sheet(plots: Sequence[Plot]) -> Sheet:
    """The plots side by side."""
    shapes: list[Shape] = []
    left = 0
    for plot in plots:
        shapes += _plot(plot, left)
        left += WIDTH + NAMES * _named(plot)
    return Sheet(left, HEIGHT, tuple(shapes))


def _named(plot: Plot) -> bool:
    return len(plot.series) > 1 or (len(plot.series) == 1 and plot.series[0].name not in ("", plot.y_label))


class _Axis(NamedTuple):
    """From values, their logarithms if so, to px."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def at(self, values: Floats) -> Floats:
        """In px; NaN where there is no place for a value."""
        with np.errstate(divide="ignore", invalid="ignore"):
            scaled = np.log10(values) if self.log else values
        share = (np.where(np.isfinite(scaled), scaled, np.nan) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self, count: int) -> list[tuple[float, str]]:
        """Where round values lie, and what they are called."""
        if self.log:
            powers = ticks_between(self.low, self.high, 2 * count, log=True)
            found = [float(f"{10.0**power:.6g}") for power in powers if self.low <= power <= self.high]
        else:
            found = nice_ticks(self.low, self.high, count)
        return list(zip(self.at(np.asarray(found, np.float64)).tolist(), tick_labels(found), strict=True))


def _axis(values: Sequence[Floats], start: float, end: float, *, log: bool = False, margin: float = 0.0) -> _Axis:
    every = np.concatenate([*values, np.empty(0)])
    every = every[np.isfinite(every)]
    if log:
        every = np.log10(every[every > 0])
    low, high = (float(every.min()), float(every.max())) if len(every) else (0.0, 1.0)
    room = margin * (high - low) if high > low else 0.5 * (abs(low) or 1.0)
    return _Axis(low - room, high + room, start, end, log)


def _plot(plot: Plot, left: int) -> Iterator[Shape]:
    data = [(np.asarray(one.x, np.float64), np.asarray(one.y, np.float64)) for one in plot.series]
    cloud = any(one.look == "points" for one in plot.series)
    across = _axis([x for x, _ in data], left + LEFT, left + WIDTH - RIGHT, margin=0.03 * cloud)
    up = _axis([y for _, y in data], HEIGHT - BOTTOM, TOP, log=plot.log, margin=0.04)
    yield from _frame(plot, across, up)
    if plot.cursor is not None and across.low <= plot.cursor <= across.high:
        x = float(across.at(np.asarray([plot.cursor]))[0])
        yield Stroke([Point(x, TOP), Point(x, HEIGHT - BOTTOM)], FAINT)
    colours = class_colours(len(data), dark=False) if cloud else CURVES
    for place, (series, (xs, ys)) in enumerate(zip(plot.series, data, strict=True)):
        number = place if series.place < 0 else series.place
        colour = FAINT if series.look == "thin" else colours[number % len(colours)]
        yield from _series(series, across.at(xs), up.at(ys), colour)
        if _named(plot):
            yield from _name(series, Point(left + WIDTH, TOP + 12 + 20 * place), colour)


def _series(series: Series, x: Floats, y: Floats, colour: str) -> Iterator[Shape]:
    if series.look == "points":
        yield Dots(_points(x, y), colour)
        return
    x, y = decimate(x, y, WIDTH)
    width = 1.0 if series.look == "thin" else 2.0
    breaks = np.flatnonzero(~np.isfinite(y))
    for start, end in zip([0, *(breaks + 1)], [*breaks, len(y)], strict=True):
        points = _points(x[start:end], y[start:end])
        if len(points) == 1:
            yield Dots(points, colour, width)
        elif points:
            yield Stroke(points, colour, width)


def _points(x: Floats, y: Floats) -> list[Point]:
    there = np.isfinite(x) & np.isfinite(y)
    return [Point(round(a, 2), round(b, 2)) for a, b in zip(x[there].tolist(), y[there].tolist(), strict=True)]


def _frame(plot: Plot, across: _Axis, up: _Axis) -> Iterator[Shape]:
    bottom, middle = HEIGHT - BOTTOM, (across.start + across.end) / 2
    for y, label in up.ticks(6):
        yield Stroke([Point(across.start, y), Point(across.end, y)], GRID)
        yield Words(Point(across.start - 8, y + 4), label, "end", FAINT)
    for x, label in across.ticks(7):
        yield Stroke([Point(x, bottom), Point(x, bottom + 5)], FAINT)
        yield Words(Point(x, bottom + 20), label, "middle", FAINT)
    yield Stroke([Point(across.start, TOP), Point(across.start, bottom), Point(across.end, bottom)], FAINT)
    log = " (logarithmic)" if plot.log else ""
    yield Words(Point(across.start, TOP - 14), plain(plot.title) + log)
    if plot.x_label:
        yield Words(Point(middle, bottom + 40), plain(plot.x_label), "middle")


def _name(series: Series, at: Point, colour: str) -> Iterator[Shape]:
    if series.look == "points":
        yield Dots([Point(at.x + 8, at.y - 4)], colour, 4.0)
    else:
        yield Stroke([Point(at.x, at.y - 4), Point(at.x + 18, at.y - 4)], colour, 2.0)
    yield Words(Point(at.x + 26, at.y), plain(series.name, LONGEST))
