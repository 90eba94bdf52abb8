"""The one pass: activations of all units over the items of a part, kept so that any unit is at hand at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

MOST_NUMBERS = 2**26
"""Activations that are kept, 256 MiB: they go through the processor for every unit that is correlated with all
others."""


def chosen(labels: NDArray[Any], most: int) -> NDArray[np.int64]:
    """Places of at most `most` items, ascending, of each class its share, spread evenly over the class; all of them
    where they are no more."""
    count = len(labels)
    if count <= most:
        return np.arange(count)
    by_class = np.argsort(labels, kind="stable")
    steps = (np.arange(most) * count) // most
    return np.sort(by_class[steps]).astype(np.int64)


def room(units: int, wanted: int = 0) -> int:
    """Items whose activations can be kept; at most `wanted`, unless that is 0."""
    most = max(1, MOST_NUMBERS // max(1, units))
    return min(most, wanted) if wanted else most


class Activations(msgspec.Struct, frozen=True, kw_only=True):
    """Of every unit over the same items."""

    values: NDArray[np.float32]
    """(units, items): of one unit they lie side by side. All finite."""
    places: NDArray[np.int64]
    """(items,): where the items stand in their part."""
    labels: NDArray[np.int64] | None
    """(items,): their classes; None where there is one class or none."""
    classes: tuple[str, ...] = ()
    of: int = 0
    """Items of the part."""
    left_out: int = 0
    """Items that some unit has no finite activation for."""
    broken: NDArray[np.bool_] | None = None
    """(units,): which have no finite activation at all; their `values` are 0. None: all have some."""

    @property
    def units(self) -> int:
        """How many there are."""
        return len(self.values)

    @property
    def items(self) -> int:
        """How many there are."""
        return int(self.values.shape[1])


class Collector:
    """Takes activations block by block, in the order of the items."""

    def __init__(self, units: int, items: int) -> None:
        self._values = np.empty((units, items), np.float32)
        self._done = 0

    def add(self, block: NDArray[np.float32]) -> NDArray[np.bool_]:
        """(items, units); returns which of the items have nothing but finite activations."""
        self._values[:, self._done : self._done + len(block)] = block.T
        self._done += len(block)
        return np.asarray(np.isfinite(block).all(axis=1))

    def finished(self, places: NDArray[np.int64], labels: NDArray[Any], classes: Sequence[str], of: int) -> Activations:
        """All that was added, without the items that a unit answers to with what is no number. A unit that answers so
        to all of them does not count for that: it is broken."""
        values, finite = self._values, np.isfinite(self._values)
        broken = np.asarray(~finite.any(axis=1))
        whole = finite[~broken].all(axis=0)
        if not whole.all():
            values, places, labels = values[:, whole], places[whole], labels[whole]
        if broken.any():
            values[broken] = 0
        told = len(np.unique(labels)) > 1
        return Activations(
            values=np.ascontiguousarray(values),
            places=places,
            labels=labels.astype(np.int64) if told else None,
            classes=tuple(map(str, classes)) if told else (),
            of=of,
            left_out=int((~whole).sum()),
            broken=broken if broken.any() else None,
        )


class Fit:
    """How well outputs stand for what was to be answered, summed over items as they come.

    Explained variance is 1 − Σ(x − x̂)² / Σ(x − x̄)², shrinkage 1 − Σx̂² / Σx x̂: above 0, answers are too small
    (Rajamanoharan et al., arXiv:2404.16014).
    """

    def __init__(self) -> None:
        self._squares = self._targets = self._outputs = self._products = 0.0
        self._sums: NDArray[np.float64] | float = 0.0
        self._counts: NDArray[np.float64] | float = 0.0
        self._numbers = 0

    def add(
        self, targets: NDArray[np.float32], outputs: NDArray[np.float32], known: NDArray[np.bool_] | None = None
    ) -> None:
        """More items, (count, …) each; `known`: which numbers of `targets` are, None for all."""
        x, y = (
            array.reshape(len(array), math.prod(array.shape[1:])).astype(np.float64) for array in (targets, outputs)
        )
        there = np.ones(x.shape, bool) if known is None else known.reshape(x.shape)
        if known is not None:
            x, y = np.where(there, x, 0), np.where(there, y, 0)
        self._squares += float(np.square(x - y).sum())
        self._targets += float(np.square(x).sum())
        self._outputs += float(np.square(y).sum())
        self._products += float((x * y).sum())
        self._sums = self._sums + x.sum(axis=0)
        self._counts = self._counts + there.sum(axis=0)
        self._numbers += int(there.sum())

    @property
    def error(self) -> float:
        """Mean squared; NaN without items."""
        return self._squares / self._numbers if self._numbers else math.nan

    @property
    def explained_variance(self) -> float:
        """1 for outputs that are right, 0 for the mean item, NaN where all items are the same."""
        counts = np.maximum(self._counts, 1)
        variance = self._targets - float(np.sum(np.square(self._sums) / counts))
        return 1 - self._squares / variance if variance > 1e-12 * self._targets else math.nan

    @property
    def shrinkage(self) -> float:
        """0 for outputs that are as large as they should be; NaN where they say nothing."""
        return 1 - self._outputs / self._products if self._products > 0 else math.nan
