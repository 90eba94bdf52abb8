"""Images from wherever a user has them: a data set's test part, an image file, a folder, a NumPy file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.datasets import DATASETS, load
from engine.datasets.image_data import ImageData
from engine.errors import BadData, UsageError

LARGEST = 4 * 2**30
"""Bytes of an array that is read from an archive."""
SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp")


def read_images(source: str, shape: tuple[int, ...], data_dir: Path | None, count: int) -> NDArray[Any]:
    """At most `count` images of `shape` (height, width, channels): uint8, or float32 in [0, 1].

    Image files are brought to the shape; arrays must have it: (count, height, width[, channels]), or one image.

    Raises:
        UsageError: `source` is neither a data set nor a file or folder of a known kind.
        BadData: the file is broken or of another shape.
    """
    if source in DATASETS:
        data = load(source, data_dir)
        if not isinstance(data, ImageData):
            raise UsageError("No images", f"expected images, but {source} is text")
        return data.test.items[:count]
    path = Path(source)
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.suffix.lower() in SUFFIXES)
        if not files:
            raise UsageError("No images", f"expected image files ({', '.join(SUFFIXES)}) in {path}, found none")
        return np.stack([_picture(file, shape) for file in files[:count]])
    if not path.is_file():
        known = ", ".join(DATASETS)
        raise UsageError("No such input", f"{source!r} is neither a data set ({known}) nor a file or folder")
    if path.suffix in (".npy", ".npz"):
        return _array(path, shape)[:count]
    return _picture(path, shape)[None]


def _picture(path: Path, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    from PIL import Image, UnidentifiedImageError

    height, width, channels = shape
    try:
        with Image.open(path) as image:
            resized = image.convert("L" if channels == 1 else "RGB").resize((width, height), Image.Resampling.LANCZOS)
            return np.asarray(resized, np.uint8).reshape(shape)
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError, ValueError) as error:
        raise BadData(path, f"expected an image file (PNG, JPEG, …), but: {error}") from error


def _array(path: Path, shape: tuple[int, ...]) -> NDArray[Any]:
    try:
        loaded = np.load(path, allow_pickle=False, mmap_mode="r" if path.suffix == ".npy" else None)
        if path.suffix == ".npz":
            with loaded:
                loaded = _member(path, loaded)
    except BadData:
        raise
    except Exception as error:
        # A damaged file makes zipfile, zlib and numpy's header parser raise a dozen types between them.
        raise BadData(path, f"expected a NumPy array file without pickled objects, but: {error}") from error
    return _shaped(path, loaded, shape)


def _member(path: Path, archive: Any) -> Any:
    """The array that holds images, by its name, else the first one."""
    names = [name for name in ("inputs", "images", "x_test", "x") if name in archive] or archive.files
    if not names or f"{names[0]}.npy" not in archive.zip.namelist():
        raise BadData(path, f"expected an .npy member in the archive, found {', '.join(names) or 'nothing'}")
    size = archive.zip.getinfo(f"{names[0]}.npy").file_size
    if size > LARGEST:
        raise BadData(path, f"expected an array of at most {LARGEST:,} bytes, found {size:,}")
    return archive[names[0]]


def _shaped(path: Path, array: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    wanted = " × ".join(map(str, shape))
    if array.shape in (shape, shape[:-1]):
        array = array[None]
    if array.shape[1:] == shape[:-1] and shape[-1] == 1:
        array = array[..., None]
    if array.shape[1:] != shape:
        raise BadData(path, f"expected images of {wanted} (height × width × channels), got an array {array.shape}")
    if not len(array):
        raise BadData(path, "expected at least one image, found none")
    if array.dtype == np.uint8:
        return array
    if not np.issubdtype(array.dtype, np.floating):
        raise BadData(path, f"expected uint8, or floats from 0 to 1, got {array.dtype}")
    if array.size and not (np.min(array) >= 0 and np.max(array) <= 1):  # False for NaN too
        raise BadData(path, f"expected floats from 0 to 1, got {np.min(array):g} to {np.max(array):g}")
    return array.astype(np.float32)
