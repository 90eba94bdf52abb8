"""The mean of the training items as the answer to everything: what is below that has learned something."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.analysis.baselines import Fitting
from engine.analysis.moments import BLOCK
from engine.datasets.data import in_blocks
from engine.datasets.image_data import as_floats


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
    """Of the training part."""
    items = fitting.data.train.items
    total = np.zeros(fitting.data.shape)
    for block in in_blocks(items, BLOCK):
        total += as_floats(items[block]).sum(axis=0, dtype=np.float64)
    return MeanItem((total / len(items)).astype(np.float32))
