"""Arrays of rows that need not lie in memory: what they all can do, and some rows of one as an array of their own."""

from __future__ import annotations

import math
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

GRAIN = 2**20
"""Bytes of rows that are read in one go where order does not matter, at most, and that share a checksum: below a
mebibyte a disk spends more time on finding than on reading."""


class Array(Protocol):
    """Rows of numbers: an ndarray, or what reads them from files when they are asked for.

    Indexed by a row's number, a slice, an array of numbers or an array of bool, it gives an ndarray. Nothing else is
    expected of it: `array[start:stop]` is how a block comes to memory, `array[:]` all of it.
    """

    @property
    def shape(self) -> tuple[int, ...]:
        """(rows, …)."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of its numbers."""

    @property
    def ndim(self) -> int:
        """`len(shape)`."""

    @property
    def size(self) -> int:
        """How many numbers there are in all rows."""

    @property
    def nbytes(self) -> int:
        """What they take in memory."""

    def __len__(self) -> int:
        """How many rows there are."""

    def __getitem__(self, places: Any, /) -> NDArray[Any]:
        """The rows there."""


class Kept:
    """The sides of an `Array` that follow from `shape`, `dtype` and how rows are read."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    @property
    def ndim(self) -> int:
        """See `Array`."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """See `Array`."""
        return math.prod(self.shape)

    @property
    def nbytes(self) -> int:
        """See `Array`."""
        return self.size * self.dtype.itemsize

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, places: Any, /) -> NDArray[Any]:
        if isinstance(places, slice):
            start, stop, step = places.indices(len(self))
            if step == 1:
                return self._between(start, max(start, stop))
            return self._at(np.arange(start, stop, step))
        wanted = np.asarray(places)
        if wanted.dtype == bool:
            if wanted.shape != (len(self),):
                raise IndexError(f"expected a bool for each of {len(self):,} rows, got {wanted.shape}")
            return self._at(np.flatnonzero(wanted))
        if wanted.size and wanted.dtype.kind not in "iu":
            raise IndexError(f"expected a slice, numbers of rows or a mask, got {wanted.dtype}")
        found = np.where(wanted < 0, wanted + len(self), wanted).astype(np.int64)
        if found.size and not 0 <= found.min() <= found.max() < len(self):
            raise IndexError(f"expected numbers of {len(self):,} rows, got {wanted.min()} to {wanted.max()}")
        rows = self._at(found.reshape(-1))
        return rows.reshape(*found.shape, *self.shape[1:])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """All of it in memory."""
        del copy
        return self[:] if dtype is None else self[:].astype(dtype, copy=False)

    def _between(self, start: int, stop: int) -> NDArray[Any]:
        """Rows from `start` to before `stop`."""
        raise NotImplementedError

    def _at(self, places: NDArray[np.int64]) -> NDArray[Any]:
        """Rows by their numbers (n,), which are in range."""
        raise NotImplementedError


class Rows(Kept):
    """Some rows of another array, in an order of their own; nothing is read before it is asked for."""

    def __init__(self, array: Array, places: NDArray[np.integer] | range) -> None:
        """`places`: numbers of rows of `array`; a range with step 1 takes no memory."""
        self._array = array
        self._places = places
        self.shape = len(places), *array.shape[1:]
        self.dtype = array.dtype

    def _between(self, start: int, stop: int) -> NDArray[Any]:
        chosen = self._places[start:stop]
        if isinstance(chosen, range):
            return self._array[chosen.start : chosen.stop]
        return self._array[chosen]

    def _at(self, places: NDArray[np.int64]) -> NDArray[Any]:
        if isinstance(self._places, range):
            return self._array[places + self._places.start]
        return self._array[self._places[places]]


def some(array: Array, chosen: NDArray[np.integer] | NDArray[np.bool_] | range) -> Array:
    """The rows of `array` that are `chosen` by number or mask: a copy of what lies in memory, a view of what does not.

    A memory map counts as in memory only once it is read, so it gives a view too.
    """
    places: Any = np.flatnonzero(chosen) if not isinstance(chosen, range) and chosen.dtype == bool else chosen
    if isinstance(array, np.ndarray) and not isinstance(array, np.memmap):
        return array[places.start : places.stop] if isinstance(places, range) else array[places]
    if isinstance(places, np.ndarray) and len(array) < 2**31:
        places = places.astype(np.int32)
    return Rows(array, places)


def row_bytes(array: Array) -> int:
    """Bytes of one row."""
    return math.prod(array.shape[1:]) * array.dtype.itemsize


def grain(bytes_a_row: int) -> int:
    """How many rows of so many bytes make a `GRAIN`: a power of two, so that pieces of several sizes share borders."""
    return 1 << max(0, (GRAIN // max(1, bytes_a_row)).bit_length() - 1)
