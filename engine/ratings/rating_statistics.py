"""What is in a set of ratings, in figures."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from engine.ratings.ratings import TEST, TRAIN, VALIDATION, Ratings


class Statistics(NamedTuple):
    """Figures of one data set."""

    source: str
    """Empty for what this program makes."""
    fingerprint: str
    metadata: dict[str, str]
    """Label and words, for people."""
    table: list[tuple[str, ...]]
    """How often each rating was given; of many different ones, in ten ranges."""


LEVELS = 20
"""Different ratings up to which each is told by itself."""


def of(ratings: Ratings) -> Statistics:
    """The figures of `ratings`."""
    users, items = len(ratings.users), len(ratings.items)
    counts = [int((ratings.part == part).sum()) for part in (TRAIN, VALIDATION, TEST)]
    lowest, highest = float(ratings.value.min()), float(ratings.value.max())
    mean, deviation = ratings.value.mean(dtype=np.float64), ratings.value.std(dtype=np.float64)
    metadata = {
        "ratings": f"{len(ratings):,} by {users:,} users of {items:,} items, {len(ratings) / (users * items):.2%} of "
        "all pairs",
        "parts": f"{counts[0]:,} training, {counts[1]:,} validation, {counts[2]:,} test",
        "values": f"{lowest:g} to {highest:g}, mean {mean:.4f}, standard deviation {deviation:.4f}",
        "of a user": _each(np.bincount(ratings.user, minlength=users), "ratings"),
        "of an item": _each(np.bincount(ratings.item, minlength=items), "ratings"),
        **ratings.notes,
    }
    return Statistics(str(ratings.path or ""), ratings.fingerprint, metadata, _table(ratings))


def _each(counts: np.ndarray[tuple[int], np.dtype[np.int64]], what: str) -> str:
    return f"{counts.min():,} to {counts.max():,} {what}, half of them at most {np.median(counts):,.0f}"


def _table(ratings: Ratings) -> list[tuple[str, ...]]:
    test = ratings.part == TEST
    levels = np.unique(ratings.value)
    if len(levels) <= LEVELS:
        names = [f"{level:g}" for level in levels]
        places = np.searchsorted(levels, ratings.value)
    else:
        edges = np.linspace(levels[0], levels[-1], 11)
        names = [f"{low:.4g} to {high:.4g}" for low, high in pairwise(edges)]
        places = np.searchsorted(edges[1:-1], ratings.value, side="right")
    learned, tested = (np.bincount(places[chosen], minlength=len(names)) for chosen in (~test, test))
    rows = zip(names, learned, tested, strict=True)
    return [("RATING", "TRAIN", "TEST"), *((name, f"{train:,}", f"{last:,}") for name, train, last in rows)]
