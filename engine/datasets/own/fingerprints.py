"""What tells the files of a data set from others: of small ones all of their content, of large ones samples."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from engine.datasets.data import Report
from engine.errors import BadData

WHOLE = 2**28
"""Bytes up to which everything is read: a second or two."""
SAMPLE, SAMPLES = 2**16, 16
"""Bytes of a sample, and how many of them a large file has at most: evenly spread, its ends among them."""
MOST_FILES = 1_000
"""Files of a large folder that samples are taken of, evenly spread; of all others the name and the size count."""


class Fingerprint(NamedTuple):
    """SHA-256 in hexadecimal, and whether it is of samples."""

    digest: str
    sampled: bool


def of(path: Path, report: Report) -> Fingerprint:
    """Of a file, or of all files in a folder with their names. Raises BadData where one cannot be read."""
    files = [(file, there.st_size) for file, there in _files(path)]
    total = sum(size for _, size in files)
    sampled = total > WHOLE
    every = max(1, -(-len(files) // MOST_FILES)) if sampled else 1
    digest = hashlib.sha256()
    for number, (file, size) in enumerate(files):
        report("taking the fingerprint", number, len(files))
        digest.update(f"{file.relative_to(path) if file != path else ''}\0{size}\0".encode(errors="surrogateescape"))
        if number % every == 0:
            try:
                for piece in _pieces(file, size, sampled):
                    digest.update(piece)
            except OSError as error:
                raise BadData(file, f"cannot be read: {error.strerror or error}") from error
    return Fingerprint(digest.hexdigest(), sampled)


def of_all(paths: Sequence[Path], report: Report) -> Fingerprint:
    """Of several files or folders; of one as `of`. Raises BadData as it does."""
    found = [of(path, report) for path in paths]
    if len(found) == 1:
        return found[0]
    joined = hashlib.sha256("".join(one.digest for one in found).encode())
    return Fingerprint(joined.hexdigest(), any(one.sampled for one in found))


def state(path: Path) -> object:
    """Changes when the files may have; cheap: no file is opened."""
    digest = hashlib.sha256()
    for file, there in _files(path):
        digest.update(f"{file}\0{there.st_size}\0{there.st_mtime_ns}\0".encode(errors="surrogateescape"))
    return digest.hexdigest()


def _files(path: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Every file, with what is known of it, in an order that does not depend on the disk."""
    if path.is_file():
        yield path, path.stat()
        return
    for folder, folders, names in os.walk(path):
        folders.sort()
        for name in sorted(names):
            file = Path(folder) / name
            try:
                yield file, file.stat()
            except OSError:  # a link to nowhere; gone meanwhile
                continue


def _pieces(file: Path, size: int, sampled: bool) -> Iterator[bytes]:
    with file.open("rb") as opened:
        if not sampled or size <= SAMPLE * SAMPLES:
            while piece := opened.read(2**20):
                yield piece
            return
        for number in range(SAMPLES):
            opened.seek((size - SAMPLE) * number // (SAMPLES - 1))
            yield opened.read(SAMPLE)
