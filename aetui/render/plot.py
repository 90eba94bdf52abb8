"""The one adapter to plotext: a curve on a canvas of its own."""

from __future__ import annotations

import re
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from aetui.render.curves.dots import BLANK, Dots, unpack
from aetui.render.series import Floats

Range = tuple[float, float]

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def dots(x: Floats, y: Floats, size: tuple[int, int], x_range: Range, y_range: Range) -> Dots:
    """The line through the points in `size` = (columns, rows) cells of braille; a NaN in `y` breaks it.

    The ends of the ranges lie on the outermost dots. No point may lie far outside: the way there is walked dot by dot.
    """
    cells = _cells(x, y, size, x_range, y_range, "braille")
    return unpack(np.where(cells >= BLANK, cells - BLANK, 0).astype(np.uint8))


def places(x: Floats, y: Floats, size: tuple[int, int], x_range: Range, y_range: Range) -> NDArray[np.bool_]:
    """As `dots`, of whole cells: where a line drawn with one character would have it, shape (rows, columns)."""
    return _cells(x, y, size, x_range, y_range, "#") == ord("#")


def _cells(
    x: Floats, y: Floats, size: tuple[int, int], x_range: Range, y_range: Range, marker: Literal["braille", "#"]
) -> NDArray[np.int64]:
    """The characters of the canvas by number."""
    figure = _figure(size, x_range, y_range)
    gaps = np.flatnonzero(np.isnan(y))
    for part_x, part_y in zip(np.split(x, gaps), np.split(y, gaps), strict=True):
        there = ~np.isnan(part_y)
        if there.any():
            figure.plot(part_x[there].tolist(), part_y[there].tolist(), marker=marker)
    columns, rows = size
    lines = _COLOURS.sub("", figure.build()).split("\n")[:rows]
    text = "".join(line.ljust(columns)[:columns] for line in lines).ljust(rows * columns)
    return np.frombuffer(text.encode("utf-32-le"), "<u4").reshape(rows, columns).astype(np.int64)


def _figure(size: tuple[int, int], x_range: Range, y_range: Range) -> Any:
    """A canvas without anything round it."""
    from plotext._figure import _figure_class  # the public functions share one global figure between all threads

    figure = _figure_class()
    figure._limit_size(False, False)  # of the terminal: the cells go into a widget
    figure.plot_size(*size)
    figure.theme("clear")
    figure.xaxes(False, False)
    figure.yaxes(False, False)
    figure.xticks([], [])
    figure.yticks([], [])
    figure.xlim(*x_range)
    figure.ylim(*y_range)
    return figure
