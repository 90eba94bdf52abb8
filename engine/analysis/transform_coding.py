"""Transform coding: what a model with codes of so many bits has to beat.

Principal components, each cut to a few levels, more where images vary more (Goyal, IEEE Signal Processing Magazine 18,
5 (2001) 9-21): the plain way to say an image in a given number of bits.
"""

from __future__ import annotations

from heapq import heapify, heapreplace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.analysis import pca
from engine.analysis.baselines import Fitting

MOST_BITS = 8
"""For one component."""
FITTED_ON = 10_000
"""Training items that the levels are fitted to."""
ROUNDS = 20
"""Of Lloyd's algorithm (IEEE Transactions on Information Theory 28 (1982) 129-137); later ones move next to nothing."""


class TransformCode:
    """Images as numbers of levels, and back. Images: (count, *shape), in [0, 1]."""

    def __init__(self, components: pca.Pca, levels: list[NDArray[np.float32]], *, bounded: bool = True) -> None:
        """`levels`: of the first components, ascending, a power of two of them each; `bounded`: as of `pca.Pca`."""
        self._pca = components
        self._bounded = bounded
        self.levels = levels
        self.name = f"PCA-{sum(len(one).bit_length() - 1 for one in levels)}b"

    def encode(self, items: NDArray[Any]) -> NDArray[np.float32]:
        """The levels that are nearest to the first components, (count, components)."""
        scores = self._pca.encode(items)[:, : len(self.levels)]
        return np.column_stack([one[_nearest(one, scores[:, n])] for n, one in enumerate(self.levels)])

    def answer(self, seen: NDArray[Any]) -> NDArray[np.float32]:
        """Items (count, *shape) from the nearest levels, float32; pictures cut to [0, 1]."""
        scores = np.zeros((len(seen), self._pca.size), np.float32)
        scores[:, : len(self.levels)] = self.encode(seen)
        answers = self._pca.decode(scores)
        return np.clip(answers, 0, 1) if self._bounded else answers


def fitted(fitting: Fitting) -> TransformCode:
    """For the training part, with as many bits as a code of the model has. Raises Stopped from the report."""
    data, bits = fitting.data, fitting.model.bits
    components = pca.fit(data, min(bits, pca.WIDEST_EXACT), fitting.cache, fitting.report)
    fitting.report(f"fitting levels for {bits:,} bits", 0, 0)
    random = np.random.default_rng(0)
    items = data.train.items
    chosen = np.sort(random.choice(len(items), min(len(items), FITTED_ON), replace=False))
    scores = components.encode(data.as_floats(items[chosen]))
    shares = allotted(scores.var(axis=0), bits)
    chosen_levels = [levels(scores[:, n], share) for n, share in enumerate(shares)]
    return TransformCode(components, chosen_levels, bounded=data.bounded)


def allotted(variances: NDArray[np.float32], bits: int) -> list[int]:
    """How many of `bits` each component gets; each goes where it takes most of the error away, to a quarter of it.

    Components after the last with a bit are left out.
    """
    left = [(-float(variance), place) for place, variance in enumerate(variances)]
    heapify(left)
    found = [0] * len(variances)
    for _ in range(min(bits, MOST_BITS * len(variances))):
        error, place = left[0]
        found[place] += 1
        heapreplace(left, (error / 4 if found[place] < MOST_BITS else 0.0, place))
    last = max((place for place, share in enumerate(found) if share), default=-1)
    return found[: last + 1]


def levels(numbers: NDArray[np.float32], bits: int) -> NDArray[np.float32]:
    """2^`bits` levels near `numbers`, ascending, by Lloyd's algorithm from their quantiles: a small squared error."""
    count = 2**bits
    found: NDArray[np.float32] = np.quantile(numbers, (np.arange(count) + 0.5) / count).astype(np.float32)
    for _ in range(ROUNDS):
        nearest = _nearest(found, numbers)
        sizes = np.bincount(nearest, minlength=count)
        sums = np.bincount(nearest, numbers, count)
        found = np.sort(np.where(sizes > 0, sums / np.maximum(sizes, 1), found)).astype(np.float32)
    return found


def _nearest(ascending: NDArray[np.float32], numbers: NDArray[np.float32]) -> NDArray[np.intp]:
    found: NDArray[np.intp] = np.searchsorted((ascending[1:] + ascending[:-1]) / 2, numbers)
    return found
