"""The one adapter to plotext: curves in braille, with our own ticks, as strips."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from aetui.render.series import Floats, decimate, log_ticks, nice_ticks, tick_labels
from aetui.render.text import plain

_Range = tuple[float, float]

_NO_VALUES: _Range = (0, 1)

_INFINITE = 1e100  # what is beyond has diverged all the same, and its differences would overflow


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


class Band(NamedTuple):
    """A range of the x-axis, and its name."""

    name: str
    start: float
    end: float


class Frame(NamedTuple):
    """How everything but the curves looks."""

    axis: Style = Style.null()
    cursor: Style = Style.null()
    band: Style = Style.null()


def line_plot(
    series: Sequence[Line],
    size: tuple[int, int],
    *,
    x_range: _Range,
    log: bool = False,
    cursor: float | None = None,
    bands: Sequence[Band] = (),
    frame: Frame = Frame(),  # noqa: B008 - immutable
) -> list[Strip]:
    """The curves drawn into `size` = (columns, rows) cells; the earlier lie above the later.

    Values that are not finite break a curve and are marked with × on the upper edge; on a logarithmic y-axis (`log`)
    values that are not positive are left out. At the `cursor`, an x value, a vertical line and a ● on each curve.
    Between two `bands` a dotted line, and their names above the curves where there is room for them. Without a single
    value to draw, the axes alone.
    """
    width, height = size
    if width < 8 or height < 3:
        return [Strip.blank(max(0, width))] * max(0, height)
    curves = [_curve(line, width, log) for line in series]
    y_range = _y_range(curves)
    named = y_range is not None and len(bands) > 1 and height >= _NAMED
    figure = _figure(size, x_range, y_range, log, above=int(named))
    for band in bands[:-1]:
        figure.vertical_line(band.end, color=_BAND)
    if cursor is not None:
        figure.vertical_line(cursor, color=_CURSOR)
    for place in reversed(range(len(curves))):
        _draw(figure, curves[place], y_range, series[place].marker or "braille", _FIRST_LINE + place)
    for place in reversed(range(len(curves))):
        _draw_cursor(figure, series[place], cursor, log, _FIRST_LINE + place)
    styles = [frame.axis, frame.cursor, frame.band, *(Style(color=line.colour or None) for line in series)]
    text = figure.build().split("\n")[:height]
    strips = [_strip(line, styles, width) for line in text]
    return [_names(strips[0], bands, x_range, frame.band), *strips[1:]] if named else strips


# plotext is given numbers of the 256-colour palette that stand for a part of the picture, not for a colour.
_AXIS, _CURSOR, _BAND, _FIRST_LINE = 0, 1, 2, 3

_DOTTED = {str(_CURSOR): "┊", str(_BAND): "╎"}
"""What the lines from top to bottom are drawn with."""

_NAMED, _LEAST_NAME = 6, 3
"""Lines that a plot must have to spare one for the names of bands, and columns that a band must have to be named."""


class _Curve(NamedTuple):
    x: Floats
    y: Floats
    broken: Floats
    """Where a value was not finite."""


def _curve(line: Line, columns: int, log: bool) -> _Curve:
    x, raw = np.asarray(line.x, np.float64), np.asarray(line.y, np.float64)
    x, y = decimate(x, _scaled(raw, log), columns)
    bad = np.asarray(line.x, np.float64)[~_drawable(raw)]
    return _Curve(x, y, decimate(bad, np.zeros(len(bad)), columns)[0])


def _drawable(y: Floats) -> NDArray[np.bool_]:
    return np.abs(y) < _INFINITE


def _scaled(y: Floats, log: bool) -> Floats:
    """What is drawn for `y`: itself or its logarithm to base 10, NaN where there is none."""
    if not log:
        return np.where(_drawable(y), y, np.nan)
    positive = _drawable(y) & (y > 0)
    return np.where(positive, np.log10(np.where(positive, y, 1)), np.nan)


def _y_range(curves: Sequence[_Curve]) -> _Range | None:
    values = np.concatenate([np.empty(0), *(c.y[np.isfinite(c.y)] for c in curves)])
    if not len(values):
        return None
    low, high = float(values.min()), float(values.max())
    if high - low <= 1e-9 * max(abs(low), abs(high)):
        margin = abs(high) / 10 or 0.5
        return low - margin, high + margin
    return low, high


def _figure(size: tuple[int, int], x_range: _Range, y_range: _Range | None, log: bool, above: int) -> Any:
    """An empty chart with its axes; `above` lines at the top stay without curves."""
    from plotext._figure import _figure_class  # the public functions share one global figure between all threads

    figure = _figure_class()
    figure._limit_size(False, False)  # of the terminal: the strips go into a widget
    figure.plot_size(*size)
    figure.theme("clear")
    figure.ticks_color(_AXIS)
    figure.xaxes(True, False)
    figure.yaxes(True, False)
    figure.xlim(*x_range)
    low, high = y_range or _NO_VALUES
    rows = size[1] - 2  # without the x-axis and its labels
    figure.ylim(low, high + above * (high - low) / max(1, rows - above))
    figure.xticks(*_x_ticks(x_range, size[0]))
    figure.yticks(*(_y_ticks(y_range, size[1], log) if y_range else ((), ())))
    # plotext draws no ticks for an axis without data; an invisible point makes an empty chart look like a chart.
    figure.scatter([x_range[0]], [(y_range or _NO_VALUES)[0]], marker=" ")
    return figure


def _x_ticks(x_range: _Range, width: int) -> tuple[list[float], list[str]]:
    ticks = nice_ticks(*x_range, max(2, width // 10), whole=True)
    labels = tick_labels(ticks)
    if x_range[0] not in ticks:  # last, so that plotext leaves it out where it would touch its neighbour
        return [*ticks, x_range[0]], [*labels, *tick_labels([x_range[0]])]
    return ticks, labels


def _y_ticks(y_range: _Range, height: int, log: bool) -> tuple[list[float], list[str]]:
    count = max(3, height // 3)
    if not log:
        ticks = nice_ticks(*y_range, count)
        return ticks, tick_labels(ticks)
    ticks = log_ticks(10 ** y_range[0], 10 ** y_range[1], count)
    return [float(t) for t in np.log10(ticks)], tick_labels(ticks)


def _draw(figure: Any, curve: _Curve, y_range: _Range | None, marker: str, colour: int) -> None:
    gaps = np.flatnonzero(np.isnan(curve.y))
    for x, y in zip(np.split(curve.x, gaps), np.split(curve.y, gaps), strict=True):
        finite = np.isfinite(y)
        if finite.any():
            alone = finite.sum() == 1  # a single braille dot is easily missed
            figure.plot(x[finite].tolist(), y[finite].tolist(), marker="•" if alone else marker, color=colour)
    if len(curve.broken):
        top = [(y_range or _NO_VALUES)[1]] * len(curve.broken)
        figure.scatter(curve.broken.tolist(), top, marker="×", color=colour)


def _draw_cursor(figure: Any, line: Line, cursor: float | None, log: bool, colour: int) -> None:
    if cursor is None:
        return
    y = _scaled(np.asarray(line.y, np.float64), log)[np.asarray(line.x, np.float64) == cursor]
    if len(y) and np.isfinite(y[0]):
        figure.scatter([cursor], [float(y[0])], marker="●", color=colour)


def _names(strip: Strip, bands: Sequence[Band], x_range: _Range, style: Style) -> Strip:
    """The first line of the plot with each band's name, cut to its width."""
    width = strip.cell_length
    axis = re.search("[│┤]", strip.text)
    left = axis.end() if axis else 0
    scale = (width - 1 - left) / (x_range[1] - x_range[0])
    for band in bands:
        ends = (min(max(x, x_range[0]), x_range[1]) for x in (band.start, band.end))
        start, end = (left + round((x - x_range[0]) * scale) for x in ends)
        start += band.start > x_range[0]  # beside the dotted line
        if end - start >= _LEAST_NAME:
            name = Strip([Segment(_cut(plain(band.name), end - start), style)])
            strip = Strip.join([strip.crop(0, start), name, strip.crop(start + name.cell_length, width)])
    return strip.adjust_cell_length(width)


def _cut(name: str, width: int) -> str:
    """At most `width` characters of "layer 12"; its number stays."""
    words, _, number = name.rpartition(" ")
    if len(name) <= width or not words or not number.isdigit() or len(number) + 3 > width:
        return plain(name, width)
    return f"{plain(words, width - len(number) - 1)} {number}"


_RUN = re.compile(r"(?:\x1b\[38;5;(\d+)m)?([^\x1b]+)(?:\x1b\[0m)?")


def _strip(text: str, styles: Sequence[Style], width: int) -> Strip:
    segments = []
    for place, run in _RUN.findall(text):
        if place in _DOTTED:
            run = run.replace("│", _DOTTED[place])
        segments.append(Segment(run, styles[int(place)] if place else None))
    return Strip(segments).adjust_cell_length(width)
