"""Published images from where they lie, held against what was published."""

from __future__ import annotations

from engine.datasets.catalogue import DataSet
from engine.datasets.data import Part
from engine.datasets.folders import Location
from engine.datasets.image_data import ImageData
from engine.errors import BadData
from engine.storage.npz import Malformed


def read(entry: DataSet, location: Location) -> ImageData:
    """The images at `location`, if they are what was published under that name.

    Raises:
        BadData: a file is broken, or holds something else.
    """
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
