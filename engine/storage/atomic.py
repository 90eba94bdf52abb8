"""Folders and files for the user alone, whatever the umask."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

FOLDER, FILE = 0o700, 0o600


def make_folder(folder: Path) -> None:
    """Make `folder` and what is missing above it. What is there already keeps the mode that its owner gave it.

    `Path.mkdir` gives its mode to the last folder only: under a permissive umask others could exchange the rest.
    """
    missing = [folder]
    while not missing[-1].parent.exists() and missing[-1].parent != missing[-1]:
        missing.append(missing[-1].parent)
    for each in reversed(missing):
        each.mkdir(FOLDER, exist_ok=True)


def opener(path: str, flags: int) -> int:
    """For `open(..., opener=opener)`: a file that is made by it is the user's alone."""
    return os.open(path, flags, FILE)


@contextmanager
def replacing(path: Path, *, flush: bool = True) -> Iterator[IO[bytes]]:
    """A file to be written, which takes the place of `path` when it is whole.

    After a crash at any moment `path` is the old file or the new one; after a power cut only if it is to be flushed to
    the disk first.
    """
    beside = path.with_suffix(".tmp")
    try:
        with open(beside, "wb", opener=opener) as file:
            yield file
            if flush:
                file.flush()
                os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
