"""Where data lie on this machine: the data folder, the cache, system folders; none of them is opened."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine.datasets.catalogue import DataSet, dataset
from engine.datasets.folders import Location, folders
from engine.datasets.own import records
from engine.datasets.own.readers import reader_of
from engine.kinds import ORIGINS


def locate(key: str, data_dir: Path | None) -> Location | None:
    """Where data set `key` lies: in `data_dir`, the cache or a system folder; None when it must be fetched.

    Raises:
        UsageError: no such data set, or `data_dir` is not a folder.
        BadData: a place may not be looked into.
    """
    entry, own = dataset(key), records.find(key)
    if own:
        reader = reader_of(own.reader)
        there = reader is None or reader.there(own)
        return Location(key, Path(own.path), "yours, copied" if own.copied else "yours") if there else None
    if entry.package:
        return Location(key, None, f"with {entry.package}")
    return ORIGINS[entry.kind].located(entry, data_dir)


def state(key: str, location: Location) -> object:
    """Changes when what lies there may have: the user's own may between two runs, as published data do not."""
    own = records.find(key)
    if own:
        reader = reader_of(own.reader)
        return own, reader.state(own) if reader else None
    return ORIGINS[dataset(key).kind].state(location)


def default(prefers: Sequence[str], data_dir: Path | None) -> str:
    """The first of `prefers` that is on this machine; the very first when none is (it can be fetched).

    Raises:
        UsageError: as `locate`.
    """
    return next((key for key in prefers if locate(key, data_dir)), prefers[0])


def looked_for(entry: DataSet, data_dir: Path | None) -> str:
    """In words, what was looked for and in which places."""
    places = ", ".join(f"{folder} ({where})" for folder, where in folders(data_dir, ORIGINS[entry.kind].folders()))
    *others, last = entry.names
    return f"looked for {', '.join(others)} and {last}/ in {places}"
