"""Tiny curves: one character a value, as high as the value."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BARS = "▁▂▃▄▅▆▇█"
BROKEN = "×"
"""Where a value is not finite, as on the chart."""


def sparkline(values: Sequence[float] | NDArray[np.float64], width: int, top: float | None = None) -> str:
    """At most `width` characters: `values` from left to right, of several together the last.

    The scale goes from 0, or the lowest value below, to `top` or the highest value: equal heights mean equal values.
    """
    shown = _thinned(values, width)
    finite = [value for value in shown if isfinite(value)]
    low = min([0.0, *finite])
    high = max(finite, default=0.0) if top is None else top
    return "".join(_bar(value, low, high) for value in shown)


def _thinned(values: Sequence[float] | NDArray[np.float64], width: int) -> list[float]:
    """At most `width` of them, evenly spread, the last one always among them."""
    count = len(values)
    if count <= width:
        return list(values)
    return [float(values[(place + 1) * count // width - 1]) for place in range(max(0, width))]


def _bar(value: float, low: float, high: float) -> str:
    if not isfinite(value):
        return BROKEN
    share = (value - low) / (high - low) if high > low else 0.0
    return BARS[round(max(0.0, min(1.0, share)) * (len(BARS) - 1))]
