"""Files that a user asked for: named after the run, whole or not there, and none lost by chance."""

from __future__ import annotations

import os
import re
from itertools import count
from pathlib import Path

from aetui.taking import formats
from aetui.taking.taken import About, Taken
from engine.storage.atomic import SHARED, replacing

LONGEST_NAME = 60
"""Characters of a run's name in a file's."""


def file_name(taken: Taken, form: str, about: About) -> str:
    """ "mine-digits-epoch12.csv": run, panel, and the epoch where it tells."""
    run = re.sub(r"[^\w.-]+", "-", about.name or about.run).strip("-.")[:LONGEST_NAME]
    epoch = [f"epoch{taken.epoch}"] if taken.epoch else []
    return "-".join([run or "run", taken.key, *epoch]) + f".{form}"


def free(path: Path, form: str) -> Path:
    """`path`, or with the next number behind its name if something is there already."""
    numbered = (path if n == 1 else path.with_stem(f"{path.stem}-{n}") for n in count(1))
    return next(each for each in numbered if not any(map(os.path.lexists, written_by(each, form))))


def written_by(path: Path, form: str) -> tuple[Path, ...]:
    """All files that are written for `path`."""
    return (path, beside(path)) if form == "npy" else (path,)


def beside(path: Path) -> Path:
    """The file that says whose the numbers in `path` are."""
    return path.with_name(f"{path.name}.json")


def write(taken: Taken, form: str, about: About, path: Path) -> int:
    """Write it, the file beside it first where there is one; returns the bytes of all. What is there is replaced.

    Raises:
        OSError: it cannot be written; then `path` is what it was.
    """
    notes = formats.beside(taken, form, about)
    content = formats.content(taken, form, about)
    if notes is not None:
        _put(beside(path), notes)
    _put(path, content)
    return len(content) + len(notes or b"")


def _put(path: Path, content: bytes) -> None:
    with replacing(path, mode=SHARED) as file:
        file.write(content)
