"""Arrays of rows that need not lie in memory: what they all can do, and some rows of one as an array of their own."""

from __future__ import annotations

import hashlib
import math
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

GRAIN = 2**20
"""Bytes of rows that are read in one go where order does not matter, at most, and that share a checksum: below a
mebibyte a disk spends more time on finding than on reading."""

SAMPLE, SAMPLES = 2**16, 64
"""Bytes of a sample of rows, and how many of them a digest takes, spread evenly."""


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
                found = self._empty(max(0, stop - start))
                self.fill(start, found)
                return found
            return self._gathered(np.arange(start, stop, step))
        wanted = np.asarray(places)
        if wanted.dtype == bool:
            if wanted.shape != (len(self),):
                raise IndexError(f"expected a bool for each of {len(self):,} rows, got {wanted.shape}")
            return self._gathered(np.flatnonzero(wanted))
        if wanted.size and wanted.dtype.kind not in "iu":
            raise IndexError(f"expected a slice, numbers of rows or a mask, got {wanted.dtype}")
        found = np.where(wanted < 0, wanted + len(self), wanted).astype(np.int64)
        if found.size and not 0 <= found.min() <= found.max() < len(self):
            raise IndexError(f"expected numbers of {len(self):,} rows, got {wanted.min()} to {wanted.max()}")
        rows = self._gathered(found.reshape(-1))
        return rows.reshape(*found.shape, *self.shape[1:])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """All of it in memory."""
        del copy
        return self[:] if dtype is None else self[:].astype(dtype, copy=False)

    def digest(self) -> str:
        """Tells these rows from others, at a cost that does not grow with their number."""
        digest = hashlib.sha256(f"{self.shape} {self.dtype.str}".encode())
        each = max(1, SAMPLE // max(1, row_bytes(self)))
        last = max(0, len(self) - each)
        for start in sorted({last * number // (SAMPLES - 1) for number in range(SAMPLES)}):
            digest.update(np.ascontiguousarray(self[start : start + each]).data)
        return digest.hexdigest()

    def fill(self, start: int, into: NDArray[Any]) -> None:
        """Put the rows from `start` on into an array for so many, which is contiguous and of the right type."""
        raise NotImplementedError

    def gather(self, places: NDArray[np.integer], into: NDArray[Any]) -> None:
        """Likewise rows by their numbers (n,), which are in range."""
        raise NotImplementedError

    def _gathered(self, places: NDArray[np.int64]) -> NDArray[Any]:
        found = self._empty(len(places))
        self.gather(places, found)
        return found

    def _empty(self, count: int) -> NDArray[Any]:
        return np.empty((count, *self.shape[1:]), self.dtype)


class Rows(Kept):
    """Some rows of another array, in an order of their own; nothing is read before it is asked for."""

    def __init__(self, array: Array, places: NDArray[np.integer] | range) -> None:
        """`places`: numbers of rows of `array`; a range with step 1 takes no memory."""
        self._array = array
        self._places = places
        self.shape = len(places), *array.shape[1:]
        self.dtype = array.dtype

    def digest(self) -> str:
        """As of any: of the array they are taken from, and which they are."""
        if not isinstance(self._array, Kept):
            return super().digest()
        places = self._places
        chosen = str(places).encode() if isinstance(places, range) else np.ascontiguousarray(places).data
        return hashlib.sha256(self._array.digest().encode() + hashlib.sha256(chosen).digest()).hexdigest()

    def fill(self, start: int, into: NDArray[Any]) -> None:
        """As of any."""
        chosen = self._places[start : start + len(into)]
        if isinstance(chosen, range):
            fill(self._array, chosen.start, into)
        else:
            _gather(self._array, chosen, into)

    def gather(self, places: NDArray[np.integer], into: NDArray[Any]) -> None:
        """As of any."""
        of = self._places
        _gather(self._array, places + of.start if isinstance(of, range) else of[places], into)


class Shaped(Kept):
    """Rows of another array in another shape."""

    def __init__(self, array: Array, shape: tuple[int, ...]) -> None:
        """`shape`: of one row, with as many numbers as before."""
        self._array = array
        self.shape = len(array), *shape
        self.dtype = array.dtype

    def fill(self, start: int, into: NDArray[Any]) -> None:
        """As of any."""
        fill(self._array, start, into.reshape(-1, *self._array.shape[1:]))

    def gather(self, places: NDArray[np.integer], into: NDArray[Any]) -> None:
        """As of any."""
        _gather(self._array, places, into.reshape(-1, *self._array.shape[1:]))


def shaped(array: Array, shape: tuple[int, ...]) -> Array:
    """The same rows, each of `shape`; nothing is read or copied."""
    return array.reshape(len(array), *shape) if isinstance(array, np.ndarray) else Shaped(array, shape)


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


def fill(array: Array, start: int, into: NDArray[Any]) -> None:
    """Put the rows of `array` from `start` on into one for so many, which is contiguous and of the right type."""
    if isinstance(array, Kept):
        array.fill(start, into)
    else:
        into[:] = array[start : start + len(into)]


def _gather(array: Array, places: NDArray[np.integer], into: NDArray[Any]) -> None:
    if isinstance(array, Kept):
        array.gather(places, into)
    elif isinstance(array, np.ndarray):
        np.take(array, places, axis=0, out=into, mode="clip")  # which checks nothing and copies once
    else:
        into[:] = array[places]


def row_bytes(array: Array) -> int:
    """Bytes of one row."""
    return math.prod(array.shape[1:]) * array.dtype.itemsize


def grain(bytes_a_row: int) -> int:
    """How many rows of so many bytes make a `GRAIN`: a power of two, so that pieces of several sizes share borders."""
    return 1 << max(0, (GRAIN // max(1, bytes_a_row)).bit_length() - 1)
