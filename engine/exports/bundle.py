"""A run as one archive, which `engine.exports.importing` opens elsewhere. See `engine.exports.manifest`."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack
from importlib import metadata
from pathlib import Path
from typing import BinaryIO, NamedTuple
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import msgspec

from engine.errors import RunError, counted
from engine.exports.manifest import NAME, Bundled, Manifest
from engine.runs.files import EVENTS, NEEDED, row_of
from engine.runs.record import RunRecord
from engine.storage.atomic import FILE, SHARED, replacing
from engine.storage.bounded import named

PIECE = 2**20
"""Bytes that are copied at a time."""


class Bundle(NamedTuple):
    """What went into an archive."""

    files: tuple[Bundled, ...]
    left_out: tuple[str, ...]
    """What else lies in the run's folder, and is none of the program's."""


class _Opened(NamedTuple):
    name: str
    file: BinaryIO
    size: int
    """Bytes of it that count; it may be growing."""


def write_bundle(record: RunRecord, place: Path) -> tuple[str, ...]:
    """`bundle` as a format: returns what there is to know, a sentence each."""
    made = bundle(record, place)
    size = sum(each.bytes for each in made.files)
    told = [f"{counted(len(made.files), 'file')} of {record.id}, {size:,} bytes; the data are not in it."]
    told.append("`aetui import FILE` opens it on another machine.")
    if record.lives:
        told.append("The run is being trained: it is bundled as it stood a moment ago, and arrives interrupted.")
    if made.left_out:
        told.append(f"Left out, as they are none of the program's files: {named(made.left_out)}.")
    return tuple(told)


def bundle(record: RunRecord, path: Path) -> Bundle:
    """Write the run as it stands to `path`, whole or not at all; a run that is being trained is there interrupted.

    Files are replaced or grow while a run is trained. So all are opened before one is copied, the events last: what is
    bundled is what a crash at that moment would have left, from which a run goes on.

    Raises:
        RunError: the run cannot be read, or `path` not be written.
    """
    try:
        with ExitStack() as stack:
            opened, left_out = _opened(record.folder, stack)
            with replacing(path, flush=False, mode=SHARED) as file, ZipFile(file, "w", ZIP_STORED) as archive:
                files = tuple(_put(archive, each) for each in sorted(opened))
                archive.writestr(_member(NAME), _manifest(record, files))
    except OSError as error:
        fault = f"expected to copy {record.folder} into one file, but {error.strerror or error}"
        raise RunError("Not bundled", f"{fault}; make room, or choose another place") from error
    return Bundle(files, left_out)


def _opened(folder: Path, stack: ExitStack) -> tuple[list[_Opened], tuple[str, ...]]:
    names = sorted(_names(folder), key=lambda name: (name == EVENTS, name))
    rows = {name: row_of(name) for name in names}
    opened = []
    for name in (name for name, row in rows.items() if row is not None and row.travels):
        descriptor = os.open(folder / name, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # of a pipe, opening would wait
        file = stack.enter_context(os.fdopen(descriptor, "rb"))
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise RunError("Not bundled", f"expected a file, but {folder / name} is none; remove it")
        size = _whole_lines(file, status.st_size) if name == EVENTS else status.st_size
        opened.append(_Opened(name, file, size))
    if not any(each.name == NEEDED for each in opened):
        raise RunError("Not bundled", f"{folder} holds no {NEEDED} any more; somebody removed the run")
    return opened, tuple(name for name, row in rows.items() if row is None)


def _names(folder: Path) -> Iterator[str]:
    """Files in `folder` and in folders in it, without those that are only being written."""
    for entry in folder.iterdir():
        inside = [f"{entry.name}/{each.name}" for each in entry.iterdir()] if entry.is_dir() else [entry.name]
        yield from (name for name in inside if not name.endswith(".tmp"))


def _whole_lines(file: BinaryIO, size: int) -> int:
    """Bytes of the first `size` up to the last line break: the last line may be half written."""
    end = size
    while end > 0:
        start = max(0, end - PIECE)
        file.seek(start)
        found = file.read(end - start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0


def _put(archive: ZipFile, opened: _Opened) -> Bundled:
    digest, left = hashlib.sha256(), opened.size
    opened.file.seek(0)
    with archive.open(_member(opened.name), "w", force_zip64=True) as member:
        while left:
            piece = opened.file.read(min(PIECE, left))
            if not piece:
                raise RunError("Not bundled", f"{opened.name} became shorter while it was copied; try again")
            digest.update(piece)
            member.write(piece)
            left -= len(piece)
    return Bundled(name=opened.name, bytes=opened.size, sha256=digest.hexdigest())


def _member(name: str) -> ZipInfo:
    """The same at any time, on any system and for any user."""
    member = ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    member.create_system = 3
    member.external_attr = (stat.S_IFREG | FILE) << 16
    return member


def _manifest(record: RunRecord, files: tuple[Bundled, ...]) -> bytes:
    manifest = Manifest(
        program=metadata.version("aetui"),
        id=record.id,
        variant=record.variant,
        dataset=record.dataset,
        fingerprint=record.info.fingerprint,
        files=files,
    )
    return msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"
