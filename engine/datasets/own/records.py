"""What is known of the user's own data sets: a folder for each, with a file that says where it lies and how it is read.

The data themselves stay where they are, unless a copy was asked for, which lies in that folder.
"""

from __future__ import annotations

import os
import re
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import platformdirs

from engine.errors import DataUnavailable, UsageError
from engine.storage.atomic import make_folder, replacing

FILE, COPY = "set.json", "copy"
LARGEST = 2**22
"""Bytes of a record: names of classes may be many."""
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
GIVEN = re.compile(r"python-[0-9a-f]{16}")
"""Names of sets that a Python program handed over as arrays (see `engine.datasets.own.given`): they are found like the
others, and are in no list."""
RESERVED = ("last", "all", "none")
"""Words that mean something else where a name can stand."""


class OwnSet(msgspec.Struct, frozen=True, kw_only=True):
    """One of them."""

    name: str
    reader: str
    """A key of `engine.datasets.own.readers.READERS`."""
    kind: str = ""
    """A key of `engine.kinds.KINDS`: what the reader made of it."""
    path: str
    copied: bool = False
    """Whether `path` is a copy that belongs to the record."""
    origin: str = ""
    """Where it was copied from."""
    options: dict[str, Any] = {}
    """Of its reader, where they differ from what it does by itself."""
    metadata: dict[str, str] = {}
    """What was read and how, label and words, for people."""
    title: str = ""
    """In a few words, in tables."""
    shape: tuple[int, ...] = ()
    """Of one item; empty where only a model's settings tell."""
    classes: tuple[str, ...] = ()
    items: tuple[int, int, int] = (0, 0, 0)
    """To train, to choose by, to test; zeros where only a model's settings tell."""
    bounded: bool = True
    """Whether its numbers lie in [0, 1]."""
    preset: str = ""
    """The preset that suits it, for autoencoders that have one of this name."""
    fingerprint: str = ""
    """SHA-256 of the files, see `engine.datasets.own.fingerprints`."""
    sampled: bool = False
    """Whether that is of samples of large files."""
    added: float = 0.0
    """Seconds since 1970."""


def home() -> Path:
    """The folder of the records, `$XDG_DATA_HOME/aetui/sets` where XDG rules; it need not exist yet."""
    return platformdirs.user_data_path("aetui", appauthor=False) / "sets"


def given_home() -> Path:
    """The folder of what Python programs handed over, below the cache: it may be taken away at any time."""
    return platformdirs.user_cache_path("aetui", appauthor=False) / "python"


def folder_of(name: str) -> Path:
    """Where the record of set `name` lies, if there is one."""
    return (given_home() if GIVEN.fullmatch(name) else home()) / name


def shards_of(name: str) -> Path:
    """The folder below the cache for what is made of the data of set `name` to be read quickly: it can be made again,
    goes with the set, and need not exist yet."""
    return platformdirs.user_cache_path("aetui", appauthor=False) / "shards" / name


_READ: dict[Path, tuple[tuple[int, int], OwnSet | None]] = {}
"""What was read of each record, with the time and size of its file: tables ask again and again."""

PRESENT: dict[str, OwnSet] = {}
"""Sets that this process has in memory alone."""


def all_own() -> dict[str, OwnSet]:
    """Every set by its name, sorted. Records that are damaged, or of a newer version, are left out."""
    try:
        with os.scandir(home()) as entries:
            names = sorted(entry.name for entry in entries if NAME.fullmatch(entry.name))
    except OSError:
        return {}
    found = ((name, find(name)) for name in names)
    return {name: own for name, own in found if own is not None}


def find(name: str) -> OwnSet | None:
    """The set called `name`; None where there is none."""
    if name in PRESENT:
        return PRESENT[name]
    if not NAME.fullmatch(name):
        return None
    file = folder_of(name) / FILE
    try:
        there = file.stat()
    except OSError:
        return None
    state = there.st_mtime_ns, there.st_size
    if file not in _READ or _READ[file][0] != state:
        _READ[file] = state, _decoded(file, name)
    return _READ[file][1]


