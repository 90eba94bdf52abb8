"""How cosines are spread: bars with their quartiles in words, on an axis that shows the bulk of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from textual.content import Content

from aetui.render.bars import MUTED, bars, bin_edges
from aetui.render.series import Floats, tick_labels
from aetui.render.spark import sparkline

TAIL = 0.02
"""Share of the lowest values that have one bar together: a few of them would take the axis from all others."""
MOST_BINS = 12
LEAST_ROWS = 4
"""Below, the bins stand beside each other on one line."""


def cosine_histogram(cosines: NDArray[np.floating], size: tuple[int, int], *, blocks: bool = True) -> list[Content]:
    """At most `size` (columns, rows) cells: what is shown, mean and quartiles, then a bar for each bin."""
    width, height = size
    values = np.asarray(cosines, np.float64)
    values = values[np.isfinite(values)]
    head = [_quiet(text, width) for text in _summary(values)]
    room = height - len(head)
    if not len(values) or room < 1:
        return head[:height]
    if room < LEAST_ROWS:
        return [*head, _line(values, width, blocks=blocks)]
    rows = _rows(values, min(MOST_BINS, room - 1))
    return [*head, *bars(rows, width, max(count for _, count, _ in rows), blocks=blocks)]


def _summary(values: Floats) -> tuple[str, ...]:
    if not len(values):
        return ("no reconstruction has a finite cosine",)
    low, middle, high = np.quantile(values, (0.25, 0.5, 0.75))
    return (
        f"reconstruction cosine, {len(values):,} validation sentences",
        f"mean {values.mean():.4f} · quartiles {low:.4f} {middle:.4f} {high:.4f}",
    )


def _line(values: Floats, width: int, *, blocks: bool) -> Content:
    """All in one line: lowest edge, a column for each bin as high as its count, highest edge."""
    edges = bin_edges(float(np.quantile(values, TAIL)), float(values.max()), 4 * MOST_BINS)
    low, high = tick_labels([float(edges[0]), float(edges[-1])])
    counts = np.histogram(values, edges)[0].tolist()
    if not blocks or len(low) + len(counts) + len(high) + 2 > width:
        return Content("")
    return Content.assemble((f"{low} ", MUTED), (sparkline(counts, width), "$primary"), (f" {high}", MUTED))


def _rows(values: Floats, most: int) -> list[tuple[str, float, str]]:
    """Lower edge, count and count in words of each bin, the tail below the first one together."""
    edges = bin_edges(float(np.quantile(values, TAIL)), float(values.max()), max(2, most))
    counts = np.histogram(values, edges)[0].tolist()
    labels = tick_labels(edges[:-1].tolist())
    rows = [(label, float(count), f"{count:,}") for label, count in zip(labels, counts, strict=True)]
    below = int((values < edges[0]).sum())
    return [("less", float(below), f"{below:,}"), *rows] if below else rows


def _quiet(text: str, width: int) -> Content:
    return Content.styled(text, MUTED).truncate(width, ellipsis=True)
