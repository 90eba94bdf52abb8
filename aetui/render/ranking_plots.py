"""How well scores tell known anomalies from normal items: the ROC curve and precision over recall, in a few cells."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from textual.content import Content

from aetui.render import plot
from aetui.render.bars import MUTED
from aetui.render.curves.dots import BLANK, pack
from aetui.render.series import Floats, decimate

LEAST = (12, 5)
"""Columns and rows of a plot, with its heading, below which there is none."""
UNIT = (0.0, 1.0)
POINT, ASCII_POINT = "●", "@"


class Ranking(NamedTuple):
    """Both curves, from the highest score down: a point for each threshold, (k,)."""

    thresholds: Floats
    false_positive: Floats
    """Share of normal items above the threshold or at it."""
    recall: Floats
    """Share of anomalies above it or at it: of both curves."""
    precision: Floats
    """Share of anomalies among all items there."""

    def at(self, threshold: float) -> tuple[float, float, float]:
        """False positive rate, recall and precision of what lies above `threshold`; precision 1 where nothing does."""
        count = int(np.searchsorted(-self.thresholds, -threshold, "left"))
        if count == 0:
            return 0.0, 0.0, 1.0
        return float(self.false_positive[count - 1]), float(self.recall[count - 1]), float(self.precision[count - 1])


def ranking(scores: NDArray[np.floating], strange: NDArray[np.bool_]) -> Ranking | None:
    """The curves of `scores` (n,), higher is stranger; None where all items are strange (n,), or none is."""
    if strange.all() or not strange.any():
        return None
    order = np.argsort(-scores, kind="stable")
    ordered, hits = scores[order].astype(np.float64), np.cumsum(strange[order])
    last = np.flatnonzero(np.r_[ordered[1:] != ordered[:-1], True])  # items with equal scores come together
    found, taken = hits[last].astype(np.float64), last + 1.0
    return Ranking(ordered[last], (taken - found) / (~strange).sum(), found / strange.sum(), found / taken)


def roc(curve: Ranking, threshold: float, size: tuple[int, int], *, blocks: bool = True) -> list[Content]:
    """Recall over the share of false alarms, below a heading, in `size` (columns, rows); the threshold as a point."""
    false, recall, _ = curve.at(threshold)
    x, y = np.r_[0.0, curve.false_positive], np.r_[0.0, curve.recall]
    return _plotted("ROC: found/false alarms", x, y, (false, recall), size, blocks=blocks)


def precision_recall(curve: Ranking, threshold: float, size: tuple[int, int], *, blocks: bool = True) -> list[Content]:
    """Precision over recall, otherwise as `roc`."""
    _, recall, precision = curve.at(threshold)
    x, y = np.r_[0.0, curve.recall], np.r_[curve.precision[0], curve.precision]
    return _plotted("precision/found", x, y, (recall, precision), size, blocks=blocks)


def _plotted(
    heading: str, x: Floats, y: Floats, point: tuple[float, float], size: tuple[int, int], *, blocks: bool
) -> list[Content]:
    columns, rows = size[0], size[1] - 1
    x, y = decimate(x, y, 4 * columns)
    if blocks:
        cells = pack(plot.dots(x, y, (columns, rows), UNIT, UNIT)).astype(int) + BLANK
        drawn = [[chr(cell) if cell > BLANK else " " for cell in line] for line in cells.tolist()]
    else:
        drawn = [["#" if lit else " " for lit in line] for line in plot.places(x, y, (columns, rows), UNIT, UNIT)]
    column, row = round(point[0] * (columns - 1)), round((1 - point[1]) * (rows - 1))
    mark = POINT if blocks else ASCII_POINT
    lines = [Content.styled(heading[:columns].ljust(columns), MUTED)]
    for place, line in enumerate(drawn):
        text = "".join(line)
        if place == row:
            parts = ((text[:column], "$primary"), (mark, "bold $accent"), (text[column + 1 :], "$primary"))
            lines.append(Content.assemble(*parts))
        else:
            lines.append(Content.styled(text, "$primary"))
    return lines
