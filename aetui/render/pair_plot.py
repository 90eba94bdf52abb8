"""Two curves over the epochs in a few rows of cells: what was, and what became of it."""

from __future__ import annotations

import numpy as np
from textual.content import Content

from aetui.render import numbers, plot
from aetui.render.curves.dots import BLANK, pack
from aetui.render.series import Floats

LEAST = (24, 4)
"""Columns and rows below which there is no plot."""
FAR = 20.0
"""Times the smallest value from which on the axis is logarithmic."""


def pair(
    before: tuple[Floats, Floats], after: tuple[Floats, Floats], size: tuple[int, int], *, blocks: bool = True
) -> list[Content]:
    """Both as (epochs, values), in `size` (columns, rows) with the ends of the axis on the left; where they cross, the
    second is in front. Nothing where there is no room, or no value."""
    values = np.concatenate([before[1], after[1]])
    values = values[np.isfinite(values)]
    if size[0] < LEAST[0] or size[1] < LEAST[1] or not len(values):
        return []
    low, high = float(values.min()), float(values.max())
    labels = numbers.loss(high), numbers.loss(low)
    margin = max(map(len, labels)) + 1
    columns, rows = size[0] - margin, size[1]
    logarithmic = low > 0 and high > FAR * low
    ends = (np.log(low), np.log(high)) if logarithmic else (low, high)
    y_range = (float(ends[0]), float(ends[1]) if ends[1] > ends[0] else float(ends[0]) + 1.0)
    there = [part[0] for part in (before, after) if len(part[0])]
    first, last = min(float(x[0]) for x in there), max(float(x[-1]) for x in there)
    drawn = [
        _cells(x, _scaled(y, logarithmic), (columns, rows), (first, max(last, first + 1)), y_range, blocks)
        for x, y in (before, after)
    ]
    lines = []
    for row in range(rows):
        label = labels[0] if row == 0 else labels[1] if row == rows - 1 else ""
        parts: list[tuple[str, str]] = [(label.rjust(margin - 1) + " ", "$text-muted")]
        for column in range(columns):
            behind, front = drawn[0][row][column], drawn[1][row][column]
            parts.append((front, "$success") if front != " " else (behind, "$warning"))
        lines.append(Content.assemble(*parts))
    return lines


def _scaled(values: Floats, logarithmic: bool) -> Floats:
    known = np.where(np.isfinite(values), values, np.nan)
    return np.log(known) if logarithmic else known


def _cells(
    x: Floats,
    y: Floats,
    size: tuple[int, int],
    x_range: tuple[float, float],
    y_range: tuple[float, float],
    blocks: bool,
) -> list[str]:
    if not len(x):
        return [" " * size[0]] * size[1]
    if not blocks:
        return ["".join("#" if lit else " " for lit in line) for line in plot.places(x, y, size, x_range, y_range)]
    cells = pack(plot.dots(x, y, size, x_range, y_range)).astype(int) + BLANK
    return ["".join(chr(cell) if cell > BLANK else " " for cell in line) for line in cells.tolist()]
