"""From a key to the data: locate, else fetch, read, and hold against what was published."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.datasets.catalogue import DataSet, dataset
from engine.datasets.places import Location, locate, looked_for
from engine.errors import BadData, DataUnavailable

if TYPE_CHECKING:
    from engine.datasets.image_data import ImageData, Part, Report
    from engine.datasets.image_statistics import Statistics


def load(key: str, data_dir: Path | None, report: Report | None = None, *, download: bool = True) -> ImageData:
    """Data set `key` from `data_dir`, the cache or a system folder, else (with `download`) from the network.

    Raises:
        UsageError: no such data set, or `data_dir` is not a folder.
        DataUnavailable: it is nowhere, and could or should not be fetched.
        BadData: a file is broken, or is not the data set that its name says.
    """
    location = locate(key, data_dir) or _fetched(dataset(key), data_dir, report, download)
    if report and location.path:
        report(f"reading {location.path}", 0, 0)
    return _read(location)


def fetch(key: str, report: Report | None = None) -> Location:
    """Data set `key` into the cache, unless the files there are whole already (their checksums tell).

    Raises:
        UsageError: no such data set.
        DataUnavailable: no mirror has it, or the cache cannot be written.
    """
    from engine.datasets import download

    entry = dataset(key)
    if entry.package:
        return Location(key, None, "with scikit-learn")
    return Location(key, download.into_cache(entry, report), "cache")


def statistics(data: ImageData) -> Statistics:
    """Counts, pixel mean and spread, fingerprint and source of `data`."""
    from engine.datasets.image_statistics import of

    return of(data)


def _fetched(entry: DataSet, data_dir: Path | None, report: Report | None, download: bool) -> Location:
    where = looked_for(entry, data_dir)
    if not download:
        raise DataUnavailable("No data", f"{entry.key} is not on this machine: {where}. {entry.remedy}")
    try:
        return fetch(entry.key, report)
    except DataUnavailable as error:
        raise DataUnavailable(error.title, f"{error.message} Before that: {where}.") from error


def _read(location: Location) -> ImageData:
    from engine.datasets.image_data import ImageData
    from engine.datasets.image_parts import Malformed

    entry = dataset(location.key)
    try:
        train, test = entry.read(location.path)
    except Malformed as error:
        raise BadData(error.path, f"{error.fault}. {_remedy(location)}") from error
    _check_published(entry, train, test, location)
    return ImageData(entry.key, train, test, entry.classes, location.path)


def _check_published(entry: DataSet, train: Part, test: Part, location: Location) -> None:
    height, width, channels = entry.shape
    expected = (entry.train_items, height, width, channels), (entry.test_items, height, width, channels)
    found = train.images.shape, test.images.shape
    if found != expected:
        fault = f"expected training and test images {expected[0]} and {expected[1]}, found {found[0]} and {found[1]}"
        raise BadData(location.path, f"{fault}. {_remedy(location)}")
    low = min(train.labels.min(), test.labels.min())
    high = max(train.labels.max(), test.labels.max())
    if low < 0 or high >= len(entry.classes):
        fault = f"expected labels from 0 to {len(entry.classes) - 1}, found {low} to {high}"
        raise BadData(location.path, f"{fault}. {_remedy(location)}")


def _remedy(location: Location) -> str:
    anew = f"`aetui data fetch {location.key}`"
    if location.where == "cache" and location.path and location.path.suffix == ".npz":
        return f"Delete it and run {anew}."
    if location.where == "data folder":
        return f"Put a whole copy there, or remove it and run {anew}."
    return f"Run {anew} for a whole copy."
