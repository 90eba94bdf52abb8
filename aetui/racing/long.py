"""Curves of very many epochs made lighter, once: a key that zooms or smooths draws thousands of points, not more."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from aetui.racing.measures import Floats
from aetui.render.curves import smoothing
from aetui.render.curves.layers import Line
from aetui.render.series import decimate

MANY = 6_500
"""Points from which a curve is made lighter; so many are drawn in a few milliseconds."""
COLUMNS = 3_000
"""Of which a lighter curve has the lowest and the highest point: many more than a terminal has dots."""


class _Light(NamedTuple):
    """What was made of a curve; the curve itself is kept, so that its memory is not another's meanwhile."""

    of: Line
    extremes: Line
    means: Line


class Lighter:
    """Remembers what it made of each curve by its name, until there is another of that name."""

    def __init__(self) -> None:
        self._known: dict[str, _Light] = {}

    def shown(self, line: Line, within: tuple[float, float]) -> Line:
        """The curve, or a lighter one where more than `MANY` of its points lie there; no extreme of it is lost."""
        x = np.asarray(line.x, np.float64)
        first, last = x.searchsorted(within[0]), x.searchsorted(within[1], "right")
        return line if last - first <= MANY else self._of(line).extremes._replace(colour=line.colour)

    def smoothed(self, line: Line, back: int) -> Line:
        """Its moving average over `back` epochs; of a very long one over means of a few epochs each."""
        count = len(np.asarray(line.x))
        if count <= MANY:
            return line._replace(y=smoothing.smoothed(line.y, back))
        means = self._of(line).means
        fewer = max(1, round(back * len(np.asarray(means.x)) / count))
        return means._replace(y=smoothing.smoothed(means.y, fewer), colour=line.colour)

    def _of(self, line: Line) -> _Light:
        known = self._known.get(line.name)
        if known is None or not (_same(known.of.x, line.x) and _same(known.of.y, line.y)):
            known = self._known[line.name] = _light(line)
        return known


def _same(one: object, other: object) -> bool:
    """Whether two arrays are one piece of memory."""
    first, second = np.asarray(one), np.asarray(other)
    return first.shape == second.shape and bool(first.ctypes.data == second.ctypes.data)


def _light(line: Line) -> _Light:
    x, y = np.asarray(line.x, np.float64), np.asarray(line.y, np.float64)
    low_x, low_y = decimate(x, y, COLUMNS)
    edges = np.linspace(0, len(x), COLUMNS + 1).astype(int)
    known = np.isfinite(y)
    sums = np.add.reduceat(np.where(known, y, 0.0), edges[:-1])
    counts = np.add.reduceat(known.astype(np.float64), edges[:-1])
    means: Floats = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
    return _Light(line, line._replace(x=low_x, y=low_y), line._replace(x=x[edges[1:] - 1], y=means))
