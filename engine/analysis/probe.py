"""What nearest neighbours make of codes: how well they tell the classes apart. Codes: (count, code size) floats."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.analysis.plane import finite
from engine.datasets.data import in_blocks
from engine.storage.blas import one_thread

NARROW = 15
"""Numbers in a code up to which a tree finds neighbours faster than multiplying everything by everything."""
VOTES = 500
"""Items that are looked up at a time: 0.1 s among 60,000 codes of 8 numbers."""
DISTANCES = 24_000_000
"""Bytes of distances that are in memory at a time, where all are computed: of 100 items to 60,000 codes."""
GROUP = 256
"""Distances whose minimum is looked at first."""


def knn(
    train_codes: NDArray[Any],
    train_labels: NDArray[Any],
    test_codes: NDArray[Any],
    test_labels: NDArray[Any],
    neighbours: int = 15,
) -> Generator[tuple[int, int], None, float]:
    """Share of the test items that the vote of their `neighbours` nearest training items classifies rightly.

    With fewer training items than `neighbours`, all of them vote. Yields how many items are done of how many.
    """
    classes, members = np.unique(train_labels, return_inverse=True)
    search = _by_tree if train_codes.shape[1] <= NARROW else _by_product
    nearest = search(finite(train_codes), min(neighbours, len(train_labels)))
    right, codes = 0, finite(test_codes)
    for block in in_blocks(codes, VOTES):
        voted = members[nearest(codes[block])]
        votes = (voted[:, :, None] == np.arange(len(classes))).sum(axis=1)
        right += int(np.sum(classes[votes.argmax(axis=1)] == test_labels[block]))
        yield block.stop, len(codes)
    return right / len(codes)


Search = Callable[[NDArray[np.float32]], NDArray[np.integer]]
"""From codes (n, size) to the places of their nearest ones (n, neighbours), in any order."""


def _by_tree(codes: NDArray[np.float32], neighbours: int) -> Search:
    from sklearn.neighbors import NearestNeighbors

    tree = NearestNeighbors(n_neighbors=neighbours).fit(codes)
    return lambda asked: np.asarray(tree.kneighbors(asked, return_distance=False))


def _by_product(codes: NDArray[np.float32], neighbours: int) -> Search:
    """|x - y|² = |x|² - 2 x·y + |y|², of which the first is the same for all y: 17 s for MNIST on one core."""
    # Centred and scaled, because differences of large squares are lost in float32.
    centre = codes.mean(axis=0, dtype=np.float64).astype(np.float32)
    around = codes - centre
    scale = np.abs(around).max() or np.float32(1)
    around /= scale
    squares = np.einsum("ij,ij->i", around, around)

    @one_thread()
    def nearest(asked: NDArray[np.float32]) -> NDArray[np.integer]:
        pieces = -(-asked.shape[0] * around.shape[0] * around.itemsize // DISTANCES)
        blocks = np.array_split((asked - centre) / scale, min(pieces, len(asked)) or 1)
        found = [_least(squares - 2 * (block @ around.T), neighbours) for block in blocks]
        return np.concatenate(found)

    return nearest


def _least(distances: NDArray[np.float32], count: int) -> NDArray[np.integer]:
    """Places of the `count` smallest of each row. Sorting rows of 60,000 takes as long as finding the distances; but
    none of the smallest is larger than the `count`-th smallest of the minima of groups, and few others are as small."""
    groups = distances.shape[1] // GROUP
    if groups < count:
        return np.argpartition(distances, count - 1, axis=1)[:, :count]
    minima = distances[:, : groups * GROUP].reshape(len(distances), groups, GROUP).min(axis=2)
    limits = np.partition(minima, count - 1, axis=1)[:, count - 1]
    found = np.empty((len(distances), count), np.int64)
    for row, (each, limit) in enumerate(zip(distances, limits, strict=True)):
        near = np.flatnonzero(each <= limit)
        found[row] = near[np.argpartition(each[near], count - 1)[:count]]
    return found
