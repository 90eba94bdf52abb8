"""The folders where data may lie on this machine; none of the files in them is opened."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import platformdirs

from engine.datasets.text_format import TextFormat, read_format
from engine.errors import BadData, UsageError

if TYPE_CHECKING:
    from engine.datasets.catalogue import DataSet

SYSTEM_FOLDERS = (Path("/usr/local/share/datasets"), Path("/usr/share/datasets"))
"""Debian's `dataset-fashion-mnist` installs under the second."""


class Location(msgspec.Struct, frozen=True):
    """A data set found: the file or folder, None for data that come with a package, and whose place it is."""

    key: str
    path: Path | None
    where: str
    """"data folder", "cache", "system", or "with" a package."""
    text_format: TextFormat = ""
    """What the user said of the lines of their own text."""


def data_dir_from(option: Path | None) -> Path | None:
    """The data folder that the user named: `option` (--data-dir), else the variable AETUI_DATA, else None.

    Raises:
        UsageError: it is not an existing folder.
    """
    named = option or os.environ.get("AETUI_DATA")
    return existing(Path(named).expanduser()) if named else None


def cache_dir() -> Path:
    """The folder of fetched data, `$XDG_CACHE_HOME/aetui` where XDG rules; it need not exist yet."""
    return platformdirs.user_cache_path("aetui", appauthor=False)


def in_folders(entry: DataSet, data_dir: Path | None, others: Mapping[Path, str]) -> Location | None:
    """Where `entry` lies under one of its names: in `data_dir`, the cache, a system folder or one of `others`. Raises
    as `locate`."""
    for folder, where in folders(data_dir, others):
        for name in entry.names:
            if _exists(folder / name):
                path = folder / name
                if entry.own and path.is_symlink():  # as `aetui data add` leaves it
                    return Location(entry.key, path.resolve(), "yours", read_format(path))
                return Location(entry.key, path, where)
    return None


def folders(data_dir: Path | None, others: Mapping[Path, str]) -> Iterator[tuple[Path, str]]:
    """Every place, in the order in which it is looked into, and whose it is. Raises as `existing`."""
    if data_dir is not None:
        yield existing(data_dir), "data folder"
    yield cache_dir(), "cache"
    for folder in SYSTEM_FOLDERS:
        yield folder, "system"
    yield from others.items()


def existing(folder: Path) -> Path:
    """`folder`. Raises UsageError where it is none."""
    if folder.is_dir():
        return folder
    fault = "is not a folder" if folder.exists() else "does not exist"
    raise UsageError("Data folder", f"{folder} {fault}; give --data-dir (or AETUI_DATA) an existing folder")


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except PermissionError as error:
        # Going on to the next place would quietly use other data than the user meant.
        raise BadData(path, "may not be looked at; change the folder's permissions") from error