def _decoded(file: Path, name: str) -> OwnSet | None:
    try:
        with file.open("rb") as opened:
            found = msgspec.json.decode(opened.read(LARGEST), type=OwnSet)
    except (OSError, msgspec.DecodeError):
        return None
    return msgspec.structs.replace(found, name=name)  # the folder's name counts: that is what was renamed


def write(own: OwnSet) -> None:
    """Keep what is known of `own`. Raises DataUnavailable where it cannot be written."""
    folder = folder_of(own.name)
    try:
        make_folder(folder)
        with replacing(folder / FILE) as file:
            file.write(msgspec.json.format(msgspec.json.encode(own), indent=2))
    except OSError as error:
        raise DataUnavailable(
            "Cannot write",
            f"{folder} cannot be written: {error.strerror or error}; make room there, or set XDG_DATA_HOME",
        ) from error


def tidy(own: OwnSet) -> None:
    """Take away what lies beside the record of `own` and does not belong to it: copies of a set that it replaced, or of
    one that was never whole."""
    folder = home() / own.name
    for beside in folder.glob(f"{COPY}*"):
        if not Path(own.path).is_relative_to(beside):
            shutil.rmtree(beside, ignore_errors=True)


def remove(name: str) -> OwnSet:
    """Forget the set `name`, and its copy if there is one; data that were not copied stay as they are.

    Raises:
        UsageError: there is none of that name.
        DataUnavailable: the folder cannot be removed.
    """
    own = existing(name)
    try:
        (folder_of(name) / FILE).unlink()  # first: without it there is no set, whatever else is still there
        shutil.rmtree(folder_of(name))
    except OSError as error:
        told = f"the record of {name} in {folder_of(name)} cannot be removed: {error.strerror or error}"
        raise DataUnavailable("Cannot write", told) from error
    shutil.rmtree(shards_of(name), ignore_errors=True)
    return own


def rename(name: str, to: str) -> OwnSet:
    """Have the set `name` called `to`. Runs that learned from it keep the name that they know. Raises as `remove`."""
    own = existing(name)
    try:
        (home() / name).rename(home() / to)
    except OSError as error:
        told = f"{home() / name} cannot be renamed: {error.strerror or error}"
        raise DataUnavailable("Cannot write", told) from error
    if own.copied:
        own = _moved(own, home() / name, home() / to)
    moved = msgspec.structs.replace(own, name=to)
    write(moved)
    shutil.rmtree(shards_of(to), ignore_errors=True)
    with suppress(OSError):  # without them they are made again
        shards_of(name).rename(shards_of(to))
    return moved


def _moved(own: OwnSet, old: Path, new: Path) -> OwnSet:
    """With all that lies in the folder `old` in `new`."""

    def moved(value: Any) -> Any:
        inside = isinstance(value, str) and Path(value).is_relative_to(old)
        return str(new / Path(value).relative_to(old)) if inside else value

    options = {name: moved(value) for name, value in own.options.items()}
    return msgspec.structs.replace(own, path=moved(own.path), options=options)


def existing(name: str) -> OwnSet:
    """The set `name`. Raises UsageError where there is none."""
    own = find(name)
    if own is None:
        known = ", ".join(all_own()) or "none yet; `aetui data add NAME PATH` brings one"
        raise UsageError("Not your own", f"{name!r} is not a data set of yours; there are: {known}")
    return own


def check_name(name: str, *, replace: bool = False) -> None:
    """Raises UsageError for a name that cannot be given, or is taken by a set that is not to be replaced."""
    if not NAME.fullmatch(name):
        told = "expected up to 40 letters, digits, dots, hyphens and underscores, a letter or digit first"
        raise UsageError("Bad name", f"{told}, got {name!r}")
    if name in RESERVED or GIVEN.fullmatch(name):
        raise UsageError("Bad name", f"{name!r} means something else; choose another name")
    if find(name) is not None and not replace:
        told = f"{name!r} is taken by another data set of yours"
        raise UsageError("Name taken", f"{told}; choose another one, or forget that one with --replace")
