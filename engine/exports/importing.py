"""A run out of an archive of unknown origin, into the store. See `engine.exports.manifest`.

Nothing is believed before it is seen: names against the table of what a run holds, lengths against the archive's own,
contents against their sums. What comes out lies beside the runs under a name that is none, and becomes a run in one
step when all of it is right.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Literal, NamedTuple
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import msgspec

from engine.errors import BadData, RunError, UsageError
from engine.events import UNREADABLE
from engine.exports.manifest import FORMAT, LARGEST, NAME, VERSION, Head, Manifest
from engine.runs import groups
from engine.runs.files import NEEDED, row_of
from engine.runs.listing import trash
from engine.runs.listing.labels import settle
from engine.runs.record import SCHEMA, RunRecord, read_record
from engine.runs.store import RunStore
from engine.runs.waiting import waits
from engine.runs.writer import new_run_id
from engine.storage.atomic import make_folder, opener
from engine.storage.bounded import ZIP_FAULTS, named, read_bounded

PIECE = 2**20
"""Bytes that are copied at a time."""
FOLDER = ".import-"
"""Begins the name of what is not a run yet; the store passes such folders over."""
STALE_SECONDS = 86_400.0
"""After that an import that left something behind is over."""
SPARE = 2**24
"""Bytes of the disk that are left alone."""
_ENCRYPTED = 0x1
_ID = re.compile(r"[0-9]{8}T[0-9]{6}Z-[0-9A-Za-z-]{1,80}")
"""As `engine.runs.writer.new_run_id` and groups make them."""

Taken = Literal["refuse", "replace", "copy"]
"""What becomes of a run whose id the store has: it is refused, takes the place of the one there (which goes where
deleted runs go), or comes in under an id of its own."""


class Imported(NamedTuple):
    """A run that came in."""

    record: RunRecord
    id_there: str
    """Its id in the archive."""
    dropped_name: str = ""
    """What it was called, where that means something else here: it has no name now."""
    left_out: tuple[str, ...] = ()
    """Of its labels, what no run here can have; a phrase each."""


def import_bundle(path: Path, store: RunStore, taken: Taken = "refuse") -> Imported:
    """The run in the archive at `path`, now in `store`.

    Raises:
        BadData: it is no whole bundle, or holds what no run does; the store is as it was.
        UsageError: the run is there already.
        RunError: a newer version made it, the run there is in use, or the store cannot be written.
    """
    if not path.is_file():
        raise UsageError("No such file", f"expected a bundle, as `aetui export` makes it, but {path} is not a file")
    try:
        with open(path, "rb", opener=_without_waiting) as file:
            return _imported(path, file, store, taken)
    except OSError as error:
        raise BadData(path, f"expected a bundle, but it cannot be read ({error.strerror or error})") from error


def _imported(path: Path, file: IO[bytes], store: RunStore, taken: Taken) -> Imported:
    with _reading(path):
        archive = ZipFile(file)
    with archive:
        members = _members(path, archive)
        manifest = _manifest(path, archive, members)
        _check_files(path, manifest, members, os.fstat(file.fileno()).st_size)
        run_id = _id(manifest, store, taken)
        with _beside(store) as folder:
            _check_room(store, manifest)
            _unpack(path, archive, manifest, members, folder / run_id)
            left_out = settle(folder / run_id)
            record = _read(path, folder / run_id)
            return _moved(record, manifest, store, taken)._replace(left_out=left_out)


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)  # for the other end of a pipe


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except ZIP_FAULTS as error:
        raise BadData(path, f"expected a bundle, a whole zip archive, but: {error}") from error


# What the archive says of itself.


def _members(path: Path, archive: ZipFile) -> dict[str, ZipInfo]:
    """By name. Raises BadData for what a run does not hold."""
    found = archive.infolist()
    counts = Counter(member.filename for member in found)
    twice = [name for name, count in counts.items() if count > 1]
    if twice:
        raise BadData(path, f"expected each file once, found twice: {named(twice)}")
    for member in found:
        if member.orig_filename != member.filename or (member.filename != NAME and not _travels(member.filename)):
            raise BadData(path, f"expected the files of a run, found {member.orig_filename[:200]!r}")
        kind = stat.S_IFMT(member.external_attr >> 16)
        if kind not in (0, stat.S_IFREG) or member.is_dir():
            raise BadData(path, f"expected files alone, but {member.filename} is a link, a folder or a device")
        if member.flag_bits & _ENCRYPTED or member.compress_type != ZIP_STORED:
            told = f"expected files as they are, but {member.filename} is packed or encrypted"
            raise BadData(path, f"{told}; have `aetui export RUN --format bundle` make it")
    return {member.filename: member for member in found}


def _travels(name: str) -> bool:
    row = row_of(name)
    return row is not None and row.travels


def _manifest(path: Path, archive: ZipFile, members: dict[str, ZipInfo]) -> Manifest:
    if NAME not in members:
        raise BadData(path, f"expected a bundle, with a {NAME} in it; found {named(sorted(members))}")
    with _reading(path), archive.open(members[NAME]) as member:
        text = bytes(read_bounded(member, LARGEST))
    try:
        head = msgspec.json.decode(text, type=Head)
        if head.version > VERSION:
            told = f"{path} is a bundle of version {head.version}, this version of aetui reads up to {VERSION}"
            raise RunError("Bundle of a newer version", f"{told}; update aetui to open it")
        return msgspec.json.decode(text, type=Manifest)
    except UNREADABLE as error:
        raise BadData(path, f"expected the {NAME} of an {FORMAT!r}, but: {error}") from error


def _check_files(path: Path, manifest: Manifest, members: dict[str, ZipInfo], size: int) -> None:
    listed = {each.name: each for each in manifest.files}
    there = members.keys() - {NAME}
    if len(listed) != len(manifest.files) or listed.keys() != there:
        strange = sorted(listed.keys() ^ there) or sorted(listed)
        raise BadData(path, f"expected the files that its {NAME} lists, each once; check {named(strange)}")
    if NEEDED not in listed:
        raise BadData(path, f"expected a {NEEDED} among its files; without, it is no run")
    for name, each in listed.items():
        if members[name].file_size != each.bytes:
            told = f"its {NAME} says {each.bytes:,} bytes, the archive {members[name].file_size:,}"
            raise BadData(path, f"{name} is not what was bundled: {told}")
    total = sum(each.bytes for each in manifest.files)
    if total > size:
        raise BadData(path, f"it has {size:,} bytes, and says that its files have {total:,}")


# Into the store.


def _id(manifest: Manifest, store: RunStore, taken: Taken) -> str:
    """What the run is to be called here. Raises as `import_bundle`."""
    if taken == "copy" or not _ID.fullmatch(manifest.id):
        variant = manifest.variant if re.fullmatch(r"[0-9A-Za-z_-]{1,40}", manifest.variant) else "run"
        return new_run_id(variant)
    if os.path.lexists(store.root / manifest.id) or waits(store.root, manifest.id):
        if taken == "refuse":
            there = f"{manifest.id} is in the store already"
            raise UsageError(
                "Run is there", f"{there}; --replace puts the bundle's in its place, --copy gives it another id"
            )
        record = store.get(manifest.id)
        if record is None:
            told = f"{store.root / manifest.id} is there and no run that can be read"
            raise RunError("Not imported", f"{told}; move it away, or take --copy")
        trash.check_deletable(store, [record])
    return manifest.id


@contextmanager
def _beside(store: RunStore) -> Iterator[Path]:
    """A folder that is gone afterwards; so are those of imports that were killed."""
    for left in store.root.glob(f"{FOLDER}*"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > STALE_SECONDS:
                shutil.rmtree(left, ignore_errors=True)
    folder = store.root / f"{FOLDER}{os.urandom(6).hex()}"
    try:
        make_folder(store.root)
        folder.mkdir(0o700)
        yield folder
    except OSError as error:
        told = f"expected to write the run below {store.root}, but {error.strerror or error}"
        raise RunError("Not imported", f"{told}; make room, or choose another --runs-dir") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _check_room(store: RunStore, manifest: Manifest) -> None:
    needed = sum(each.bytes for each in manifest.files) + SPARE
    free = shutil.disk_usage(store.root).free
    if free < needed:
        told = f"expected {needed:,} bytes of room below {store.root}, found {free:,}"
        raise RunError("Not imported", f"{told}; make room (`aetui runs du`), or choose another --runs-dir")


def _unpack(path: Path, archive: ZipFile, manifest: Manifest, members: dict[str, ZipInfo], folder: Path) -> None:
    """All files into a new `folder`. Raises OSError where it cannot be written."""
    folder.mkdir(0o700)
    for each in manifest.files:
        target = folder / each.name
        target.parent.mkdir(0o700, exist_ok=True)
        digest, count = hashlib.sha256(), 0
        with open(target, "xb", opener=opener) as file:
            for piece in _pieces(path, archive, members[each.name]):
                digest.update(piece)
                count += file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        if count != each.bytes or digest.hexdigest() != each.sha256:
            told = f"{each.name} is not what was bundled: its checksum is another one"
            raise BadData(path, f"{told}; fetch the file anew")


def _pieces(path: Path, archive: ZipFile, member: ZipInfo) -> Iterator[bytes]:
    """What is stored, which is no more than what the archive says: that was looked at."""
    with _reading(path):
        source = archive.open(member)
    with source:
        while True:
            with _reading(path):
                piece = source.read(PIECE)
            if not piece:
                return
            yield piece


def _read(path: Path, folder: Path) -> RunRecord:
    found = read_record(folder)
    if isinstance(found, RunRecord):
        return found
    if found > SCHEMA:
        told = f"the run has format {found}, this version reads up to {SCHEMA}"
        raise RunError("Run of a newer version", f"{told}; update aetui to open it")
    raise BadData(path, f"expected a run of aetui, but its {NEEDED} is that of none")


def _moved(record: RunRecord, manifest: Manifest, store: RunStore, taken: Taken) -> Imported:
    dropped = "" if _is_free(record, store) else record.name
    if dropped:
        record.relabel(name="")
    there = store.get(record.id)
    if there is not None and taken == "replace":
        trash.delete(store, [there])
    record.folder.rename(store.root / record.id)
    found = store.get(record.id)
    if found is None:
        raise RunError("Not imported", f"{record.id} was removed again by somebody else; try again")
    return Imported(found, manifest.id, dropped)


def _is_free(record: RunRecord, store: RunStore) -> bool:
    """Whether the run can be called here what it is called in the archive."""
    try:
        groups.check_run_name(record.name, store, record.id)
    except UsageError:
        return False
    return True
