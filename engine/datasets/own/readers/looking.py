"""A first look at files of the user's own before anything is read: cheap, whatever lies there."""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from engine.errors import counted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST = 2_000
"""Files and folders that are looked at by their names: of more, the first ones tell."""
NAMED = 12
"""Files that are named."""
HEAD = 2**14
"""Bytes of a text that are read."""


class Preview(NamedTuple):
    """What a first look finds, for people."""

    lines: Sequence[str] = ()
    """The beginning of what is there: sentences, rows, names of files or of arrays."""
    images: NDArray[np.uint8] | None = None
    """Eight at most, of one size: (count, height, width, 1 or 3)."""
    names: Sequence[str] = ()
    """Of the classes of the images; empty where there are none."""
    wrong: str = ""
    """What is not plain yet."""


def some_files(path: Path, most: int = MOST) -> Iterator[Path]:
    """The file at `path`; of a folder the files in it and below, level by level and by name, hidden ones passed over,
    among about `most` names, of each folder of a level as many. Links to folders are not followed."""
    if path.is_file():
        yield path
    if not path.is_dir():  # a pipe, a device: opening it may wait for ever
        return
    level, left = [path], most
    while level and left > 0:
        below, share = [], max(1, left // len(level))
        for folder in level[:left]:
            entries = _entries(folder, share)
            left -= len(entries)
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    below.append(Path(entry.path))
                elif entry.is_file():
                    yield Path(entry.path)
        level = below


def _entries(folder: Path, most: int) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(islice(entries, most), key=lambda entry: entry.name)
    except OSError:  # it may not be looked into, or is gone
        return []


def listed(path: Path) -> Preview:
    """How many files there are, and the first ones with their sizes."""
    files = list(some_files(path))
    named = [(_name(file, path), _size(file)) for file in files[:NAMED]]
    width = max((len(name) for name, _ in named), default=0)
    lines = [f"{name.ljust(width)}  {size}" for name, size in named]
    if path.is_dir():
        among = f" among the first {MOST:,} names" if len(files) > MOST // 2 else ""
        lines = [f"{counted(len(files), 'file')}{among}", *lines]
    return Preview(lines)


def first_lines(file: Path) -> list[str]:
    """Those that a text begins with, stripped, blank ones among them; the last one of a longer text is left out, as it
    may be cut. Raises OSError."""
    with file.open("rb") as opened:
        head = opened.read(HEAD + 1)
    wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = head[:HEAD].decode("utf-16" if wide else "utf-8-sig", "replace")
    lines = [line.strip() for line in text.splitlines()]
    return lines[:-1] if len(head) > HEAD and len(lines) > 1 else lines


def _name(file: Path, root: Path) -> str:
    return file.name if file == root else file.relative_to(root).as_posix()


def _size(file: Path) -> str:
    try:
        size = file.stat().st_size
    except OSError:
        return ""
    return f"{size:,} B"
