"""Rows that stay in files: read piece by piece into memory of their own, so that memory does not grow with the files.

They are read and not mapped: the pages of a map count as memory of the process for as long as it is there, and a file
that is cut short under a map ends the process without a word.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadData
from engine.storage.rows import Kept

GAP = 2**15
"""Bytes between two wanted rows that are read with them: so many take as long as another call."""
SPAN = 2**22
"""Bytes that are read at a time on the way to rows that lie apart."""


class Piece(NamedTuple):
    """`rows` of the array, one after the other in C order, in the file at `path` from byte `offset` on."""

    path: Path
    offset: int
    rows: int


class FileRows(Kept):
    """An array (see `engine.storage.rows.Array`) of the rows of several pieces of files. No file is kept open."""

    def __init__(self, pieces: Sequence[Piece], shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        """`shape`: of one row."""
        self._pieces = tuple(pieces)
        self._starts = np.cumsum([0, *(piece.rows for piece in pieces)])
        self.shape = int(self._starts[-1]), *shape
        self.dtype = dtype
        self._bytes = math.prod(shape) * dtype.itemsize

    def fill(self, start: int, into: NDArray[Any]) -> None:
        """As of any; straight from the files."""
        number = int(np.searchsorted(self._starts, start, "right")) - 1
        done = 0
        while done < len(into):
            first = start + done - int(self._starts[number])
            count = min(len(into) - done, self._pieces[number].rows - first)
            self._read(number, first, into[done : done + count])
            done, number = done + count, number + 1

    def gather(self, places: NDArray[np.integer], into: NDArray[Any]) -> None:
        """As of any; those that lie close together are read in one go."""
        order = None if (np.diff(places) >= 0).all() else np.argsort(places, kind="stable")
        ascending = places if order is None else places[order]
        for start, stop in self._together(ascending):
            first = int(ascending[start])
            read = self._empty(int(ascending[stop - 1]) + 1 - first)
            self.fill(first, read)
            inside = ascending[start:stop] - first
            if order is None:
                np.take(read, inside, axis=0, out=into[start:stop], mode="clip")
            else:
                into[order[start:stop]] = read[inside]

    def _together(self, ascending: NDArray[np.integer]) -> list[tuple[int, int]]:
        """Stretches of places (n,) that are read at once, as (start, stop)."""
        if not len(ascending):
            return []
        width = max(1, self._bytes)
        apart = np.diff(ascending) > max(1, GAP // width)
        spans = np.diff(ascending // max(1, SPAN // width)) > 0
        cuts = (np.flatnonzero(apart | spans) + 1).tolist()
        return list(zip([0, *cuts], [*cuts, len(ascending)], strict=True))

    def _read(self, number: int, first: int, into: NDArray[Any]) -> None:
        """Rows of piece `number` from its row `first` on. Raises BadData where the file does not have them."""
        piece = self._pieces[number]
        view = into.reshape(-1).view(np.uint8).data
        if not len(view):
            return
        try:
            with piece.path.open("rb", buffering=0) as file:
                file.seek(piece.offset + first * self._bytes)
                done = 0
                while done < len(view):
                    count = file.readinto(view[done:])
                    if not count:
                        lacking = f"{piece.path.name} lacks {len(view) - done:,} bytes that it had"
                        raise BadData(piece.path, f"{lacking}; it was changed while it was in use")
                    done += count
        except OSError as error:
            raise BadData(piece.path, f"it cannot be read any more ({error.strerror or error})") from error
