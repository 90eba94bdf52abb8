"""From a key to the data: locate, else fetch, read, and hold against what was published."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.datasets.catalogue import DataSet, dataset
from engine.datasets.folders import Location
from engine.datasets.own import records
from engine.datasets.places import locate, looked_for
from engine.errors import DataUnavailable, UsageError
from engine.kinds import KINDS, ORIGINS

if TYPE_CHECKING:
    from engine.datasets.data import Report, Source, Statistics


def load(key: str, data_dir: Path | None, report: Report | None = None, *, download: bool = True) -> Source:
    """Data set `key` from `data_dir`, the cache or a system folder, else (with `download`) from the network.

    Raises:
        UsageError: no such data set, nothing to learn from, or `data_dir` is not a folder.
        DataUnavailable: it is nowhere, and could or should not be fetched.
        BadData: a file is broken, or is not the data set that its name says.
    """
    from engine.datasets.data import silence
    from engine.datasets.own import adding

    entry = dataset(key)
    if entry.kind not in KINDS:
        origin = ORIGINS[entry.kind]
        raise UsageError("No data set", f"{key} holds {origin.items}; {origin.use}, none learns from them")
    own = records.find(key)
    if own:
        return adding.read(own, data_dir, report or silence).source
    location = locate(key, data_dir) or _fetched(entry, data_dir, report, download)
    return KINDS[entry.kind].read(entry, location, data_dir, report)


def fetch(key: str, report: Report | None = None) -> Location:
    """Data set `key` into the cache, unless the files there are whole already (their checksums tell).

    Raises:
        UsageError: no such data set.
        DataUnavailable: no mirror has it, or the cache cannot be written.
    """
    entry = dataset(key)
    if entry.package:
        return Location(key, None, f"with {entry.package}")
    if entry.own:
        raise DataUnavailable("No data", f"{key} is the user's own and cannot be fetched. {entry.remedy}")
    return ORIGINS[entry.kind].fetched(entry, report)


def statistics(data: Source) -> Statistics:
    """What is in `data`, as `load` gave them."""
    return KINDS[data.kind].statistics(data)


def _fetched(entry: DataSet, data_dir: Path | None, report: Report | None, download: bool) -> Location:
    where = looked_for(entry, data_dir)
    if not download:
        raise DataUnavailable("No data", f"{entry.key} is not on this machine: {where}. {entry.remedy}")
    try:
        return fetch(entry.key, report)
    except DataUnavailable as error:
        raise DataUnavailable(error.title, f"{error.message} Before that: {where}.") from error
