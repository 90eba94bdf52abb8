"""Ratings as a model sees them: rows of a table with gaps, each with the ratings that it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from math import prod
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from engine.datasets.array_data import ArrayData, as_floats
from engine.datasets.data import Part
from engine.datasets.splits import stratified
from engine.errors import UsageError, counted
from engine.ratings.ratings import TEST, TRAIN, VALIDATION, Ratings, Rows
from engine.ratings.sparse import Sparse

LARGEST = 2**31
"""Bytes of the table, what is seen and what is asked of all three parts: they lie on the device with all their gaps."""

SEEN, ASKED = range(2)
BLOCK = 512
"""Rows that are made at a time: with all their gaps they are large."""


class RatedRows:
    """(rows, 2, columns) float32: what is seen of a row and what is asked of it, NaN where there is nothing.

    Made when it is asked for, like that of an array: all of it would be large, and is mostly gaps.
    """

    dtype = np.dtype(np.float32)
    ndim = 3

    def __init__(self, seen: Sparse, asked: Sparse, rows: NDArray[np.int64], columns: int) -> None:
        self._tables = seen, asked
        self._rows = rows
        self.shape = len(rows), 2, columns

    @property
    def nbytes(self) -> int:
        """Of all of it, were it made."""
        return prod(self.shape) * self.dtype.itemsize

    def __len__(self) -> int:
        """How many rows."""
        return len(self._rows)

    def __getitem__(self, places: Any) -> NDArray[np.float32]:
        """The rows at `places`, or the numbers at places in them, as of an array."""
        if isinstance(places, tuple):
            rows, *inside = places
            found: NDArray[np.float32] = self[rows][
                (slice(None), *inside) if np.ndim(self._rows[rows]) else tuple(inside)
            ]
            return found
        chosen = self._rows[places]
        rows = np.atleast_1d(chosen)
        made = np.full((len(rows), *self.shape[1:]), np.nan, np.float32)
        for table, which in zip(self._tables, (SEEN, ASKED), strict=True):
            table.put(rows, made[:, which])
        return made if np.ndim(chosen) else made[0]


class RatingsData(ArrayData):
    """A table whose rows are items or users; a row is of a part where some of its ratings are.

    Of every row the ratings to train on are seen. In training the same are asked for; in validation and test those
    that were held out, and nothing else. Numbers are normalised, NaN where there is no rating.
    """

    kind = "ratings"
    bounded: bool = False

    def __init__(self, ratings: Ratings, rows: Rows, split: str = "") -> None:
        """Raises UsageError for a table that is too large."""
        self.ratings = ratings
        self.rows: Rows = rows
        names = ratings.names(rows)
        self._columns = len(ratings.users if rows == "items" else ratings.items)
        row, _ = ratings.places(rows)
        parts = {part: np.unique(row[ratings.part == part]).astype(np.int64) for part in (TRAIN, VALIDATION, TEST)}
        self._check_size()
        self._sparse = {part: self._of(part) for part in (TRAIN, VALIDATION, TEST)}
        made = {part: self._part(part, places, names) for part, places in parts.items()}
        validation = made[VALIDATION] if ratings.held_out else None
        what = f"rows-are-{rows}-{split}"
        super().__init__(ratings.key, made[TRAIN], made[TEST], (rows[:-1],), ratings.path, validation, what)
        self.__dict__["fingerprint"] = ratings.fingerprint

    @property
    def training(self) -> Sparse:
        """The ratings to train on, normalised."""
        return self._sparse[TRAIN]

    def _of(self, part: int) -> Sparse:
        there = self.ratings.part == part
        row, column = (places[there] for places in self.ratings.places(self.rows))
        value = self.ratings.normalised(self.ratings.value[there])
        return Sparse.of(len(self.ratings.names(self.rows)), row, column, value)

    def _part(self, part: int, rows: NDArray[np.int64], names: Sequence[str]) -> Part:
        items = cast("NDArray[Any]", self._table(part, rows))
        return Part(items, np.zeros(len(rows), np.int64), [names[row] for row in rows])

    def _table(self, part: int, rows: NDArray[np.int64]) -> RatedRows:
        return RatedRows(self._sparse[TRAIN], self._sparse[part], rows, self._columns)

    def _check_size(self) -> None:
        """As if every row were of every part, so that it does not matter which way the table is turned."""
        size = 3 * 2 * 4 * len(self.ratings.users) * len(self.ratings.items)
        if size > LARGEST:
            there = f"{counted(len(self.ratings.users), 'user')} and {counted(len(self.ratings.items), 'item')}"
            raise UsageError(
                "Too many ratings",
                f"expected a table of at most {LARGEST / 2**30:.0f} GiB with its gaps, but {there} make one of "
                f"{size / 2**30:,.1f}; leave out those with few ratings: add the data anew with --min-ratings 20, "
                "or more",
            )

    @cached_property
    def turned(self) -> RatingsData:
        """The same with rows and columns exchanged."""
        return RatingsData(self.ratings, "users" if self.rows == "items" else "items")

    @property
    def everything(self) -> RatedRows:
        """All rows, also those without a rating, asked for what is seen."""
        return self._table(TRAIN, np.arange(len(self.ratings.names(self.rows))))

    @property
    def paired(self) -> bool:
        """What is asked of held-out ratings was not seen."""
        return True

    @property
    def shape(self) -> tuple[int, ...]:
        """The columns of the table."""
        return (self._columns,)

    def as_floats(self, items: NDArray[Any]) -> NDArray[np.float32]:
        """What is seen of rows (count, 2, columns): (count, columns), 0 where there is no rating; rows (count, columns)
        likewise."""
        return as_floats(items[:, SEEN] if items.ndim == 3 else items)

    def targets(self, items: NDArray[Any]) -> NDArray[np.float32]:
        """Likewise what is asked."""
        return as_floats(items[:, ASKED] if items.ndim == 3 else items)

    def known(self, items: NDArray[Any]) -> NDArray[np.bool_]:
        """Where something is asked."""
        missing: NDArray[np.bool_] = np.isnan(items[:, ASKED] if items.ndim == 3 else items)
        return ~missing

    @property
    def metadata(self) -> dict[str, str]:
        """`rows` and `ratings`: what the table is and what there is in it; `validation`: as of all arrays."""
        ratings = self.ratings
        train, validation, test = (f"{(ratings.part == part).sum():,}" for part in (TRAIN, VALIDATION, TEST))
        told = "by users" if self.rows == "items" else "of items"
        held_out = f"{validation} ratings held out of training"
        return {
            "rows": f"{len(ratings.names(self.rows)):,} {self.rows}, each with its ratings {told}: {self._columns:,}",
            "ratings": f"{train} training, {validation} validation, {test} test",
            "normalised": f"mean {ratings.mean:.4g}, standard deviation {ratings.deviation:.4g} of the training part",
            "validation": held_out if self.held_out else "the test part, as the data were cut",
        }


def with_validation(ratings: Ratings, share: float) -> Ratings:
    """The same with `share` of the ratings to train on held out for validation, the same ones every time; as it is
    where it came with such a part. Raises UsageError where there are fewer than two to train on."""
    if not share or ratings.held_out:
        return ratings
    training = np.flatnonzero(ratings.part == TRAIN)
    if len(training) < 2:
        told = f"expected at least 2 ratings to hold some out for validation, got {len(training)}"
        raise UsageError("Too few ratings", f"{told}; set validation to 0")
    drawn = stratified(np.zeros(len(training), np.int64), max(share, 1 / len(training)))
    return part_moved(ratings, training[drawn], VALIDATION)


def part_moved(ratings: Ratings, places: NDArray[np.int64], to: int) -> Ratings:
    """The same with the ratings at `places` in another part; the fingerprint is that of the whole, however cut."""
    part = ratings.part.copy()
    part[places] = to
    made = replace(ratings, part=part)
    made.__dict__["fingerprint"] = ratings.fingerprint
    return made
