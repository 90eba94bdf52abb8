"""A set of labelled images in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Report = Callable[[str, int, int], None]
"""Called as report(activity, done, total) in bytes while data are fetched or read; total 0 when unknown."""


class Part(NamedTuple):
    """Training or test part. `images`: (count, height, width, channels) uint8; `labels`: (count,) int64."""

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]


class ImageData:
    """A data set as published: the training part, and the test part that is never trained on."""

    def __init__(self, key: str, train: Part, test: Part, classes: tuple[str, ...], path: Path | None) -> None:
        self.key = key
        self.train = train
        self.test = test
        self.classes = classes
        self.path = path
        """The file or folder it was read from; None for data that come with a package."""

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width and channels of one image."""
        _, height, width, channels = self.train.images.shape
        return height, width, channels

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over all images and labels: the same data have the same one wherever they were read from."""
        digest = hashlib.sha256()
        for part in (self.train, self.test):
            for array in part:
                digest.update(str(array.shape).encode())
                digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()
