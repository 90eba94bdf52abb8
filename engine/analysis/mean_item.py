"""The mean of the training items as the answer to everything: what is below that has learned something."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.analysis.baselines import Fitting
from engine.analysis.moments import BLOCK
from engine.datasets.data import spread_blocks


class MeanItem:
    """One answer for all."""

    name = "mean"

    def __init__(self, item: NDArray[np.float32]) -> None:
        self.item = item

    def answer(self, seen: NDArray[Any]) -> NDArray[np.float32]:
        """The mean item for each of `seen`: (count, *shape) float32, a read-only view."""
        return np.broadcast_to(self.item, (len(seen), *self.item.shape))

    def encode(self, items: NDArray[Any]) -> NDArray[np.float32]:
        """Nothing is told of any item."""
        return np.zeros((len(items), 0), np.float32)


def fitted(fitting: Fitting) -> MeanItem:
    """Of the training part, each number over the items of which it is known."""
    data, items = fitting.data, fitting.data.train.items
    total, count = np.zeros(data.shape), np.zeros(data.shape)
    for block in spread_blocks(items, BLOCK):
        compact = items[block]
        targets, known = data.targets(compact), data.known(compact)
        total += targets.sum(axis=0, dtype=np.float64)  # what is not known is 0
        count += len(targets) if known is None else known.sum(axis=0)
    return MeanItem((total / np.maximum(count, 1)).astype(np.float32))
