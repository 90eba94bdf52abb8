"""Files of unknown origin: how much of one is read, and what reading it can raise."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Protocol

_PIECE = 2**20
"""Bytes that are read at a time."""

_NAMES = 200
"""Characters of what an archive calls its members that a message has room for."""

ZIP_FAULTS = (
    *(OSError, EOFError, ValueError, LookupError, RuntimeError),
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error),
)
"""What reading a damaged zip archive raises."""


_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class Readable(Protocol):
    """A file, plain or unpacked on the way."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes, none at the end."""


def read_bounded(stream: Readable, length: int) -> memoryview:
    """`length` bytes of `stream`; fewer if there are no more, one more if there are.

    In pieces: one read would make room for all of them before any has come. The byte more tells a file that is too
    long from a whole one, bounds what a small archive unpacks to, and makes gzip check its sum at the end.
    """
    found = bytearray()
    while len(found) <= length and (piece := stream.read(min(_PIECE, length + 1 - len(found)))):
        found += piece
    return memoryview(found).toreadonly()


def open_zip(source: Path | IO[bytes]) -> zipfile.ZipFile:
    """A zip archive whose members are packed as most are.

    What is packed by LZMA says itself how much memory unpacking it takes, up to 4 GiB however small it is.

    Raises:
        one of `ZIP_FAULTS`: it is none, or packed in another way.
    """
    archive = zipfile.ZipFile(source)
    strange = next((member for member in archive.infolist() if member.compress_type not in _PACKINGS), None)
    if strange is not None:
        archive.close()
        raise zipfile.BadZipFile(
            f"{named([strange.filename])} is packed by method {strange.compress_type}, not deflated"
        )
    return archive


def named(names: Iterable[str]) -> str:
    """What is in an archive, for a message: as many of `names` as there is room for."""
    text = ", ".join(names) or "nothing"
    return text if len(text) <= _NAMES else f"{text[:_NAMES]}…"
