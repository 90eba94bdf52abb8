"""All units at once: how often each is active, what it prefers, and which say nothing."""

from __future__ import annotations

from collections.abc import Generator

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.units.collecting import Activations

STILL = 1e-6
"""A unit whose activations lie closer together says nothing: it is dead."""
ULTRA_RARE = 1e-3
"""A unit that is active for a smaller share of the items is hardly ever heard."""
SPARSE = 0.01
"""Share of zeros among all activations from which a code is one that rests at 0."""
LOUD = 0.1
"""In a code that does not rest, a unit is active above this share of the largest activation of all."""
BLOCK = 2**20
"""Activations that are looked at in one go."""

Floats = NDArray[np.float64]


class UnitTable(msgspec.Struct, frozen=True, kw_only=True):
    """A row of each of the following arrays for each unit, (units,) unless it says otherwise."""

    above: float
    """A unit is active where its activation lies further from 0 than this."""
    density: Floats
    """Share of the items that it is active for."""
    mean: Floats
    deviation: Floats
    lowest: Floats
    highest: Floats
    dead: NDArray[np.bool_]
    """Whether it answers the same to all items."""
    rare: NDArray[np.bool_]
    """Whether it is active for less than `ULTRA_RARE` of the items, but not dead. Units that have numbers on both sides
    of 0 and do not rest there are none: every number of theirs says something."""
    class_means: Floats
    """(units, classes); no classes, no columns."""
    class_correlation: Floats
    """(units, classes): of the activation with being of the class; NaN for dead units and for classes without items."""
    selectivity: Floats
    """(μ_max − μ_rest) / (μ_max + μ_rest), of the means over the class that it prefers and over all other items (class
    selectivity index, Morcos et al., arXiv:1803.06959), both from its lowest activation on where that is below 0; NaN
    for dead units and without classes."""
    preferred: NDArray[np.int64]
    """The class with the largest mean; -1 for dead units and without classes."""

    @property
    def l0(self) -> float:
        """Units that are active at the same time, on the mean."""
        return float(self.density.sum())

    @property
    def preference(self) -> Floats:
        """Correlation with the class that each prefers."""
        if not self.class_correlation.shape[1]:
            return np.full(len(self.mean), np.nan)
        own = self.class_correlation[np.arange(len(self.mean)), np.maximum(self.preferred, 0)]
        return np.asarray(np.where(self.preferred < 0, np.nan, own), np.float64)


def threshold(activations: Activations) -> float:
    """0 for a code that is 0 in places; for one that never is, a tenth of the largest activation."""
    values = activations.values
    if not values.size:
        return 0.0
    zeros = 1 - np.count_nonzero(values) / values.size
    return 0.0 if zeros >= SPARSE else LOUD * float(max(values.max(), -values.min()))


def tabulated(activations: Activations, above: float | None = None) -> Generator[tuple[int, int], None, UnitTable]:
    """The table; yields how many units are done of how many. `above`: as in the table; None: as `threshold` says."""
    usual = threshold(activations)
    resting = above is not None or usual == 0 or float(activations.values.min()) >= 0
    above = usual if above is None else above
    units, items = activations.values.shape
    one_of = _memberships(activations)
    size = max(1, BLOCK // max(1, items))
    blocks = []
    for start in range(0, units, size):
        blocks.append(_figures(activations.values[start : start + size], one_of, above))
        yield min(units, start + size), units
    columns = [np.concatenate(column) for column in zip(*blocks, strict=True)]
    mean, deviation, lowest, highest, density, class_means, correlation = columns
    dead = highest - lowest < STILL
    if activations.broken is not None:
        dead = dead | activations.broken
        mean, density = (np.where(activations.broken, np.nan, column) for column in (mean, density))
    correlation = np.where(dead[:, None], np.nan, correlation)
    selectivity, preferred = _selectivity(class_means, one_of.sum(axis=0), np.minimum(0, lowest), dead)
    return UnitTable(
        above=above,
        density=np.nan_to_num(density),
        mean=mean,
        deviation=deviation,
        lowest=lowest,
        highest=highest,
        dead=dead,
        rare=~dead & (density < ULTRA_RARE) & resting,
        class_means=class_means,
        class_correlation=correlation,
        selectivity=selectivity,
        preferred=preferred,
    )


def _memberships(activations: Activations) -> Floats:
    """(items, classes), 1 where an item is of the class."""
    if activations.labels is None:
        return np.zeros((activations.items, 0))
    return np.asarray(activations.labels[:, None] == np.arange(len(activations.classes)), np.float64)


def _figures(block: NDArray[np.float32], one_of: Floats, above: float) -> tuple[Floats, ...]:
    """Mean, deviation, lowest, highest, density, means and correlations of the classes; of a few units."""
    values = block.astype(np.float64)
    mean = values.mean(axis=1)
    values -= mean[:, None]
    deviation = np.sqrt(np.square(values).mean(axis=1))
    density = (np.abs(block) > np.float32(above)).mean(axis=1)
    counts = one_of.sum(axis=0)
    apart = values @ one_of / np.maximum(counts, 1)
    share = counts / max(1, len(one_of))
    with np.errstate(divide="ignore", invalid="ignore"):
        correlation = apart * np.sqrt(share / (1 - share)) / deviation[:, None]
    correlation[:, counts == 0] = np.nan
    return mean, deviation, block.min(axis=1), block.max(axis=1), density, apart + mean[:, None], correlation


def _selectivity(
    means: Floats, counts: Floats, lowest: Floats, dead: NDArray[np.bool_]
) -> tuple[Floats, NDArray[np.int64]]:
    """As in the table; classes without items are none."""
    if (counts > 0).sum() < 2:
        return np.full(len(means), np.nan), np.full(len(means), -1)
    there = np.where(counts > 0, means - lowest[:, None], -np.inf)
    preferred = there.argmax(axis=1)
    most = there.max(axis=1)
    total = np.where(counts > 0, means - lowest[:, None], 0) @ counts
    rest = (total - most * counts[preferred]) / (counts.sum() - counts[preferred])
    with np.errstate(divide="ignore", invalid="ignore"):
        found = (most - rest) / (most + rest)
    return np.where(dead, np.nan, found), np.where(dead, -1, preferred)
