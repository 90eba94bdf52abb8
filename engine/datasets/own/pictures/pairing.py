"""Images in two folders, each with the one that is to be answered to it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from engine.errors import UsageError, counted

NAMED = 20
"""Files that a message names."""


def paired(files: Sequence[str], targets: Sequence[str], folder: Path) -> list[str]:
    """For each of `files` the one of `targets`, files in `folder`, of the same path; it may be saved in another format.

    Raises:
        UsageError: there are files without one, or with several.
    """
    exact = set(targets)
    by_stem: dict[str, list[str]] = {}
    for target in targets:
        by_stem.setdefault(_stem(target), []).append(target)
    found = [[file] if file in exact else by_stem.get(_stem(file), []) for file in files]
    wrong = [file for file, there in zip(files, found, strict=True) if len(there) != 1]
    if wrong:
        named = ", ".join(wrong[:NAMED]) + (" …" if len(wrong) > NAMED else "")
        told = f"expected an image of the same path in {folder} for each one, but {counted(len(wrong), 'image')} "
        raise UsageError("No pair", f"{told}{'has' if len(wrong) == 1 else 'have'} none, or several: {named}")
    return [one for one, *_ in found]


def _stem(file: str) -> str:
    return PurePosixPath(file).with_suffix("").as_posix()
