"""Files of NumPy arrays that are written piece by piece: nobody needs to know how many rows there will be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import IO, Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

PIECE = 2**20
"""Bytes that are copied at a time."""


class GrowingArray:
    """One array in an .npy file that is open for writing."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._begin = file.tell()
        self._form: tuple[tuple[int, ...], np.dtype[Any]] | None = None
        self._head = 0
        self.rows = 0

    def append(self, rows: NDArray[Any]) -> None:
        """More rows (count, …), of the shape and type of the first ones."""
        if self._form is None:
            self._form = rows.shape[1:], rows.dtype
            self._head = self._write_head()
        elif self._form != (rows.shape[1:], rows.dtype):
            raise ValueError(f"expected rows {self._form}, got {(rows.shape[1:], rows.dtype)}")
        self._file.write(np.ascontiguousarray(rows).reshape(-1).view(np.uint8).data)
        self.rows += len(rows)

    def finish(self) -> None:
        """Say in the head how many there are; there was one piece at least, if one of no rows."""
        end = self._file.tell()
        self._file.seek(self._begin)
        if self._write_head() != self._head:  # NumPy leaves room for any number
            raise ValueError("the head of an .npy file grew")
        self._file.seek(end)

    def _write_head(self) -> int:
        assert self._form is not None
        shape, dtype = self._form
        before = self._file.tell()
        head = {"shape": (self.rows, *shape), "fortran_order": False, "descr": npy.dtype_to_descr(dtype)}
        npy.write_array_header_1_0(self._file, head)
        return self._file.tell() - before


@contextmanager
def growing_archive(file: BinaryIO, folder: Path | None) -> Iterator[Callable[..., None]]:
    """Several arrays on their way to a packed .npz: what it gives is called with more rows of each, by name.

    At its end they are packed in the order in which they came first; until then they lie in nameless files in `folder`
    (None: where the system has room for such).
    """
    arrays: dict[str, tuple[IO[bytes], GrowingArray]] = {}
    with ExitStack() as stack:

        def append(**rows: NDArray[Any]) -> None:
            for name, more in rows.items():
                if name not in arrays:
                    beside = stack.enter_context(TemporaryFile(dir=folder))
                    arrays[name] = beside, GrowingArray(beside)
                arrays[name][1].append(more)

        yield append
        with ZipFile(file, "w", ZIP_DEFLATED) as archive:
            for name, (beside, array) in arrays.items():
                array.finish()
                beside.seek(0)
                with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                    copyfileobj(beside, member, PIECE)
