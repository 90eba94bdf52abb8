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

_Range = tuple[float, float]

_NO_VALUES: _Range = (0, 1)

_INFINITE = 1e100  # what is beyond has diverged all the same, and its differences would overflow


class Line(NamedTuple):
    """A curve: `y` over ascending `x`, both of shape (points,).

    `colour` is "#rrggbb" or a name that Rich knows; empty means the foreground, or the chart's own choice.
    """

    name: str
    x: ArrayLike
    y: ArrayLike
    colour: str = ""


class Frame(NamedTuple):
    """How everything but the curves looks.

    `dotted` draws the second and later curves with dots, for screens without colours.
    """

    axis: Style = Style.null()
    cursor: Style = Style.null()
    dotted: bool = False


def line_plot(
    series: Sequence[Line],
    size: tuple[int, int],
    *,
    x_range: _Range,
    log: bool = False,
    cursor: float | None = None,
    frame: Frame = Frame(),  # noqa: B008 - immutable
) -> list[Strip]:
    """The curves drawn into `size` = (columns, rows) cells; the earlier lie above the later.

    Values that are not finite break a curve and are marked with × on the upper edge; on a logarithmic y-axis (`log`)
    values that are not positive are left out. At the `cursor`, an x value, a vertical line and a ● on each curve.
    Without a single value to draw, the axes alone.
    """
    width, height = size
    if width < 8 or height < 3:
        return [Strip.blank(max(0, width))] * max(0, height)
    curves = [_curve(line, width, log) for line in series]
    y_range = _y_range(curves)
    figure = _figure(size, x_range, y_range, log)
    if cursor is not None:
        figure.vertical_line(cursor, color=_CURSOR)
    for place in reversed(range(len(curves))):
        dots = frame.dotted and place > 0
        _draw(figure, curves[place], y_range, "·" if dots else "braille", _FIRST_LINE + place)
    for place in reversed(range(len(curves))):
        _draw_cursor(figure, series[place], cursor, log, _FIRST_LINE + place)
    styles = [frame.axis, frame.cursor, *(Style(color=line.colour or None) for line in series)]
    return [_strip(text, styles, width) for text in figure.build().split("\n")[:height]]


# plotext is given numbers of the 256-colour palette that stand for a part of the picture, not for a colour.
_AXIS, _CURSOR, _FIRST_LINE = 0, 1, 2


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


def _figure(size: tuple[int, int], x_range: _Range, y_range: _Range | None, log: bool) -> Any:
    from plotext._figure import _figure_class  # the public functions share one global figure between all threads

    figure = _figure_class()
    figure._limit_size(False, False)  # of the terminal: the strips go into a widget
    figure.plot_size(*size)
    figure.theme("clear")
    figure.ticks_color(_AXIS)
    figure.xaxes(True, False)
    figure.yaxes(True, False)
    figure.xlim(*x_range)
    figure.ylim(*(y_range or _NO_VALUES))
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


_RUN = re.compile(r"(?:\x1b\[38;5;(\d+)m)?([^\x1b]+)(?:\x1b\[0m)?")


def _strip(text: str, styles: Sequence[Style], width: int) -> Strip:
    segments = []
    for place, run in _RUN.findall(text):
        if place == str(_CURSOR):
            run = run.replace("│", "┊")
        segments.append(Segment(run, styles[int(place)] if place else None))
    return Strip(segments).adjust_cell_length(width)
