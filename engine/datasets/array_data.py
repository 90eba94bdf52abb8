"""A set of items that are arrays of numbers, in parts: images, rows of a table, windows of a series, ratings."""

from __future__ import annotations

import hashlib
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from engine.datasets.classes import class_of
from engine.datasets.data import Part, in_blocks
from engine.datasets.splits import stratified
from engine.errors import UsageError, counted
from engine.storage.rows import Kept

UNLABELLED = "unlabelled"
"""The class of all where there are none."""
BLOCK = 4_096
"""Items that are hashed at a time."""


class ArrayData:
    """A data set as published, or with a validation part of its own (see `engine.datasets.data.Data`).

    Items are bytes, seen as numbers from 0 to 1, or float32, where NaN is a number that is not known.
    """

    kind: str
    """A key of `engine.kinds.KINDS`; the same for all of a class."""
    bounded: bool = True
    """Whether the numbers of an item lie in [0, 1]: then so do those of what a baseline answers."""
    normal: str = ""
    """As `engine.datasets.data.Data.normal`; see `only`."""
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
        """`validation`: where it is None, the test part validates; `split`: see `engine.datasets.data.Data`."""
        self.key = key
        self.train = train
        self.validation = test if validation is None else validation
        self._held_out = validation is not None
        self.test = test
        self.split = split
        self.classes = classes
        self.path = path
        """The file or folder it was read from; None for data that come with a package."""

    @property
    def held_out(self) -> bool:
        """Whether the validation part is one of its own; as published, the test part validates."""
        return self._held_out

    @cached_property
    def judged(self) -> Part:
        """As `engine.datasets.data.Data.judged`."""
        return self.test.at(self.test.labels == self.classes.index(self.normal)) if self.normal else self.test

    @property
    def paired(self) -> bool:
        """Whether what is seen and what is to be answered are different items."""
        return False

    def with_validation(self, share: float) -> Self:
        """The same with `share` of the training part, the same of each class, held out for validation; as it is where
        it came with such a part.

        One item at least is held out, and one left to train on. Raises UsageError where there are fewer than two.
        """
        if not share or self.held_out:
            return self
        count = len(self.train.labels)
        if count < 2:
            told = f"expected at least 2 items to hold some out for validation, got {count}; set validation to 0"
            raise UsageError("Too few items", told)
        chosen = stratified(self.train.labels, min(max(share, 1 / count), 1 - 1 / count))
        return self._cut(self.train.at(~chosen), self.train.at(chosen), f"held-out-{share:g}-")

    def only(self, normal: str) -> Self:
        """The same with items of the class `normal` (its name or number) alone to train on and to choose by, so that
        all others are strange; as it is where it is empty. The test part stays whole.

        Raises UsageError where there is no such class, or nothing of it to train on.
        """
        if not normal:
            return self
        place = class_of(normal, self.classes)
        train = self.train.at(self.train.labels == place)
        validation = self.validation.at(self.validation.labels == place) if self.held_out else None
        if not len(train.labels) or (validation is not None and not len(validation.labels)):
            part = "to choose by" if len(train.labels) else "to train on"
            raise UsageError("Too few items", f"expected items of {self.classes[place]!r}, but there are none {part}")
        return self._cut(train, validation, f"only-{place}-", self.classes[place])

    def _cut(self, train: Part, validation: Part | None, how: str, normal: str = "") -> Self:
        """The same with another training and validation part; it is still the same data."""
        made = self._divided(train, validation, self.split + how)
        made.__dict__["fingerprint"] = self.fingerprint  # of the whole, however it is cut
        made.normal = normal or self.normal
        if validation is None:
            made.validation = made.judged
        return made

    def _divided(self, train: Part, validation: Part | None, split: str) -> Self:
        """The same data in other parts."""
        return type(self)(self.key, train, self.test, self.classes, self.path, validation, split)

    @property
    def metadata(self) -> dict[str, str]:
        """`validation`: which items the losses of validation are of."""
        held_out = f"{counted(len(self.validation.labels), 'item')} held out of training"
        told = {"validation": held_out if self.held_out else "the test part, as published"}
        if self.held_out and self.test.items is self.validation.items:
            told = {"validation": f"{held_out}; there is no other test part"}
        elif self.test.items is self.train.items:
            told = {"validation": "the items to train on: nothing was held out"}
        normal = {"normal": f"{self.normal}: it alone is learned, all others are strange"} if self.normal else {}
        return told | normal

    def as_floats(self, items: NDArray[Any]) -> NDArray[np.float32]:
        """What a network sees of compact items (count, …), (count, *shape); 0 where a number is not known."""
        return as_floats(items)

    def targets(self, items: NDArray[Any]) -> NDArray[np.float32]:
        """What it should answer, (count, *shape)."""
        return self.as_floats(items)

    def known(self, items: NDArray[Any]) -> NDArray[np.bool_] | None:
        """Where the numbers of `targets` are known; None where all are."""
        if items.dtype.kind != "f":
            return None
        missing = np.isnan(items)
        return ~missing if missing.any() else None

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one item as a network sees it."""
        return tuple(self.train.items.shape[1:])

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over all items and labels: the same data have the same one wherever they were read from.

        Of items that stay in files it is that of checksums and samples (see `engine.storage.rows.Kept.digest`).
        """
        digest = hashlib.sha256()
        own = (self.validation,) if self.held_out else ()
        for part in (self.train, *own, self.test):
            for array in (part.items, part.labels):
                digest.update(str(array.shape).encode())
                if isinstance(array, Kept):
                    digest.update(array.digest().encode())
                    continue
                for rows in in_blocks(array, BLOCK):
                    digest.update(np.ascontiguousarray(array[rows]).data)
        return digest.hexdigest()


def as_floats(items: NDArray[Any]) -> NDArray[np.float32]:
    """Items as float32: uint8 is divided by 255, floats are taken as they are, 0 for those that are not known (NaN)."""
    if items.dtype == np.uint8:
        return items.astype(np.float32) / np.float32(255)
    floats = items.astype(np.float32, copy=False)
    missing = np.isnan(floats)
    return np.where(missing, np.float32(0), floats) if missing.any() else floats
