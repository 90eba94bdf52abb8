"""A table on standard input, for readers that want a file."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

NAME = "standard input"
LARGEST = 2**30
"""Bytes that are taken."""
PIECE = 2**20
MARKS = {b"PAR1": ".parquet", b"\x93NUMPY": ".npy", b"PK\x03\x04": ".npz", b"RIFF": ".wav"}
"""How files begin that are no text."""


@contextmanager
def piped_table() -> Iterator[Path]:
    """A file with what comes on standard input until it ends, called after what it begins with: Parquet, NumPy, WAV, or
    text with tabs or commas. It is gone afterwards.

    Raises:
        BadData: nothing comes, or too much.
        EngineError: it cannot be kept for reading.
    """
    from engine.errors import BadData

    stream = sys.stdin.buffer
    first = stream.read(PIECE)
    if not first.strip():
        raise BadData(NAME, "expected a table, found nothing")
    line = first.partition(b"\n")[0]
    text = ".tsv" if line.count(b"\t") > line.count(b",") else ".csv"
    suffix = next((suffix for mark, suffix in MARKS.items() if first.startswith(mark)), text)
    with TemporaryDirectory(prefix="aetui-") as folder:
        path = Path(folder) / f"{NAME}{suffix}"
        _write(path, chain([first], iter(lambda: stream.read(PIECE), b"")))
        yield path


def _write(path: Path, pieces: Iterable[bytes]) -> None:
    from engine.errors import BadData, EngineError

    size = 0
    try:
        with path.open("wb") as file:
            for piece in pieces:
                size += len(piece)
                if size > LARGEST:
                    raise BadData(NAME, f"expected at most {LARGEST:,} bytes, but more came; give the name of a file")
                file.write(piece)
    except OSError as error:
        raise EngineError("Cannot keep the input", f"expected room in {path.parent} for a while: {error}") from error
