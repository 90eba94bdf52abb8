"""Where an export comes to lie: written beside, whole or not at all, and never over anything else."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from engine.errors import EngineError, UsageError

MANIFEST = "export.json"
"""In each folder: what it is an export of, and which files belong to it."""
ENDS = 2**14
"""Bytes at the ends of a file that are looked at."""


@contextmanager
def placed(path: Path, *, folder: bool, force: bool, mark: bytes = b"") -> Iterator[Path]:
    """Where to write what becomes `path` at the end: an empty folder, or a file that is not there yet. `mark`: what
    tells an earlier file of the same format (`Format.mark`).

    Raises:
        UsageError: something is at `path`; with `force` only if that is no earlier export.
        EngineError: it cannot be written.
    """
    check(path, folder=folder, force=force, mark=mark)
    beside = path.with_name(f".{path.name}.{os.urandom(4).hex()}.tmp")
    try:
        if folder:
            beside.mkdir()
        yield beside
        check(path, folder=folder, force=force, mark=mark)  # it took a while
        _exchange(beside, path)
    except OSError as error:
        told = f"expected to write {path}, but {error.strerror or error}; choose another place"
        raise EngineError("Cannot write", told) from error
    finally:
        _remove(beside)


def check(path: Path, *, folder: bool, force: bool, mark: bytes = b"") -> None:
    """Raises UsageError where an export may not be written to `path`."""
    if not path.name or not path.parent.is_dir():
        raise UsageError("No such folder", f"expected a name in a folder that is there, got {path}")
    if not os.path.lexists(path):
        return
    what = "a folder" if path.is_dir() else "a file"
    if not force:
        raise UsageError(
            "Already there",
            f"{path} is {what} that is there already; choose another name (or, on the command line, --force)",
        )
    if path.is_symlink() or path.is_dir() != folder or not (_is_export(path) if folder else _has(path, mark)):
        told = (
            f"expected an earlier export to replace, but {path} is {what} that holds other things; remove it yourself"
        )
        raise UsageError("Not an export", told)


def write_manifest(place: Path, said: dict[str, Any]) -> None:
    """Write into the folder `place` what it is (`said`), with the names and sizes of its files. Raises OSError."""
    files = {name: (place / name).stat().st_size for name in files_in(place)}
    content = msgspec.json.format(msgspec.json.encode({**said, "files": files}), indent=2)
    (place / MANIFEST).write_bytes(content + b"\n")


def files_in(place: Path) -> list[str]:
    """The names of all files of an export, as seen from its folder; of a file its own name."""
    if place.is_file():
        return [place.name]
    return sorted(str(path.relative_to(place)) for path in place.rglob("*") if not path.is_dir())


class _Manifest(msgspec.Struct):
    files: dict[str, int]


def _is_export(folder: Path) -> bool:
    """Whether all that is in it belongs to an export."""
    found = set(files_in(folder))
    try:
        known = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=_Manifest).files
    except (OSError, msgspec.DecodeError):
        return not found
    return found <= {MANIFEST, *known}


def _has(path: Path, mark: bytes) -> bool:
    """Whether the file has `mark` near its beginning or its end."""
    with path.open("rb") as file:
        begin = file.read(ENDS)
        file.seek(max(0, path.stat().st_size - ENDS))
        return mark in begin or mark in file.read(ENDS)


def _exchange(beside: Path, path: Path) -> None:
    """`beside` in the place of `path`; what was there comes back if that fails, and goes when it is done."""
    if not path.is_dir():
        beside.replace(path)
        return
    former = path.with_name(f".{path.name}.{os.urandom(4).hex()}.former")
    path.rename(former)
    try:
        beside.rename(path)
    except OSError:
        former.rename(path)
        raise
    _remove(former)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
