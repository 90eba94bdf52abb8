"""Rows in many files below one folder, each with its checksums: what was decoded once and is read piece by piece.

A folder holds `000000.npy`, `000001.npy` … and `index.jsonl`, a line for each of them. A shard counts once its line is
there; its file was whole before that. So writing can be broken off anywhere and goes on with the next shard, and the
last line says that all are there.
"""

from __future__ import annotations

import fcntl
import hashlib
import math
import shutil
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.errors import BadData, EngineError
from engine.storage.atomic import make_folder, opener, replacing
from engine.storage.file_rows import FileRows, Piece
from engine.storage.rows import Array, grain, row_bytes

INDEX = "index.jsonl"
SHARD_BYTES = 2**24
"""Of rows in a shard, about: a few seconds of decoding are lost at most where it is broken off."""

Report = Callable[[str, int, int], None]
"""Who hears how far it is: as `engine.datasets.data.Report`, which knows more."""


class Shard(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A line of the index."""

    number: int
    rows: int
    shape: tuple[int, ...]
    """Of one row."""
    dtype: str
    offset: int
    """Where in the file the rows begin."""
    sha256: str
    """Of the rows' bytes."""
    grains: tuple[int, ...]
    """CRC-32 of each `engine.storage.rows.grain` of rows, so that a part can be checked when it is read."""
    notes: Any = None
    """What whoever made it had to say, plain data."""


class Head(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The first line: what the rows are and how they were made, so that others are not taken for them."""

    key: str


class End(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The last line."""

    shards: int


_LINE = msgspec.json.Decoder(Head | Shard | End)


def write_shard(folder: Path, number: int, rows: NDArray[Any], notes: Any = None) -> Shard:
    """Write one shard's file, whole or not at all. It counts once `Index.add` was told of it."""
    rows = np.ascontiguousarray(rows)
    with replacing(_file(folder, number)) as file:
        np.lib.format.write_array(file, rows, allow_pickle=False)
        length = file.tell()
    content = rows.reshape(-1).view(np.uint8).data
    each = max(1, math.prod(rows.shape[1:]) * rows.itemsize)
    step = each * grain(each)
    return Shard(
        number=number,
        rows=len(rows),
        shape=rows.shape[1:],
        dtype=rows.dtype.str,
        offset=length - rows.nbytes,
        sha256=hashlib.sha256(content).hexdigest(),
        grains=tuple(zlib.crc32(content[at : at + step]) for at in range(0, len(content), step)),
        notes=notes,
    )


class Index:
    """The shards of a folder that are being written, held by this process alone (see `writing`)."""

    def __init__(self, folder: Path, lines: list[Head | Shard | End], file: Any) -> None:
        self.folder = folder
        self.done = {line.number: line for line in lines if isinstance(line, Shard)}
        """By their numbers."""
        self._file = file

    def add(self, shard: Shard) -> None:
        """Have a shard count whose file is written."""
        self._append(shard)
        self.done[shard.number] = shard

    def write(self, rows: NDArray[Any], notes: Any = None) -> None:
        """The next shard after those that are there, for whoever writes them one after the other."""
        self.add(write_shard(self.folder, len(self.done), rows, notes))

    def finish(self) -> ShardedArray:
        """Say that those are all. Raises BadData where they do not make one array."""
        self._append(End(shards=len(self.done)))
        return _array(self.folder, self.done)

    def _append(self, line: Head | Shard | End) -> None:
        self._file.write(msgspec.json.encode(line) + b"\n")
        self._file.flush()


@contextmanager
def writing(folder: Path, key: str) -> Iterator[Index]:
    """The index of `folder` to go on with: what was finished under the same `key` counts, everything else goes.

    Raises:
        EngineError: another process writes there, or the folder cannot be written.
    """
    try:
        make_folder(folder)
        with open(folder / INDEX, "ab", opener=opener) as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise EngineError(
                    "In use", f"another process writes {folder} at this moment; wait until it is done"
                ) from None
            lines = _whole_lines(folder)
            if lines[:1] != [Head(key=key)]:
                lines = [Head(key=key)]
                for path in folder.glob("*.npy"):
                    path.unlink()
            _rewrite(file, [line for line in lines if not isinstance(line, End)])
            try:
                yield Index(folder, lines, file)
            finally:
                for path in folder.glob(".*.tmp"):  # of processes that were ended in the middle
                    path.unlink(missing_ok=True)
    except OSError as error:
        raise EngineError(
            "Cannot write", f"expected to write {folder}, but {error.strerror or error}; make room, or choose another"
        ) from error


class ShardedArray(FileRows):
    """The rows of a folder of shards (see `engine.storage.rows.Array`): read when asked for, and held against the
    checksum of their grain the first time that most of it is read."""

    def __init__(self, folder: Path, shards: list[Shard], shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        pieces = [Piece(_file(folder, shard.number), shard.offset, shard.rows) for shard in shards]
        super().__init__(pieces, shape, dtype)
        self.folder = folder
        self.shards = tuple(shards)
        self._grain = grain(self._bytes)
        self._unchecked = [bytearray(b"\1" * len(shard.grains)) for shard in shards]

    @property
    def sha256(self) -> str:
        """Of the checksums of all shards: it covers every byte, and the same rows have it again."""
        return hashlib.sha256("".join(shard.sha256 for shard in self.shards).encode()).hexdigest()

    def digest(self) -> str:
        """As of any `Kept`; here of all that is in it."""
        return self.sha256

    @property
    def notes(self) -> list[Any]:
        """Of each shard."""
        return [shard.notes for shard in self.shards]

    def _read(self, number: int, first: int, into: NDArray[Any]) -> None:
        super()._read(number, first, into)
        shard, unchecked, each = self.shards[number], self._unchecked[number], self._grain
        stop = first + len(into)
        for place in range(first // each, -(-stop // each)):
            begin, end = place * each, min((place + 1) * each, shard.rows)
            if not unchecked[place] or 2 * (min(stop, end) - max(first, begin)) < end - begin:
                continue
            if first <= begin and end <= stop:
                rows = into[begin - first : end - first]
            else:  # whoever reads all, but in other pieces, has most of each grain once
                rows = self._empty(end - begin)
                super()._read(number, begin, rows)
            if zlib.crc32(rows.reshape(-1).view(np.uint8).data) != shard.grains[place]:
                path = _file(self.folder, number)
                raise BadData(path, f"its checksum is wrong; remove {self.folder}, and it is made again")
            unchecked[place] = 0


def copied(array: Array, folder: Path, key: str, activity: str, report: Report) -> ShardedArray:
    """The rows of `array` in shards below `folder`, unless they are there under `key`; broken off, it goes on.

    For rows that can be gone through only from the first to the last. `report` hears under `activity` how many are
    done; what it raises ends the work.

    Raises:
        EngineError, BadData: as `writing`, and as reading `array`.
    """
    found = open_shards(folder, key)
    if found is not None:
        return found
    with writing(folder, key) as index:
        done = sum(shard.rows for shard in index.done.values())
        each = grain(row_bytes(array))
        step = max(each, SHARD_BYTES // max(1, row_bytes(array)) // each * each)
        for start in range(done, len(array), step):
            report(activity, start, len(array))
            index.write(array[start : start + step])
        report(activity, len(array), len(array))
        return index.finish()


def open_shards(folder: Path, key: str) -> ShardedArray | None:
    """What was written to `folder` under `key`; None where there is nothing, something else, or not all of it."""
    lines = _whole_lines(folder)
    shards = {line.number: line for line in lines if isinstance(line, Shard)}
    if lines[:1] != [Head(key=key)] or lines[-1:] != [End(shards=len(shards))]:
        return None
    return _array(folder, shards)


def remove_shards(folder: Path) -> None:
    """Remove `folder` and all in it, if it is there."""
    shutil.rmtree(folder, ignore_errors=True)


def _array(folder: Path, done: dict[int, Shard]) -> ShardedArray:
    """Raises BadData where shards are missing or of several shapes."""
    shards = [done[number] for number in sorted(done)]
    forms = {(shard.shape, shard.dtype) for shard in shards if shard.rows}
    if len(forms) > 1:
        raise BadData(folder, f"expected rows of one shape and type, found {', '.join(map(str, sorted(forms)))}")
    ((shape, dtype),) = forms or {((), "|u1")}
    return ShardedArray(folder, shards, shape, np.dtype(dtype))


def _whole_lines(folder: Path) -> list[Head | Shard | End]:
    """The lines of the index up to the first broken one, and of the shards those whose files have the right length."""
    try:
        content = (folder / INDEX).read_bytes()
    except OSError:
        return []
    found: list[Head | Shard | End] = []
    for raw in content.splitlines():
        try:
            line = _LINE.decode(raw)
        except msgspec.DecodeError:
            break
        if not isinstance(line, Shard) or _length(folder, line):
            found.append(line)
    return found


def _length(folder: Path, shard: Shard) -> bool:
    """Whether its file is there and as long as it was."""
    length = math.prod((shard.rows, *shard.shape)) * np.dtype(shard.dtype).itemsize
    try:
        return _file(folder, shard.number).stat().st_size == shard.offset + length
    except OSError:
        return False


def _rewrite(file: Any, lines: list[Head | Shard | End]) -> None:
    """In the file that is open and locked: nobody else may take another for it meanwhile."""
    file.truncate(0)
    file.write(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))
    file.flush()


def _file(folder: Path, number: int) -> Path:
    return folder / f"{number:06d}.npy"
