"""Ratings as they were given: a number for some of all pairs of a user and an item."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

Rows = Literal["items", "users"]
"""What a row of the table of ratings is."""

TRAIN, VALIDATION, TEST = range(3)


@dataclass(frozen=True, eq=False)
class Ratings:
    """A data set of them, each in one of three parts, in the user's own unit."""

    kind: ClassVar[str] = "ratings"

    key: str
    users: tuple[str, ...]
    """As the file names them."""
    items: tuple[str, ...]
    user: NDArray[np.int32]
    """(ratings,): a place in `users`."""
    item: NDArray[np.int32]
    """(ratings,): a place in `items`. No user rates an item twice."""
    value: NDArray[np.float32]
    """(ratings,)."""
    part: NDArray[np.int8]
    """(ratings,): TRAIN, VALIDATION or TEST."""
    path: Path | None = None
    """The file it was read from."""
    notes: dict[str, str] = field(default_factory=dict)
    """What else is known of it, label and words, for people."""

    def __len__(self) -> int:
        """How many ratings there are."""
        return len(self.value)

    @property
    def held_out(self) -> bool:
        """Whether some belong to a validation part."""
        return bool((self.part == VALIDATION).any())

    def names(self, rows: Rows) -> tuple[str, ...]:
        """Of the rows of the table."""
        return self.items if rows == "items" else self.users

    def places(self, rows: Rows) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Row and column of each rating, (ratings,) each."""
        return (self.item, self.user) if rows == "items" else (self.user, self.item)

    @cached_property
    def mean(self) -> float:
        """Of the ratings to train on."""
        return float(self._training.mean(dtype=np.float64))

    @cached_property
    def deviation(self) -> float:
        """Of the ratings to train on; 1 where they are all the same."""
        return float(self._training.std(dtype=np.float64)) or 1.0

    @cached_property
    def range(self) -> tuple[float, float]:
        """The lowest and the highest rating to train on: no answer needs to lie outside."""
        return float(self._training.min()), float(self._training.max())

    @property
    def _training(self) -> NDArray[np.float32]:
        training: NDArray[np.float32] = self.value[self.part == TRAIN]
        return training

    def normalised(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Ratings with the mean 0 and the standard deviation 1 of those to train on."""
        return np.asarray((values - self.mean) / self.deviation, np.float32)

    def in_units(self, numbers: NDArray[np.float32]) -> NDArray[np.float32]:
        """Normalised answers as ratings, none beyond what was given."""
        return np.asarray(np.clip(numbers * self.deviation + self.mean, *self.range), np.float32)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over names, ratings and parts."""
        digest = hashlib.sha256()
        for names in (self.users, self.items):
            digest.update("\0".join(names).encode(errors="surrogateescape"))
        for array in (self.user, self.item, self.value, self.part):
            digest.update(str(array.shape).encode())
            digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()
