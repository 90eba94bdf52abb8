"""Curves made ready for a screen: few enough points, and round numbers on the axes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def decimate(x: ArrayLike, y: ArrayLike, columns: int) -> tuple[Floats, Floats]:
    """At most two points per column, the lowest and the highest `y`, in their order; what stands out stays visible.

    A column that holds a value that is not finite gives one more point there, with y = NaN: the curve breaks at it.
    `x` must be ascending; both have the shape (points,), as has the answer.
    """
    x, y = np.asarray(x, np.float64), np.asarray(y, np.float64)
    finite = np.isfinite(y)
    whole = bool(finite.all())
    if not whole:
        y = np.where(finite, y, np.nan)
    if len(x) <= 2 * columns or columns < 1:
        return x, y
    lows, highs = (y, y) if whole else (np.where(finite, y, np.inf), np.where(finite, y, -np.inf))
    bounds = np.unique([*np.searchsorted(x, np.linspace(x[0], x[-1], columns, endpoint=False)), len(x)]).tolist()
    kept: list[int] = []
    for start, end in pairwise(bounds):
        points = {start + int(lows[start:end].argmin()), start + int(highs[start:end].argmax())}
        if not whole and not finite[start:end].all():
            points = {*(at for at in points if finite[at]), start + int(finite[start:end].argmin())}
        kept += sorted(points)
    return x[kept], y[kept]


def nice_ticks(low: float, high: float, count: int, *, whole: bool = False) -> list[float]:
    """Multiples of 1, 2, 2.5 or 5 × 10^k within [low, high], as many as possible but at most `count` (at least 1).

    Where the range is so narrow that floats hardly tell its ends apart, a tick may be a few of them outside.
    `whole` allows whole numbers only. The list may be empty when no such number lies in the range.
    """
    if not (math.isfinite(low) and math.isfinite(high)) or low > high:
        return []
    if low == high:
        return [low]
    exponent = math.floor(math.log10((high - low) / max(1, count))) - 1
    while True:
        for mantissa in (1, 2, 2.5, 5):
            step = _multiple(1, mantissa, exponent)
            if whole and step != int(step):
                continue
            first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
            if last - first < max(1, count):
                return [_multiple(i, mantissa, exponent) for i in range(first, last + 1)]
        exponent += 1


def _multiple(i: int, mantissa: float, exponent: int) -> float:
    # Read from decimal text, because 3 * 0.1 is 0.30000000000000004.
    return float(f"{i * mantissa}e{exponent}")


def tick_labels(ticks: Sequence[float]) -> list[str]:
    """The ticks as text: without float noise, evenly spaced ones with equally many decimals."""
    plain = [f"{tick:.10g}" for tick in ticks]
    if any("e" in text for text in plain):
        return [_power(tick) if tick and not 1e-3 <= abs(tick) < 1e6 else f"{tick:g}" for tick in ticks]
    even = len(ticks) < 3 or math.isclose(ticks[1] - ticks[0], ticks[-1] - ticks[-2])
    if not even:
        return plain
    decimals = max((len(text.partition(".")[2]) for text in plain), default=0)
    return [f"{tick:,.{decimals}f}" for tick in ticks]


def _power(tick: float) -> str:
    mantissa, _, exponent = f"{tick:.6e}".partition("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
