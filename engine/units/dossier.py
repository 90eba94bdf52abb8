"""One unit: its activation by class, items from its highest to its lowest activation, and the units most like it."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.units.collecting import Activations
from engine.units.table import UnitTable

QUANTILES = 10
BINS = 32
RESTING = 0.5
"""Share of items at exactly 0 from which histogram and quantiles are of the others."""
ALIKE = 8

Floats = NDArray[np.float64]


class Dossier(msgspec.Struct, frozen=True, kw_only=True):
    """What the kept activations tell of one unit."""

    unit: int
    resting: int
    """Items at exactly 0 that histogram and quantiles leave out; 0 where they have all items."""
    edges: Floats
    """(bins + 1,), from the lowest activation to the highest; none where it is the same for all items."""
    counts: NDArray[np.int64]
    """(classes, bins), without classes (1, bins): items in each bin."""
    quantiles: Floats
    """(n,): ten, from 1 to 0; as many as there are items where these are fewer."""
    examples: NDArray[np.int64]
    """(n, each): the items nearest in rank to each quantile, as positions among the kept activations; the first at it
    exactly."""
    alike: NDArray[np.int64]
    """Other units, those with the largest |correlation| first."""
    correlations: Floats
    """Of their activations with this unit's."""


def dossier(activations: Activations, table: UnitTable, unit: int, *, bins: int = BINS, each: int = 1) -> Dossier:
    """Of `unit`, counted from 0; a few milliseconds beside one pass over the activations of all units."""
    values = activations.values[unit]
    resting = int((values == 0).sum())
    shown = np.flatnonzero(values) if RESTING * len(values) < resting < len(values) else np.arange(len(values))
    edges, counts = _histogram(activations, values, shown, bins)
    quantiles, examples = _examples(values, shown, each)
    alike, correlations = correlated(activations, table, unit)
    return Dossier(
        unit=unit,
        resting=len(values) - len(shown),
        edges=edges,
        counts=counts,
        quantiles=quantiles,
        examples=examples,
        alike=alike,
        correlations=correlations,
    )


def _histogram(
    activations: Activations, values: NDArray[np.float32], shown: NDArray[np.int64], bins: int
) -> tuple[Floats, NDArray[np.int64]]:
    classes = 1 if activations.labels is None else len(activations.classes)
    seen = values[shown].astype(np.float64)
    low, high = (seen.min(), seen.max()) if len(seen) else (0.0, 0.0)
    if not high > low:
        return np.zeros(0), np.zeros((classes, 0), np.int64)
    edges = np.linspace(low, high, bins + 1)
    # As np.histogram: a bin has its lower edge, the last one its upper edge too.
    at = np.clip(np.searchsorted(edges, seen, side="right") - 1, 0, bins - 1)
    if activations.labels is not None:
        at = at + bins * activations.labels[shown]
    return edges, np.bincount(at, minlength=classes * bins)[: classes * bins].reshape(classes, bins)


def _examples(values: NDArray[np.float32], shown: NDArray[np.int64], each: int) -> tuple[Floats, NDArray[np.int64]]:
    """Items by rank: the highest is at quantile 1, the lowest at 0."""
    count = len(shown)
    order = shown[np.argsort(values[shown], kind="stable")]
    quantiles = np.linspace(1, 0, min(QUANTILES, count)) if count > 1 else np.ones(count)
    ranks = np.rint(quantiles * (count - 1)).astype(np.int64)
    # First the rank itself, then those beside it; at an end, inwards.
    offsets = np.array([(step + 1) // 2 * (1 if step % 2 else -1) for step in range(max(1, each))], np.int64)
    beside = ranks[:, None] + offsets
    beside = np.where(beside < 0, -beside, beside)
    beside = np.where(beside > count - 1, 2 * (count - 1) - beside, beside)
    return quantiles, order[np.clip(beside, 0, max(0, count - 1))] if count else np.zeros((0, max(1, each)), np.int64)


def correlated(
    activations: Activations, table: UnitTable, unit: int, most: int = ALIKE
) -> tuple[NDArray[np.int64], Floats]:
    """The units with the largest |correlation| with `unit`, and their correlations. Dead ones have none."""
    found = correlation(activations, table, unit)
    size = np.nan_to_num(np.abs(found), nan=-1.0)
    size[unit] = -1
    places = np.argpartition(-size, min(most, len(size) - 1))[:most]
    places = places[np.argsort(-size[places], kind="stable")]
    places = places[size[places] >= 0]
    return places.astype(np.int64), found[places]


def correlation(activations: Activations, table: UnitTable, unit: int) -> Floats:
    """(units,): Pearson's, of each with `unit`; NaN where either is dead."""
    values = activations.values
    if table.dead[unit]:
        return np.full(len(values), np.nan)
    own = values[unit].astype(np.float64) - table.mean[unit]
    products = (values @ own.astype(np.float32)).astype(np.float64)
    scale = values.shape[1] * table.deviation * table.deviation[unit]
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.clip(products / scale, -1, 1)
    return np.where(table.dead, np.nan, found)
