"""A window of a series and what the model makes of it, channel by channel, as lines."""

from __future__ import annotations

import numpy as np
from textual.content import Content

from aetui.panels.items import Items, Shown
from aetui.panels.table import View
from aetui.render import plot
from aetui.render.curves.dots import BLANK, pack
from aetui.render.series import Floats

LOW, HIGH = 4, 12
"""Rows of a channel's lines, at least and at most."""
STYLES = ("$text-muted", "$primary")
"""Of what was to be answered, and of the answer, which lies over it."""


def lines_of(target: Floats, output: Floats, known: Floats, size: tuple[int, int]) -> list[Content]:
    """Both over time in so many columns and rows of braille; cells of the answer have its colour, others that of the
    target, of which gaps stay empty."""
    columns, rows = size
    there = np.where(known > 0, target, np.nan)
    every = np.concatenate([there[~np.isnan(there)], output])
    low, high = float(every.min()), float(every.max())
    high = high if high > low else low + 1.0
    x, span = np.arange(len(target), dtype=np.float64), (0.0, float(max(1, len(target) - 1)))
    below = plot.dots(x, there, size, span, (low, high))
    above = plot.dots(x, output.astype(np.float64), size, span, (low, high))
    cells, ours = pack(below | above), pack(above) > 0
    lines = []
    for row in range(rows):
        text = "".join(map(chr, (cells[row].astype(int) + BLANK).tolist()))
        parts = [(text[column], STYLES[int(ours[row, column])]) for column in range(columns)]
        lines.append(Content.assemble(*parts))
    return lines


class Curves(Items):
    """The curves panel."""

    key = "curves"

    def lines(self, view: View, found: Shown, item: int, size: tuple[int, int]) -> list[Content]:
        """The channels below each other, their range and both lines, as high as has room; the rest by scrolling."""
        del view
        columns = max(10, size[0])
        rows = min(HIGH, max(LOW, size[1] // len(found.names) - 1))
        targets, outputs = found.values(found.targets[item]), found.values(found.outputs[item])
        lines = []
        for place, name in enumerate(found.names):
            target, output, known = targets[:, place], outputs[:, place], found.known[item, :, place]
            seen = target[known]
            off = float(np.sqrt(np.square(output - target)[known].mean())) if seen.size else float("nan")
            spread = f"{seen.min():.4g} to {seen.max():.4g}" if seen.size else "missing"
            told = ((name, "bold"), f"  input {spread}", (f"  output, off by {off:.3g}", STYLES[1]))
            lines.append(Content.assemble(*told).truncate(columns, ellipsis=True))
            lines += lines_of(target, output, known.astype(np.float64), (columns, rows))
        return lines
