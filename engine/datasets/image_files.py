"""Images from wherever a user has them: a data set's test part, an image file, a folder, a NumPy file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import numpy as np

from engine.datasets.catalogue import dataset, keys, known
from engine.datasets.data import in_blocks
from engine.datasets.image_data import ImageData
from engine.datasets.loading import load
from engine.datasets.own import records
from engine.datasets.pictures import GROUND, SUFFIXES, Fit, picture
from engine.errors import BadData, UsageError
from engine.kinds import KINDS
from engine.storage.npz import rows_of_npy, rows_of_npz
from engine.storage.rows import Array, shaped, some

BLOCK = 1_000
"""Images that are looked at together."""
NAMES = ("inputs", "images", "x_test", "x")
"""What the array of images in an archive may be called."""


def read_images(source: str, shape: tuple[int, ...], data_dir: Path | None, count: int, like: str = "") -> Array:
    """At most `count` images of `shape` (height, width, channels): uint8, or floats in [0, 1]; those of a large array
    stay in their file.

    Image files, those in a folder and below it, are turned upright as their EXIF data say, laid on white where they are
    transparent, and brought to the shape: as those of the user's own data set `like`, if it is one. Arrays must have
    it: (count, height, width[, channels]), or one image.

    Raises:
        UsageError: `source` is neither a data set nor a file or folder of a known kind.
        BadData: the file is broken, of another shape, or of an aspect that would have to be distorted.
    """
    if known(source):
        return published(source, data_dir).test.at(slice(count)).items
    path, fit = Path(source), _fit(shape, like)
    if path.is_dir():
        files = image_files(source)
        if not files:
            raise UsageError("No images", f"expected image files ({', '.join(SUFFIXES)}) in {path}, found none")
        return np.stack([picture(file, fit) for file in files[:count]])
    if not path.is_file():
        there = keys([KINDS["image"].key])
        raise UsageError("No such input", f"{source!r} is neither a data set ({there}) nor a file or folder")
    if path.suffix in (".npy", ".npz"):
        return _array(path, shape, count)
    return picture(path, fit)[None]


def _fit(shape: tuple[int, ...], like: str) -> Fit:
    """What becomes of files for a model that learned from the data set `like`."""
    height, width, channels = shape
    own = records.find(like)
    if own is None:
        return Fit(height=height, width=width, channels=channels, way="stretch")
    crop, pad = own.options.get("crop", False), own.options.get("pad", False)
    return Fit(
        height=height,
        width=width,
        channels=channels,
        way="crop" if crop else "pad" if pad else "exact",
        scale=bool(own.options.get("size")) or not (crop or pad),
        ground=own.options.get("ground", GROUND),
    )


def image_files(source: str) -> list[Path]:
    """The image files that `source` means, those below a folder too, in the order in which they are read; none where it
    is an array."""
    path = Path(source)
    if path.is_dir():
        return sorted(file for file in path.rglob("*") if file.suffix.lower() in SUFFIXES and file.is_file())
    return [] if path.suffix in (".npy", ".npz") else [path]


def published(key: str, data_dir: Path | None) -> ImageData:
    """Data set `key`. Raises UsageError where it is not one of images; as `load`."""
    KINDS["image"].check(dataset(key))
    return cast("ImageData", load(key, data_dir))


def _array(path: Path, shape: tuple[int, ...], count: int) -> Array:
    def choose(there: Sequence[str]) -> Sequence[str]:
        """The array that holds images, by its name, else the first one."""
        if not there:
            raise BadData(path, "expected an .npy member in the archive, found none")
        return [name for name in (*NAMES, *there) if name in there][:1]

    array = rows_of_npy(path) if path.suffix == ".npy" else rows_of_npz(path, choose)
    images = _shaped(path, array, shape)
    return _floats_or_bytes(path, some(images, range(min(count, len(images)))))


def _shaped(path: Path, array: Array, shape: tuple[int, ...]) -> Array:
    wanted = " × ".join(map(str, shape))
    if array.shape in (shape, shape[:-1]):
        array = array[:][None]
    if array.shape[1:] == shape[:-1] and shape[-1] == 1:
        array = shaped(array, shape)
    if array.shape[1:] != shape:
        raise BadData(path, f"expected images of {wanted} (height × width × channels), got an array {array.shape}")
    if not len(array):
        raise BadData(path, "expected at least one image, found none")
    return array


def _floats_or_bytes(path: Path, array: Array) -> Array:
    if array.dtype == np.uint8:
        return array
    if not np.issubdtype(array.dtype, np.floating):
        raise BadData(path, f"expected uint8, or floats from 0 to 1, got {array.dtype}")
    for block in (array[rows] for rows in in_blocks(array, BLOCK)):
        if block.size and not (np.min(block) >= 0 and np.max(block) <= 1):  # False for NaN too
            raise BadData(path, f"expected floats from 0 to 1, got {np.min(block):g} to {np.max(block):g}")
    return array.astype(np.float32) if isinstance(array, np.ndarray) else array
