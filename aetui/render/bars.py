"""Bars in cells: figures beside each other at a glance, and how often which value occurs."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from textual.content import Content

from aetui.render.series import Floats, tick_labels

MUTED = "$text-muted"

MOST_BINS = 20

_EIGHTHS = " ▏▎▍▌▋▊▉█"

_STYLES = ("$primary", "$secondary")

_BETWEEN = 2


def bars(
    rows: Sequence[tuple[str, float, str]],
    width: int,
    top: float,
    *,
    style: str = "$primary",
    blocks: bool = True,
) -> list[Content]:
    """A line of `width` cells for each row (label, value, the value in words): label, bar, words.

    A bar fills its column at the value `top`. Whatever is above 0 is seen, however small; NaN and what is below 0 have
    no bar. Where there is no room for bars of three cells they are left out. `blocks`: in eighths of a cell, else in
    whole ones of ASCII.
    """
    labels = max((len(label) for label, _, _ in rows), default=0)
    words = max((len(text) for _, _, text in rows), default=0)
    room = width - labels - words - (labels > 0) - (words > 0)
    return [
        Content.assemble(
            (label.ljust(labels) + " " * (labels > 0), MUTED),
            (_bar(value / top if top > 0 else 0.0, room, blocks) if room >= 3 else " " * max(0, room), style),
            " " * (words > 0) + text.rjust(words),
        ).truncate(max(0, width), pad=True)
        for label, value, text in rows
    ]


def _bar(share: float, width: int, blocks: bool) -> str:
    share = min(1.0, share) if share > 0 else 0.0  # NaN is not above 0
    if not blocks:
        return ("#" * math.ceil(share * width - 0.5) or "." * (share > 0)).ljust(width)
    eighths = max(int(share > 0), round(share * width * 8))
    return ("█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()).ljust(width)


def bin_edges(low: float, high: float, most: int) -> Floats:
    """Edges of at most `most` (at least 2) bins, all as wide as 1, 2, 2.5 or 5 × 10^k, that cover [low, high]."""
    if high - low <= 1e-9 * max(abs(low), abs(high)):
        low, high = low - abs(low) / 2, high + (abs(high) / 2 or 1)
    exponent = math.floor(math.log10((high - low) / most)) - 1
    while True:
        for mantissa in (1, 2, 2.5, 5):
            step = mantissa * 10.0**exponent
            first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
            if last - first <= most:
                edges: Floats = np.round(np.arange(first, last + 1) * step, 1 - exponent)
                return edges
        exponent += 1


def histogram(
    columns: Sequence[tuple[str, ArrayLike]],
    size: tuple[int, int],
    *,
    mark: float | None = None,
    blocks: bool = True,
) -> list[Content]:
    """How many of the values lie in which bin, for one or two `columns` (heading, values) in the same bins.

    The bins are from 0 or the lowest value to the highest one or `mark`, whose bin is pointed at. Values that are not
    finite are left out. `size` is (columns, rows) in cells, 5 rows at least.
    """
    finite = [np.asarray(values, np.float64)[np.isfinite(values)] for _, values in columns]
    edges = _edges(np.concatenate([*finite, [0.0] if mark is None else [0.0, mark]]), size[1] - 2)
    counts = [np.histogram(values, edges)[0] for values in finite]
    top = max(float(count.max()) for count in counts)
    pointer = "▸" if blocks else ">"
    labels = _labels(edges, mark, pointer)
    width = (size[0] - _BETWEEN * (len(columns) - 1)) // len(columns)
    target = "" if mark is None else f" {pointer} target {mark:.3g}"
    below = [_figures(values, width, "" if place else target) for place, values in enumerate(finite)]
    drawn = []
    for place, (heading, _) in enumerate(columns):
        names = labels if place == 0 else [""] * len(labels)  # the bins are the same
        rows = [(name, float(n), f"{n:,}") for name, n in zip(names, counts[place].tolist(), strict=True)]
        lines = bars(rows, width, top, style=_STYLES[place % len(_STYLES)], blocks=blocks)
        drawn.append([_quiet(heading, width), *lines, _quiet(below[place], width)])
    return [Content(" " * _BETWEEN).join(line) for line in zip(*drawn, strict=True)]


def _edges(values: Floats, most: int) -> Floats:
    return bin_edges(float(values.min()), float(values.max()), min(MOST_BINS, max(2, most)))


def _labels(edges: Floats, mark: float | None, pointer: str) -> list[str]:
    """The lower edge of each bin; `pointer` is before that of `mark`."""
    marked = -1 if mark is None else min(int(np.searchsorted(edges, mark, "right")) - 1, len(edges) - 2)
    lower = tick_labels(edges[:-1].tolist())
    width = max(map(len, lower))
    return [(pointer if place == marked else " ") + text.rjust(width) for place, text in enumerate(lower)]


def _figures(values: Floats, width: int, target: str) -> str:
    """Mean, target, and the range where there is room for it."""
    if not len(values):
        return f"no finite value{target}"
    text = f"mean {values.mean():.3g}{target}"
    range_ = f" · {values.min():.3g} to {values.max():.3g}"
    return text + range_ if len(text + range_) <= width else text


def _quiet(text: str, width: int) -> Content:
    return Content.styled(text, MUTED).truncate(width, ellipsis=True, pad=True)
