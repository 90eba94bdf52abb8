"""Which image files lie in a folder, and what their folders say of them: class, part, group."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from engine.datasets.own.cutting import CALLED
from engine.datasets.pictures import FORMATS, SUFFIXES
from engine.errors import UsageError, counted

TRAIN, TEST = 0, 2
"""As `CALLED` numbers the parts."""


class Listing(NamedTuple):
    """Image files by their paths in the folder, with / between, sorted."""

    files: tuple[str, ...]
    left_out: Counter[str]
    """How many others there are, by the ends of their names."""


class Folders(NamedTuple):
    """What the folders of each file say, if they say it of all files."""

    parts: list[str] | None
    classes: list[str] | None
    groups: list[str] | None
    told: dict[str, str]
    """How that was read, for people."""


def listed(folder: Path, leave: Path | None = None) -> Listing:
    """What lies in `folder` and below it, but not in `leave`; nothing that is hidden.

    Raises:
        UsageError: it is no folder, or holds no image files.
    """
    if not folder.is_dir():
        raise UsageError("No folder", f"expected a folder of image files, but {folder} is none; give the folder")
    files, left_out = [], Counter[str]()
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name[0] != "." and (leave is None or Path(place, name) != leave)]
        for name in names:
            if name[0] == ".":
                continue
            if Path(name).suffix.lower() in SUFFIXES:
                files.append(Path(place, name).relative_to(folder).as_posix())
            else:
                left_out[Path(name).suffix.lower() or "no suffix"] += 1
    if not files:
        found = f", found {counted(left_out.total(), 'other file')}" if left_out else ", found none"
        raise UsageError("No images", f"expected image files ({', '.join(FORMATS)}) in {folder}{found}")
    return Listing(tuple(sorted(files)), left_out)


def folders_of(files: Sequence[str], *, grouped: bool) -> Folders:
    """Parts by folders called as parts are, at the first or second level; of what is left, the first level names
    classes, or, where files are to be `grouped`, groups, and the second one classes.

    Raises:
        UsageError: some folders are called as parts are, but not as it takes; or there are none to group by.
    """
    levels = [PurePosixPath(file).parts[:-1] for file in files]
    parts, told = None, {}
    for level in (0, 1):
        names = {at[level] if len(at) > level else "" for at in levels}
        if _are_parts(names):
            parts = [at[level] for at in levels]
            levels = [at[:level] + at[level + 1 :] for at in levels]
            told["parts"] = f"by the folders {', '.join(sorted(names))}"
            break
    groups = None
    if grouped:
        groups = [at[0] if at else "" for at in levels]
        loose = groups.count("")
        if loose:
            whose = f"{counted(loose, 'image')} of {len(files):,} lie{'s' * (loose == 1)} in none"
            raise UsageError("No groups", f"expected each image in the folder of its group, but {whose}; move them")
        levels = [at[1:] for at in levels]
        told["groups"] = f"{len(set(groups)):,}, by the first folders; each is in one part as a whole"
    classes = [at[0] if at else "" for at in levels]
    loose = classes.count("")
    if loose:
        if loose < len(files):
            told["classes"] = f"none, as {counted(loose, 'image')} of {len(files):,} lie beside the folders"
        return Folders(parts, None, groups, told)
    told["classes"] = f"{len(set(classes)):,}, by the folders"
    return Folders(parts, classes, groups, told)


def _are_parts(names: set[str]) -> bool:
    """Whether folders are parts. Raises UsageError where they are in part."""
    called = {name for name in names if name.lower() in CALLED}
    roles = {CALLED[name.lower()] for name in called}
    others = sorted(name for name in names - called)
    if {TRAIN, TEST} <= roles:
        if others:
            beside = ", ".join(name or "images in no folder" for name in others[:5])
            told = f"expected nothing beside the folders {', '.join(sorted(called))}, but there are {beside}"
            raise UsageError("Parts and others", f"{told}; move those out, or give other folders other names")
        return True
    if called and not others:
        told = f"expected folders to train on and to test (train, test), found only {', '.join(sorted(called))}"
        raise UsageError("Parts are missing", f"{told}; add what is missing, or give that folder itself to have it cut")
    return False
