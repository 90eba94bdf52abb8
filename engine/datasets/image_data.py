"""A set of labelled images in parts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.datasets.array_data import ArrayData, as_floats

__all__ = ["ImageData", "as_floats"]


class ImageData(ArrayData):
    """Images (count, height, width, channels), bytes or floats in [0, 1].

    Or pairs of them, (count, 2, height, width, channels): the first is seen, the second is to be answered.
    """

    kind = "image"

    @property
    def paired(self) -> bool:
        """Whether the items are pairs."""
        return self.train.items.ndim == 5

    def as_floats(self, items: NDArray[Any]) -> NDArray[np.float32]:
        """Images or pairs → what is seen of them, (count, height, width, channels) in [0, 1]."""
        return as_floats(items[:, 0] if items.ndim == 5 else items)

    def targets(self, items: NDArray[Any]) -> NDArray[np.float32]:
        """Likewise what is to be answered."""
        return as_floats(items[:, 1] if items.ndim == 5 else items)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width and channels of one image."""
        height, width, channels = self.train.items.shape[-3:]
        return height, width, channels
