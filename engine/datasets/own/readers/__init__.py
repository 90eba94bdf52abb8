"""The table of readers: how files of the user's own become data. Adding one means a file here and a line below.

Rows are light: what reads is imported by the call that needs it.
"""

from __future__ import annotations

from engine.datasets.own.readers.arrays import ArrayReader
from engine.datasets.own.readers.given import GivenReader
from engine.datasets.own.readers.images import ImageReader
from engine.datasets.own.readers.ratings import RatingsReader
from engine.datasets.own.readers.reader import Reader
from engine.datasets.own.readers.text import TextReader
from engine.datasets.own.readers.vectors import VectorsReader
from engine.datasets.own.readers.windows import WindowsReader

READERS: dict[str, Reader] = {
    reader.key: reader
    for reader in (ImageReader(), ArrayReader(), RatingsReader(), VectorsReader(), WindowsReader(), TextReader())
}
"""By what `aetui data add --kind` calls them, in the order in which they are asked whether a file is theirs."""

_UNLISTED: dict[str, Reader] = {GivenReader.key: GivenReader()}
"""What reads sets that nobody adds."""


def reader_of(key: str) -> Reader | None:
    """What reads the sets that say `key`; None where this version cannot."""
    return READERS.get(key) or _UNLISTED.get(key)
