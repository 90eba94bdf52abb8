"""What the output loses without a unit, and how it looks with other activations of it."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.units.collecting import Activations
from engine.units.onward import Onward

ITEMS = 1_000
"""Items that are decoded without a unit, of each class its share; a tenth of them where the decoder is no dense layer
or two, and to tell what every single unit adds."""

Floats = NDArray[np.float32]


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Items that outputs are compared for."""

    positions: NDArray[np.int64]
    """(n,): among the kept activations."""
    targets: Floats
    """(n, …): what should be answered."""
    known: NDArray[np.bool_] | None = None
    """Which numbers of it are known; None: all."""


class Errors(NamedTuple):
    """Mean squared errors."""

    all: float
    by_class: NDArray[np.float64]
    """(classes,); NaN for a class without items."""


class Without(NamedTuple):
    """Errors with and without a unit."""

    kept: Errors
    zero: Errors
    """With its activation 0."""
    mean: Errors
    """With its activation as it is on the mean."""
    items: int
    """How many were decoded."""


class Ablation:
    """Decodes the same items again and again."""

    def __init__(
        self, activations: Activations, means: Sequence[float] | NDArray[np.float64], onward: Onward, asked: Asked
    ) -> None:
        self._values = np.ascontiguousarray(activations.values[:, asked.positions])
        self._means = np.nan_to_num(np.asarray(means, np.float64))
        self._onward = onward
        self._targets = asked.targets.reshape(len(asked.targets), -1)
        self._known = None if asked.known is None else asked.known.reshape(self._targets.shape)
        self._counts = None if self._known is None else np.maximum(self._known.sum(axis=1), 1)
        self._labels = None if activations.labels is None else activations.labels[asked.positions]
        self._classes = len(activations.classes)
        entry = onward.entry
        self._sums = None if entry is None else entry.sums(self._values.T)
        self.errors = self._errors(self._output(slice(None)))
        """(n,): with all units."""
        self.explained = self._explained()
        """Explained variance of these items."""

    def without(self, unit: int) -> Without:
        """What is lost without `unit`, counted from 0."""
        zero, mean = (self._errors(self._output(slice(None), unit, value)) for value in (0.0, self._means[unit]))
        return Without(self._told(self.errors), self._told(zero), self._told(mean), len(self.errors))

    def added(self, items: int = ITEMS // 10) -> Generator[tuple[int, int], None, NDArray[np.float64]]:
        """(units,): explained variance that goes where a unit stays at its mean, for each, over at most `items` spread
        evenly; yields how many units are done."""
        count, units = len(self._targets), len(self._values)
        places = np.arange(count) if count <= items else (np.arange(items) * count) // items
        variance = self._variance(places)
        with_all = float(self.errors[places].sum())
        found = np.zeros(units)
        for unit in range(units):
            if np.ptp(self._values[unit]) > 0:
                errors = self._errors(self._output(places, unit, self._means[unit]), places)
                found[unit] = (float(errors.sum()) - with_all) / variance if variance > 0 else np.nan
            yield unit + 1, units
        return found

    def _output(self, places: slice | NDArray[np.int64], unit: int | None = None, value: float = 0.0) -> Floats:
        """Of the items at `places`, with `unit` at `value`; without a unit as they are."""
        entry = self._onward.entry
        if entry is not None and self._sums is not None:
            sums = self._sums[places]
            if unit is not None:
                change = np.float32(value) - self._values[unit, places]
                sums = sums + change[:, None] * entry.dense.kernel[unit]
            return entry.output(sums)
        values = self._values[:, places].T
        if unit is not None:
            values = values.copy()
            values[:, unit] = value
        return self._onward.run(np.ascontiguousarray(values))

    def _errors(self, outputs: Floats, places: slice | NDArray[np.int64] = slice(None)) -> NDArray[np.float64]:
        """(n,): mean squared error of each item over what of it is known."""
        apart = outputs.reshape(len(outputs), -1) - self._targets[places]
        if self._known is None or self._counts is None:
            squares: NDArray[np.float64] = np.einsum("ij,ij->i", apart, apart).astype(np.float64)
            return np.asarray(squares / max(1, apart.shape[1]), np.float64)
        apart = np.where(self._known[places], apart, np.float32(0))
        return np.asarray(np.einsum("ij,ij->i", apart, apart).astype(np.float64) / self._counts[places], np.float64)

    def _variance(self, places: slice | NDArray[np.int64]) -> float:
        """Sum over items of the mean squared distance to the mean item."""
        targets = self._targets[places].astype(np.float64)
        if self._known is None or self._counts is None:
            return float(targets.var(axis=0).sum() * len(targets) / max(1, targets.shape[1]))
        known = self._known[places]
        mean = np.where(known, targets, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
        squares = np.where(known, np.square(targets - mean), 0).sum(axis=1)
        return float((squares / self._counts[places]).sum())

    def _explained(self) -> float:
        variance = self._variance(slice(None))
        return 1 - float(self.errors.sum()) / variance if variance > 0 else np.nan

    def _told(self, errors: NDArray[np.float64]) -> Errors:
        mean = float(errors.mean()) if len(errors) else np.nan
        if self._labels is None:
            return Errors(mean, np.zeros(0))
        counts = np.bincount(self._labels, minlength=self._classes)
        sums = np.bincount(self._labels, errors, minlength=self._classes)
        return Errors(mean, np.where(counts > 0, sums / np.maximum(counts, 1), np.nan))


def steered(onward: Onward, values: Floats, unit: int, settings: Sequence[float]) -> Floats:
    """Outputs, (n, …), for the activations of one item, (units,), with `unit` at each of the `settings`."""
    rows = np.tile(values, (len(settings), 1)).astype(np.float32)
    rows[:, unit] = settings
    return onward.run(rows)


def difference(onward: Onward, means: NDArray[np.float64], unit: int, low: float, high: float) -> Floats:
    """(…): the output with `unit` at `high`, less that with it at `low`, all other units at their means."""
    both = steered(onward, np.nan_to_num(means).astype(np.float32), unit, (low, high))
    found: Floats = both[1] - both[0]
    return found
