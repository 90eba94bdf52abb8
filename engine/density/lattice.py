"""The plane as a lattice of whole numbers, on which counting is exact, and its squares in the order of a Z curve.

A point belongs to the lattice's square that it lies in. `edges` gives for the left border of a square the very least
number that belongs to it, so that comparing floats with these borders and counting squares cannot disagree.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Keys = NDArray[np.uint64]

X_BITS, Y_BITS = 32, 30
"""A picture of terminal cells has about four times as many columns as rows: squares come out as single cells."""
BITS = X_BITS + Y_BITS
WIDTH, HEIGHT = 2**X_BITS, 2**Y_BITS

_LEAST = 1e-290
"""A range below this cannot be divided by in floats: all of it is one square."""
_MARGIN = 0.03
_TAIL = 0.005
_REACH = 1.0
"""The outermost half percent of the points on a side may take as much room as the others."""
_FAR = 256.0
"""How many times as wide as the range of nearly all points the lattice is at most. Points beyond are outside of it."""


class Axis(NamedTuple):
    """From `low` on, `size` squares up to `high`."""

    low: float
    high: float
    size: int

    @property
    def _scale(self) -> float:
        # Halves: the difference of the largest floats is none.
        span = self.high * 0.5 - self.low * 0.5
        return self.size / span if span > _LEAST else 0.0

    def has(self, values: NDArray[Any]) -> NDArray[np.bool_]:
        """Which of the finite values lie on it."""
        found: NDArray[np.bool_] = (values >= self.low) & (values < self.high)
        return found

    def covers(self, values: NDArray[Any]) -> bool:
        """Whether all do."""
        return not len(values) or bool(self.low <= values.min() and values.max() < self.high)

    def places(self, values: NDArray[Any]) -> Ints:
        """The square of each value; beyond the ends, -1 and `size`. Values are finite."""
        scaled = np.floor((np.asarray(values, np.float64) * 0.5 - self.low * 0.5) * self._scale)
        found: Ints = np.clip(scaled, -1, self.size).astype(np.int64)
        return found

    def edges(self, places: Ints) -> Floats:
        """The least number in each square; outside of the lattice what squares of the same size would have."""
        places = np.asarray(places, np.int64)
        share = places / self.size
        found: Floats = self.low * (1 - share) + self.high * share
        within = (places > 0) & (places < self.size)
        if not self._scale:
            return np.where(within, self.high, found)
        slack = 8 * np.finfo(np.float64).eps * max(abs(self.low), abs(self.high))
        below, above = _ordinal(found - slack), _ordinal(found + slack)
        going = np.flatnonzero(within & (below < above - 1))
        while len(going):
            first, last = below[going], above[going]
            middle = first // 2 + last // 2 + (first & last & 1)
            reached = self._unclipped(_float(middle)) >= places[going]
            above[going] = last = np.where(reached, middle, last)
            below[going] = first = np.where(reached, first, middle)
            going = going[first < last - 1]
        return np.where(within, _float(above), found)

    def _unclipped(self, values: Floats) -> Floats:
        found: Floats = np.floor((values * 0.5 - self.low * 0.5) * self._scale)
        return found


def _ordinal(values: Floats) -> Ints:
    """Whole numbers in the order of the floats, neighbours for neighbours."""
    bits = np.ascontiguousarray(values).view(np.int64)
    return np.where(bits < 0, np.int64(-(2**63)) - bits, bits)


def _float(ordinals: Ints) -> Floats:
    """The other way round."""
    return np.where(ordinals < 0, np.int64(-(2**63)) - ordinals, ordinals).view(np.float64)


class Lattice(NamedTuple):
    """Of the plane."""

    x: Axis
    y: Axis

    def keys(self, x: NDArray[Any], y: NDArray[Any]) -> Keys:
        """Of points on it, (n,) each: equal for equal squares, and of neighbours close to each other."""
        return interleaved(self.x.places(x), self.y.places(y))

    def points(self, keys: Keys) -> Floats:
        """The middle of the squares with these keys, (n, 2)."""
        x, y = separated(keys)
        return np.stack(
            [
                self.x.low + (x + 0.5) / self.x.size * (self.x.high - self.x.low),
                self.y.low + (y + 0.5) / self.y.size * (self.y.high - self.y.low),
            ],
            axis=1,
        )


def lattice_for(low: Sequence[float], high: Sequence[float], sample: Floats) -> Lattice:
    """For points from `low` to `high`, of which a `sample` (2, m) tells where nearly all are.

    All lie on it unless the few outermost would leave the others no squares to be told apart by.
    """
    axes = []
    for least, most, inner, size in zip(low, high, np.sort(sample, axis=1), (WIDTH, HEIGHT), strict=True):
        tail = int(len(inner) * _TAIL)
        if len(inner):
            first, last = float(inner[tail]), float(inner[-1 - tail])
            reach = (last * 0.5 - first * 0.5) * _FAR
            if reach > 0:
                least, most = max(least, first - reach), min(most, last + reach)
        margin = _margin(least, most)
        axes.append(Axis(least - margin, most + margin, size))
    return Lattice(*axes)


def _margin(low: float, high: float) -> float:
    size = max(abs(low), abs(high))
    span = high * 0.5 - low * 0.5
    if span > 1e-6 * size and span > 1e3 * _LEAST:
        return _MARGIN * 2 * span if max(abs(low - span / 8), abs(high + span / 8)) < np.finfo(np.float64).max else 0.0
    return size / 10 if size > 1e3 * _LEAST else 0.5


def inner_range(counts: Ints) -> tuple[int, int]:
    """From which and up to which of neighbouring bins all points lie, but for the outermost half percent on a side
    where they would take much of the room. `counts`: of each bin."""
    total = int(counts.sum())
    if not total:
        return 0, len(counts)
    up_to = np.cumsum(counts)
    tail = int(total * _TAIL)
    outer = int(np.argmax(counts > 0)), len(counts) - int(np.argmax(counts[::-1] > 0))
    inner = int(np.searchsorted(up_to, tail, "right")), int(np.searchsorted(up_to, total - tail, "left")) + 1
    room = _REACH * (inner[1] - inner[0])
    low = inner[0] if inner[0] - outer[0] > room else outer[0]
    high = inner[1] if outer[1] - inner[1] > room else outer[1]
    return low, high


_SPREAD = (
    (16, 0x0000FFFF0000FFFF),
    (8, 0x00FF00FF00FF00FF),
    (4, 0x0F0F0F0F0F0F0F0F),
    (2, 0x3333333333333333),
    (1, 0x5555555555555555),
)
_LOW = np.uint64(2**Y_BITS - 1)


def interleaved(x: Ints, y: Ints) -> Keys:
    """The key of each square: the two bits that x has more first, then bits of x and y in turns."""
    across, up = x.astype(np.uint64), y.astype(np.uint64)
    top = (across >> np.uint64(Y_BITS)) << np.uint64(2 * Y_BITS)
    found: Keys = top | (_spread(across & _LOW) << np.uint64(1)) | _spread(up)
    return found


def separated(keys: Keys) -> tuple[Ints, Ints]:
    """The other way round."""
    top = (keys >> np.uint64(2 * Y_BITS)) << np.uint64(Y_BITS)
    x = top | _gathered(keys >> np.uint64(1))
    return x.astype(np.int64), _gathered(keys).astype(np.int64)


def _spread(values: Keys) -> Keys:
    for shift, mask in _SPREAD:
        values = (values | (values << np.uint64(shift))) & np.uint64(mask)
    return values


def _gathered(keys: Keys) -> Keys:
    values = keys & np.uint64(0x5555555555555555) & np.uint64(2 ** (2 * Y_BITS) - 1)
    for shift, mask in ((1, 0x3333333333333333), (2, 0x0F0F0F0F0F0F0F0F), (4, 0x00FF00FF00FF00FF)):
        values = (values | (values >> np.uint64(shift))) & np.uint64(mask)
    for shift, mask in ((8, 0x0000FFFF0000FFFF), (16, 0x00000000FFFFFFFF)):
        values = (values | (values >> np.uint64(shift))) & np.uint64(mask)
    return values
