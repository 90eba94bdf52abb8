"""`snapshots.bin`: what is kept of a run's epochs, one record after the other behind a head.

A record is whole or not there: its own head says how long it is, and has a sum of itself and of what follows. The heads
are the index, which is read without what lies between them. So a file that was cut off at any byte, or is being
written by another process, is read up to its last whole record, and a damaged piece costs the records in it.

    head      16 s  "aetui snapshots1", 8 bytes budget, 4 thinned, 4 window, 4 sum of the 32 before
    record     4 s  mark, 4 bytes epoch (0: what is the same at every epoch), 4 length, 4 sum of the content, 4 sum of
                    the 16 before; then the content
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from struct import Struct
from types import MappingProxyType
from typing import NamedTuple
from zlib import crc32

from engine.storage.atomic import replacing

NAME = "snapshots.bin"
MAGIC, MARK = b"aetui snapshots1", b"\x89SNP"
_FILE, _RECORD, _SUM = Struct("<16sQII"), Struct("<4sIII"), Struct("<I")
BEGIN = _FILE.size + _SUM.size
"""Where the first record is."""
HEAD = _RECORD.size + _SUM.size
"""Bytes of a record before its content."""
FIXED = 0
"""In the place of an epoch: what is the same at every one."""
LONGEST = 2**28
"""Bytes of a record's content."""
MOST = 100_001
"""Records of a file that are looked at: a run has 100,000 epochs at most."""
SEARCHES = 1_000
"""Places in a damaged file that are tried for the next whole record."""
PIECE = 2**20
"""Bytes that are searched at once."""


class Header(NamedTuple):
    """What a file says of itself."""

    budget: int
    """Bytes that it may grow to before it is thinned; 0 where that is not known."""
    thinned: int = 0
    """The epoch after which it was thinned last; 0 where it was not yet."""
    window: int = 0
    """How it was, see `engine.runs.thinning`."""


class Place(NamedTuple):
    """Where a record is."""

    start: int
    """Of its head."""
    length: int
    """Of its content."""
    check: int
    """The sum of the content, CRC-32."""

    @property
    def end(self) -> int:
        """Where the next record begins."""
        return self.start + self.size

    @property
    def size(self) -> int:
        """Bytes with the head."""
        return HEAD + self.length


class Record(NamedTuple):
    """What is kept of an epoch, and the sum that it had when it was written."""

    epoch: int
    content: bytes
    check: int

    @classmethod
    def of(cls, epoch: int, content: bytes) -> Record:
        """To be written for the first time."""
        return cls(epoch, content, crc32(content))

    @property
    def whole(self) -> bool:
        """Whether it is what was written."""
        return crc32(self.content) == self.check

    def packed(self) -> bytes:
        """As it stands in a file."""
        head = _RECORD.pack(MARK, self.epoch, len(self.content), self.check)
        return head + _SUM.pack(crc32(head)) + self.content


class Index(NamedTuple):
    """What is in a file."""

    header: Header
    places: Mapping[int, Place]
    """By epoch, and by `FIXED`."""
    end: int
    """Where the last whole record ends."""


NOTHING = Index(Header(0), MappingProxyType({}), 0)


def index_of(path: Path) -> Index:
    """The records of the file at `path`, of whatever origin; nothing where there is none that can be read."""
    try:
        status = path.stat()
        return _index_of(path, status.st_ino, status.st_size, status.st_mtime_ns)
    except OSError:
        return NOTHING


@lru_cache(maxsize=4)
def _index_of(path: Path, *stamp: int) -> Index:
    """The heads are read once for a `stamp`, which is another one when the file is."""
    with path.open("rb") as opened:
        file = opened.fileno()
        places, end = dict[int, Place](), BEGIN
        for epoch, place in _places(file, os.fstat(file).st_size):
            places[epoch], end = place, place.end
        return Index(_header(os.pread(file, BEGIN, 0)), MappingProxyType(places), end)


def _header(head: bytes) -> Header:
    if len(head) < BEGIN or _SUM.pack(crc32(head[: _FILE.size])) != head[_FILE.size :]:
        return Header(0)
    magic, *said = _FILE.unpack_from(head)
    return Header(*said) if magic == MAGIC else Header(0)


def _places(file: int, size: int) -> Iterator[tuple[int, Place]]:
    at, searches = BEGIN, SEARCHES
    for _ in range(MOST):
        found = _place(file, at, size)
        while found is None:
            at = _next_mark(file, at + 1, size) if searches else -1
            if at < 0:
                return
            searches -= 1
            found = _place(file, at, size)
        yield found
        at = found[1].end


def _place(file: int, start: int, size: int) -> tuple[int, Place] | None:
    """The epoch of the record that begins at `start`, and its place; None where no whole one does."""
    head = os.pread(file, HEAD, start)
    if len(head) < HEAD or _SUM.pack(crc32(head[: _RECORD.size])) != head[_RECORD.size :]:
        return None
    mark, epoch, length, check = _RECORD.unpack_from(head)
    place = Place(start, length, check)
    return (epoch, place) if mark == MARK and length <= LONGEST and place.end <= size else None


def _next_mark(file: int, start: int, size: int) -> int:
    """Where a record may begin, from `start` on; -1 if none does."""
    while start < size:
        found = os.pread(file, PIECE, start).find(MARK)
        if found >= 0:
            return start + found
        start += PIECE - len(MARK) + 1
    return -1


def read(path: Path, places: Mapping[int, Place]) -> Iterator[Record]:
    """What stands at `places`, one after the other. It may have been damaged since it was written, or be another file.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        for epoch, place in places.items():
            yield Record(epoch, os.pread(file.fileno(), place.length, place.start + HEAD), place.check)


def write_anew(path: Path, header: Header, records: Iterable[Record]) -> None:
    """Put a file with these `records`, which may be those of the present one, in its place.

    Raises:
        OSError: it cannot be written; the present one is what it was.
    """
    head = _FILE.pack(MAGIC, *header)
    with replacing(path) as file:
        file.write(head + _SUM.pack(crc32(head)))
        for record in records:
            file.write(record.packed())
