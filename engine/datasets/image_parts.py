"""From raw arrays, as files hold them, to a checked part of a data set."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.datasets.data import Part
from engine.storage.npz import Malformed

LARGEST = 2**30
"""Bytes of pixels that one array may claim. More than any data set here by far; a broken header claims anything."""


def part(images: NDArray[Any], labels: NDArray[Any], path: Path) -> Part:
    """Images (count, height, width) or (count, height, width, channels) with labels (count,) or (count, 1).

    Raises:
        Malformed: other shapes, other types than uint8 images and integer labels, unequal counts.
    """
    if images.dtype != np.uint8 or images.ndim not in (3, 4):
        raise Malformed(path, f"expected images (count, height, width) of uint8, found {_described(images)}")
    if labels.dtype.kind not in "iu" or labels.shape not in ((labels.size,), (labels.size, 1)):
        raise Malformed(path, f"expected whole-number labels (count,), found {_described(labels)}")
    if len(images) != len(labels):
        raise Malformed(path, f"expected a label for each image, found {len(images):,} and {len(labels):,}")
    pixels = images if images.ndim == 4 else images[..., np.newaxis]
    return Part(np.ascontiguousarray(pixels), labels.reshape(-1).astype(np.int64))


def _described(array: NDArray[Any]) -> str:
    return f"{array.shape} of {array.dtype}"
