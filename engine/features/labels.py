"""Which labelled items a classifier gets: stratified draws, keyed by a seed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def draw(labels: NDArray[np.integer], count: int, seed: int) -> NDArray[np.int64]:
    """Places of `count` items (0: all), ascending; of each class its share of them, and one at least where there is
    room for that."""
    if not 0 < count < len(labels):
        return np.arange(len(labels))
    random = np.random.default_rng([seed, 1])
    classes, members, counts = np.unique(labels, return_inverse=True, return_counts=True)
    wanted = count * counts / len(labels)
    drawn = np.floor(wanted).astype(np.int64)
    if count >= len(classes):
        drawn = np.maximum(drawn, 1)
    while drawn.sum() < count:  # to the class that lacks most
        drawn[np.argmax(np.where(drawn < counts, wanted - drawn, -np.inf))] += 1
    while drawn.sum() > count:  # rare classes took more than their share
        drawn[np.argmax(drawn - wanted + np.where(drawn > 1, 1, 0))] -= 1
    order = random.permutation(len(labels))
    places = [order[members[order] == number][:each] for number, each in enumerate(drawn)]
    return np.sort(np.concatenate(places))


def folds(labels: NDArray[np.integer], count: int, seed: int) -> NDArray[np.int64]:
    """For each item the fold that it belongs to, from 0 to `count` - 1; each has the same share of each class, as far
    as that can be."""
    order = np.random.default_rng([seed, 2]).permutation(len(labels))
    by_class = order[np.argsort(labels[order], kind="stable")]
    found = np.empty(len(labels), np.int64)
    found[by_class] = np.arange(len(labels)) % count
    return found


def splits(labels: NDArray[np.integer], count: int, number: int, seed: int) -> list[NDArray[np.int64]]:
    """Places of the labelled items of `number` splits.

    With `count` labels: each split draws anew. With all (0): one split has them all, of several each leaves out another
    fold, one of `number`.
    """
    if 0 < count < len(labels):
        return [draw(labels, count, seed + split) for split in range(number)]
    if number == 1:
        return [np.arange(len(labels))]
    fold = folds(labels, number, seed)
    return [np.flatnonzero(fold != split) for split in range(number)]
