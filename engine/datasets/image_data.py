"""A set of labelled images in memory."""

from __future__ import annotations

import hashlib
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.datasets.data import Part
from engine.datasets.splits import stratified
from engine.errors import UsageError, counted


class ImageData:
    """A data set as published, or with a validation part of its own (see `engine.datasets.data.Data`)."""

    kind = "image"
    plane_items = 500
    health_items = 1_000

    def __init__(
        self,
        key: str,
        train: Part,
        test: Part,
        classes: tuple[str, ...],
        path: Path | None,
        validation: Part | None = None,
        split: str = "",
    ) -> None:
        self.key = key
        self.train = train
        self.validation = test if validation is None else validation
        self.test = test
        self.split = split
        self.classes = classes
        self.path = path
        """The file or folder it was read from; None for data that come with a package."""

    @property
    def held_out(self) -> bool:
        """Whether the validation part is one of its own; as published, the test part validates."""
        return self.validation is not self.test

    def with_validation(self, share: float) -> ImageData:
        """The same with `share` of the training part, the same of each class, held out for validation.

        One item at least is held out, and one left to train on. Raises UsageError where there are fewer than two.
        """
        if not share:
            return self
        count = len(self.train.labels)
        if count < 2:
            told = f"expected at least 2 items to hold some out for validation, got {count}; set validation to 0"
            raise UsageError("Too few items", told)
        chosen = stratified(self.train.labels, min(max(share, 1 / count), 1 - 1 / count))
        train, validation = (Part(self.train.items[mask], self.train.labels[mask]) for mask in (~chosen, chosen))
        made = type(self)(self.key, train, self.test, self.classes, self.path, validation, split=f"held-out-{share:g}-")
        made.__dict__["fingerprint"] = self.fingerprint  # of the whole, however it is cut
        return made

    @property
    def metadata(self) -> dict[str, str]:
        """`validation`: which items the losses of validation are of."""
        held_out = f"{counted(len(self.validation.labels), 'item')} held out of training"
        return {"validation": held_out if self.held_out else "the test part, as published"}

    def as_floats(self, items: NDArray[Any]) -> NDArray[np.float32]:
        """uint8 (count, height, width, channels) → float32 in [0, 1]; floats are taken as they are."""
        return as_floats(items)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width and channels of one image."""
        _, height, width, channels = self.train.items.shape
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


def as_floats(images: NDArray[Any]) -> NDArray[np.float32]:
    """Images as float32 in [0, 1]: uint8 is divided by 255, floats are taken as they are."""
    if images.dtype == np.uint8:
        return images.astype(np.float32) / np.float32(255)
    return images.astype(np.float32, copy=False)
