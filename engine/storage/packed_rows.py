"""Rows of an array that is packed in a zip archive: unpacked on the way, from the first to the last."""

from __future__ import annotations

import math
from pathlib import Path
from typing import IO, Any
from zipfile import ZipFile

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadData
from engine.storage.bounded import ZIP_FAULTS, open_zip
from engine.storage.rows import Kept

PIECE = 2**22
"""Bytes that are unpacked at a time on the way to rows that are wanted."""


class PackedRows(Kept):
    """An array (see `engine.storage.rows.Array`) that takes the memory of what is asked for.

    Blocks that follow each other are unpacked once. Whoever goes back has everything before unpacked anew: it can be
    gone through, but to be trained on it is copied (see `engine.storage.shards.copied`). For one thread.
    """

    def __init__(self, path: Path, member: str, offset: int, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        """`offset`: where in the unpacked `member` of the archive the rows begin; `shape`: (rows, …), in C order."""
        self.shape = shape
        self.dtype = dtype
        self._path = path
        self._member = member
        self._offset = offset
        self._bytes = math.prod(shape[1:]) * dtype.itemsize
        self._open: tuple[ZipFile, IO[bytes]] | None = None
        self._next = 0
        """The byte of the member that comes next."""

    def fill(self, start: int, into: NDArray[Any]) -> None:
        """As of any; what comes before is unpacked, too."""
        try:
            stream = self._before(self._offset + start * self._bytes)
            self._read(stream, into.reshape(-1).view(np.uint8).data)
        except BadData:
            raise
        except ZIP_FAULTS as error:
            raise BadData(self._path, f"expected a whole archive, but {self._member} is broken ({error})") from error

    def gather(self, places: NDArray[np.integer], into: NDArray[Any]) -> None:
        """As of any; in one go from the first to the last."""
        order = np.argsort(places, kind="stable")
        spans = places[order] // max(1, PIECE // max(1, self._bytes))
        for chosen in np.split(order, np.flatnonzero(np.diff(spans)) + 1) if len(order) else ():
            first = int(places[chosen[0]])
            into[chosen] = self[first : int(places[chosen[-1]]) + 1][places[chosen] - first]

    def _before(self, byte: int) -> IO[bytes]:
        """The member, with that byte next."""
        if self._open is None or self._next > byte:
            if self._open is not None:
                self._open[0].close()
            archive = open_zip(self._path)
            self._open, self._next = (archive, archive.open(self._member)), 0
        stream = self._open[1]
        while self._next < byte:
            self._read(stream, memoryview(bytearray(min(PIECE, byte - self._next))))
        return stream

    def _read(self, stream: IO[bytes], into: memoryview) -> None:
        done = 0
        while done < len(into):
            piece = stream.read(min(PIECE, len(into) - done))
            if not piece:
                lacking = f"expected {len(into) - done:,} bytes more in {self._member}, found its end"
                raise BadData(self._path, lacking)
            into[done : done + len(piece)] = piece
            done += len(piece)
            self._next += len(piece)
