"""Where data lie on this machine: the data folder, the cache, system folders; none of them is opened."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import platformdirs

from engine.datasets.catalogue import DataSet, dataset
from engine.datasets.told import Told, noted
from engine.errors import BadData, UsageError

SYSTEM_FOLDERS = (Path("/usr/local/share/datasets"), Path("/usr/share/datasets"))
"""Debian's `dataset-fashion-mnist` installs under the second."""


NLTK_FOLDERS = tuple(
    Path(folder).expanduser() for folder in ("~", "/usr/local/share", "/usr/share", "/usr/local/lib", "/usr/lib")
)


class Location(msgspec.Struct, frozen=True):
    """A data set found: the file or folder, None for data that come with a package, and whose place it is."""

    key: str
    path: Path | None
    where: str
    """"data folder", "cache", "system", or "with" a package."""
    told: Told = ""
    """What the user said of the lines of their own text."""


def data_dir_from(option: Path | None) -> Path | None:
    """The data folder that the user named: `option` (--data-dir), else the variable AETUI_DATA, else None.

    Raises:
        UsageError: it is not an existing folder.
    """
    named = option or os.environ.get("AETUI_DATA")
    return _existing(Path(named).expanduser()) if named else None


def cache_dir() -> Path:
    """The folder of fetched data, `$XDG_CACHE_HOME/aetui` where XDG rules; it need not exist yet."""
    return platformdirs.user_cache_path("aetui", appauthor=False)


def locate(key: str, data_dir: Path | None) -> Location | None:
    """Where data set `key` lies: in `data_dir`, the cache or a system folder; None when it must be fetched.

    Raises:
        UsageError: no such data set, or `data_dir` is not a folder.
        BadData: a place may not be looked into.
    """
    entry = dataset(key)
    if entry.package:
        return Location(key, None, f"with {entry.package}")
    if entry.kind == "vectors":
        return _vectors(key, data_dir)
    for folder, where in _folders(data_dir, entry.kind):
        for name in entry.names:
            if _exists(folder / name):
                path = folder / name
                own = entry.own and path.is_symlink()  # as `aetui data add` leaves it
                return Location(key, path.resolve(), "yours", noted(path)) if own else Location(key, path, where)
    return None


def default(prefers: Sequence[str], data_dir: Path | None) -> str:
    """The first of `prefers` that is on this machine; the very first when none is (it can be fetched).

    Raises:
        UsageError: as `locate`.
    """
    return next((key for key in prefers if locate(key, data_dir)), prefers[0])


def looked_for(entry: DataSet, data_dir: Path | None) -> str:
    """In words, what was looked for and in which places."""
    places = ", ".join(f"{folder} ({where})" for folder, where in _folders(data_dir, entry.kind))
    *others, last = entry.names
    return f"looked for {', '.join(others)} and {last}/ in {places}"


def _vectors(key: str, data_dir: Path | None) -> Location | None:
    from engine.text import glove

    if data_dir is not None:
        _existing(data_dir)
    found = (glove.find(dimensions, data_dir, cache_dir()) for dimensions in glove.DIMENSIONS)
    vectors = next((one for one in found if one), None)
    return Location(key, vectors.file.path, vectors.where) if vectors else None


def _folders(data_dir: Path | None, kind: str) -> Iterator[tuple[Path, str]]:
    if data_dir is not None:
        yield _existing(data_dir), "data folder"
    yield cache_dir(), "cache"
    for folder in SYSTEM_FOLDERS:
        yield folder, "system"
    if kind == "text":  # NLTK's own places hold a folder nltk_data
        for folder in NLTK_FOLDERS:
            yield folder, "NLTK's data"


def _existing(folder: Path) -> Path:
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
