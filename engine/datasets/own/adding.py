"""Bringing data of one's own: they are read once to see that they can be, and noted down."""

from __future__ import annotations

import shutil
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from engine.datasets import catalogue
from engine.datasets.data import Report, silence
from engine.datasets.own import fingerprints, records
from engine.datasets.own.readers import READERS, reader_of
from engine.datasets.own.records import OwnSet
from engine.errors import DataUnavailable, UsageError
from engine.storage.atomic import make_folder

if TYPE_CHECKING:
    from engine.datasets.own.readers.reader import Reader, Reading


class Added(NamedTuple):
    """A set that was added."""

    own: OwnSet
    because: str
    """Why its files were taken for what they were; empty where the user said so."""
    reading: Reading
    """What is in it."""


def add(
    name: str,
    path: Path,
    kind: str = "",
    options: Mapping[str, Any] | None = None,
    *,
    copy: bool = False,
    replace: bool = False,
    data_dir: Path | None = None,
    report: Report = silence,
) -> Added:
    """Have the data at `path` known as `name` from now on; with `copy` they are copied beside the record; with
    `replace` the name may be that of another set of the user's, which is forgotten.

    `kind`: a key of READERS; empty: guessed from the files. `options`: of that reader, typed or as text.

    Raises:
        UsageError: the name is taken or impossible, there is nothing at `path`, or the options do not fit.
        BadData: a file is broken.
        DataUnavailable: the record or the copy cannot be written.
        Stopped: from `report`.
    """
    check_name(name, replace=replace)
    path = Path(path).expanduser().absolute()
    reader, because = chosen(path, kind, options or {})
    own = OwnSet(name=name, reader=reader.key, path=str(path), added=time.time())
    own = msgspec.structs.replace(own, options=reader.changed(reader.parsed(options or {})))
    copies = records.home() / name / f"{records.COPY}-{time.time_ns():x}"  # what is replaced has its own until the end
    try:
        if copy:
            own = _copied(own, path, copies, reader, report)
        reading = reader.read(own, data_dir, report)
        own = _described(own, reader, reading, report)
        records.write(own)
    except BaseException:
        shutil.rmtree(copies, ignore_errors=True)
        with suppress(OSError):  # where it is not empty a set lies there
            copies.parent.rmdir()
        raise
    records.tidy(own)
    return Added(own, because, reading)


def check_name(name: str, *, replace: bool = False) -> None:
    """Raises UsageError for a name that cannot be given, or is taken: by the user's own only if not to `replace` it."""
    published = catalogue.DATASETS.get(name)
    if published and not published.own:
        raise UsageError("Name taken", f"{name!r} is the data set {published.title!r}; choose another name")
    records.check_name(name, replace=replace)


def rename(name: str, to: str) -> OwnSet:
    """Have the set `name` called `to`. Raises as `check_name` and `records.rename`."""
    check_name(to)
    return records.rename(name, to)


def chosen(path: Path, kind: str = "", options: Collection[str] = ()) -> tuple[Reader, str]:
    """The reader for `path`: the one called `kind`, else the first that takes it for its own, and why. Those that
    have all `options` are asked first, and one of them that can read such a file need not take it for its own.

    Raises:
        UsageError: there is nothing at `path`, no such kind, or none that takes it.
    """
    if not path.exists():
        raise UsageError("No such data", f"expected a file or a folder, but {path} does not exist")
    if kind and kind not in READERS:
        raise UsageError("Unknown kind", f"{kind!r} is no kind of data here; there are: {', '.join(READERS)}")
    if kind:
        return READERS[kind], ""
    able = [reader for reader in READERS.values() if reader.knows(options)]
    for reader in able:
        if because := reader.recognises(path):
            return reader, because
    told = [reader for reader in able if path.suffix.lower() in reader.endings]
    if len(told) == 1 and len(able) < len(READERS):
        return told[0], f"a file that ends in {path.suffix}, with options of {told[0].key}"
    for reader in READERS.values():
        if because := reader.recognises(path):
            return reader, because
    raise UsageError("Unknown data", f"nothing tells what {path} is; say it with --kind: {', '.join(READERS)}")


def read(own: OwnSet, data_dir: Path | None, report: Report) -> Reading:
    """What a set holds.

    Raises:
        DataUnavailable: its files are gone, or another version added it.
        UsageError, BadData, Stopped: as `Reader.read`.
    """
    reader = reader_of(own.reader)
    if reader is None:
        raise DataUnavailable("Unknown kind", f"{own.name} is read as {own.reader!r}, which this version cannot")
    if not reader.there(own):
        told = f"{own.name} was added from {own.path}, which is not there; bring it back, or run `aetui data remove"
        raise DataUnavailable("Data are gone", f"{told} {own.name}` and add it anew")
    return reader.read(own, data_dir, report)


def _copied(own: OwnSet, path: Path, folder: Path, reader: Reader, report: Report) -> OwnSet:
    """With all of its files copied into `folder`, which belongs to the record."""
    place = _copy_of(path, folder / "data", report)
    options = dict(own.options)
    for name, further in reader.further(options).items():
        if further.is_relative_to(path):
            copied = place / further.relative_to(path)
        else:
            copied = _copy_of(further, folder / name, report)
        options[name] = str(copied)
    return msgspec.structs.replace(own, path=str(place), copied=True, origin=str(path), options=options)


def _copy_of(path: Path, folder: Path, report: Report) -> Path:
    """`path` copied into `folder`."""
    place = folder / path.name
    report(f"copying {path}", 0, 0)
    try:
        make_folder(folder)
        if path.is_dir():
            shutil.copytree(path, place)
        else:
            shutil.copy2(path, place)
    except (OSError, shutil.Error) as error:
        raise DataUnavailable("Cannot copy", f"{path} cannot be copied to {place}: {error}") from error
    return place


def _described(own: OwnSet, reader: Reader, reading: Reading, report: Report) -> OwnSet:
    """With what was found."""
    from engine.kinds import KINDS

    source = reading.source
    known = KINDS[source.kind].described(source)
    fingerprint = fingerprints.of_all(reader.files(own), report)
    return msgspec.structs.replace(
        own,
        kind=source.kind,
        title=f"your own {KINDS[source.kind].items}",
        metadata=dict(reading.how),
        shape=known.shape,
        classes=known.classes,
        items=known.items,
        bounded=known.bounded,
        preset=reader.preset(known),
        fingerprint=fingerprint.digest,
        sampled=fingerprint.sampled,
    )
