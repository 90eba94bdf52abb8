"""From a key to the data: locate, else fetch, read, and hold against what was published."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.datasets.catalogue import DATASETS, DataSet, dataset
from engine.datasets.places import Location, cache_dir, locate, looked_for
from engine.datasets.told import Told, note
from engine.errors import BadData, DataUnavailable, UsageError
from engine.storage.atomic import make_folder

if TYPE_CHECKING:
    from engine.datasets.data import Part, Report
    from engine.datasets.image_data import ImageData
    from engine.datasets.image_statistics import Statistics
    from engine.text.corpus import Corpus
    from engine.text.corpus_statistics import CorpusStatistics


def load(key: str, data_dir: Path | None, report: Report | None = None, *, download: bool = True) -> ImageData | Corpus:
    """Data set `key` from `data_dir`, the cache or a system folder, else (with `download`) from the network.

    Raises:
        UsageError: no such data set, nothing to learn from, or `data_dir` is not a folder.
        DataUnavailable: it is nowhere, and could or should not be fetched.
        BadData: a file is broken, or is not the data set that its name says.
    """
    entry = dataset(key)
    if entry.kind == "vectors":
        raise UsageError("No data set", f"{key} holds vectors of words; models of text use them, none learns from them")
    location = locate(key, data_dir) or _fetched(entry, data_dir, report, download)
    if entry.kind == "text":
        from engine.datasets.data import silence
        from engine.text.corpora import read_corpus

        return read_corpus(key, location.path, data_dir, report or silence, location.told)
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
        return Location(key, None, f"with {entry.package}")
    if entry.own:
        raise DataUnavailable("No data", f"{key} is the user's own and cannot be fetched. {entry.remedy}")
    if entry.kind == "vectors":
        from engine.text import glove_download

        return Location(key, glove_download.fetch(cache_dir(), report), "cache")
    return Location(key, download.into_cache(entry, report), "cache")


def add(key: str, path: Path, report: Report | None = None, told: Told = "") -> Location:
    """Have the user's own data at `path` found as `key` from now on; they are read once to see that they can be, and
    stay where they are. `told`: whether each line of a text is a sentence, or they are prose.

    Raises:
        UsageError: `key` is not for the user's own data, or `path` is nothing that can be read.
        BadData: as reading it.
        DataUnavailable: it cannot be noted in the cache.
    """
    from engine.datasets.data import silence
    from engine.text.corpora import read_corpus

    entry = dataset(key)
    if not entry.own:
        own = ", ".join(row.key for row in DATASETS.values() if row.own)
        raise UsageError("Not your own", f"{key} is published data; what can be added are: {own}")
    path = path.expanduser().absolute()
    read_corpus(key, path, None, report or silence, told)
    place = cache_dir() / key
    beside = place.with_suffix(".part")
    try:
        make_folder(place.parent)
        beside.unlink(missing_ok=True)
        beside.symlink_to(path)
        note(place, path, told)
        beside.replace(place)
    except OSError as error:
        raise DataUnavailable("No data", f"{path} cannot be noted in {place}: {error.strerror or error}") from error
    return Location(key, path, "yours", told)


def statistics(data: ImageData | Corpus) -> Statistics | CorpusStatistics:
    """Counts, pixel mean and spread or words and sentences, fingerprint and source of `data`."""
    from engine.datasets import image_statistics
    from engine.datasets.image_data import ImageData
    from engine.text import corpus_statistics

    return image_statistics.of(data) if isinstance(data, ImageData) else corpus_statistics.of(data)


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
    from engine.storage.npz import Malformed

    entry = dataset(location.key)
    assert entry.read is not None, "images have a reader"
    try:
        train, test = entry.read(location.path)
    except Malformed as error:
        raise BadData(error.path, f"{error.fault}. {_remedy(location)}") from error
    _check_published(entry, train, test, location)
    return ImageData(entry.key, train, test, entry.classes, location.path)


def _check_published(entry: DataSet, train: Part, test: Part, location: Location) -> None:
    height, width, channels = entry.shape
    expected = (entry.train_items, height, width, channels), (entry.test_items, height, width, channels)
    found = train.items.shape, test.items.shape
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
