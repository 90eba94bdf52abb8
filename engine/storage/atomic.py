"""Files that are written whole or not at all, and folders and files for the user alone, whatever the umask."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

FOLDER, FILE = 0o700, 0o600
SHARED = 0o666
"""For files that a user asked for: the umask says who reads them."""


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
def replacing(path: Path, *, flush: bool = True, mode: int = FILE) -> Iterator[BinaryIO]:
    """A file to be written, which takes the place of `path` when it is whole.

    After a crash at any moment `path` is the old file or the new one; after a power cut only if it is to be flushed to
    the disk first. What is written lies beside it under a name of its own: two processes may write at once, and in a
    folder that others write to a name that can be guessed could be a link of theirs.
    """
    beside = path.with_name(f".{path.name}.{os.urandom(4).hex()}.tmp")
    try:
        with open(beside, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
            yield file
            if flush:
                file.flush()
                os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
