"""Images from wherever a user has them: a data set's test part, an image file, a folder, a NumPy file."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from engine.datasets.catalogue import dataset, keys, known
from engine.datasets.data import in_blocks
from engine.datasets.image_data import ImageData
from engine.datasets.loading import load
from engine.errors import BadData, UsageError
from engine.kinds import KINDS
from engine.storage.bounded import read_bounded
from engine.storage.npz import rows_of_npy, rows_of_npz
from engine.storage.rows import Array, shaped, some

if TYPE_CHECKING:
    from PIL.Image import Image

LARGEST_FILE = 2**28
"""Bytes of an image file."""
LARGEST_PICTURE = 2**26
"""Pixels of an image file: unpacked they take four bytes each, and a small file can claim any number."""
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP")
"""What Pillow may take a file for; others among its formats run programs."""
BLOCK = 1_000
"""Images that are looked at together."""
NAMES = ("inputs", "images", "x_test", "x")
"""What the array of images in an archive may be called."""
MODES = ("1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBa", "CMYK", "YCbCr", "HSV")
"""Kinds of pixels that Pillow turns into grey and RGB ones, beside 16 bits of grey."""
SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp")


def read_images(source: str, shape: tuple[int, ...], data_dir: Path | None, count: int) -> Array:
    """At most `count` images of `shape` (height, width, channels): uint8, or floats in [0, 1]; those of a large array
    stay in their file.

    Image files are turned upright as their EXIF data say, laid on white where they are transparent, and brought to the
    shape; arrays must have it: (count, height, width[, channels]), or one image.

    Raises:
        UsageError: `source` is neither a data set nor a file or folder of a known kind.
        BadData: the file is broken or of another shape.
    """
    if known(source):
        return published(source, data_dir).test.at(slice(count)).items
    path = Path(source)
    if path.is_dir():
        files = image_files(source)
        if not files:
            raise UsageError("No images", f"expected image files ({', '.join(SUFFIXES)}) in {path}, found none")
        return np.stack([_picture(file, shape) for file in files[:count]])
    if not path.is_file():
        there = keys([KINDS["image"].key])
        raise UsageError("No such input", f"{source!r} is neither a data set ({there}) nor a file or folder")
    if path.suffix in (".npy", ".npz"):
        return _array(path, shape, count)
    return _picture(path, shape)[None]


def image_files(source: str) -> list[Path]:
    """The image files that `source` means, in the order in which they are read; none where it is an array."""
    path = Path(source)
    if path.is_dir():
        return sorted(file for file in path.iterdir() if file.suffix.lower() in SUFFIXES and file.is_file())
    return [] if path.suffix in (".npy", ".npz") else [path]


def published(key: str, data_dir: Path | None) -> ImageData:
    """Data set `key`. Raises UsageError where it is not one of images; as `load`."""
    KINDS["image"].check(dataset(key))
    return cast("ImageData", load(key, data_dir))


def _picture(path: Path, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """The first frame, brought to `shape`."""
    from PIL import Image, UnidentifiedImageError

    height, width, channels = shape
    try:
        # What Pillow mends it tells the terminal.
        with warnings.catch_warnings(action="ignore"), Image.open(_bytes(path), formats=FORMATS) as image:
            if math.prod(image.size) > LARGEST_PICTURE:  # before anything is unpacked
                raise _too_large(path, " × ".join(map("{:,}".format, image.size)))
            image.load()
            pixels, opaque = _eight_bits(path, _upright(image)), "L" if channels == 1 else "RGB"
            converted = pixels.convert("RGBA" if pixels.has_transparency_data else opaque)
            resized = converted.resize((width, height), Image.Resampling.LANCZOS)
            return np.asarray(_on_white(resized).convert(opaque), np.uint8).reshape(shape)
    except BadData:
        raise
    except UnidentifiedImageError as error:
        raise BadData(path, f"expected an image file ({', '.join(FORMATS)}), found another format") from error
    except Image.DecompressionBombError as error:  # far more, which Pillow refuses before it tells the size
        raise _too_large(path, "more") from error
    except Exception as error:
        # Pillow's readers meet damage with whatever Python raises where they trip over it.
        raise BadData(path, f"expected a whole image file ({', '.join(FORMATS)}), but: {error}") from error


def _bytes(path: Path) -> BytesIO:
    """The file in memory: of a file on disk Pillow reads as much as a header asks for, of this what there is."""
    with path.open("rb") as file:
        found = read_bounded(file, LARGEST_FILE)
    if len(found) > LARGEST_FILE:
        raise BadData(path, f"expected an image file of at most {LARGEST_FILE:,} bytes, found more")
    return BytesIO(found)


def _too_large(path: Path, found: str) -> BadData:
    return BadData(path, f"expected an image of at most {LARGEST_PICTURE:,} pixels, found {found}; make it smaller")


def _upright(image: Image) -> Image:
    """As a camera says that it was held; one whose words are damaged said nothing."""
    from PIL import ImageOps

    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # as in `_picture`
        return image


def _on_white(image: Image) -> Image:
    """What is transparent as on paper: what is stored beneath, mostly black, was never meant to be seen."""
    from PIL import Image as images

    if image.mode != "RGBA":
        return image
    paper = images.new("RGBA", image.size, "white")
    paper.alpha_composite(image)
    return paper


def _eight_bits(path: Path, image: Image) -> Image:
    """With 8 bits a channel: Pillow itself makes every brightness above 255 white."""
    from PIL import Image as images

    if image.mode in ("I", "F"):
        raise BadData(path, "expected 8 or 16 bits a channel, found 32; save it with 8")
    if image.mode.startswith("I;16"):
        levels = np.asarray(image)
        shown = np.where(levels == image.info.get("transparency", -1), 2**16 - 1, levels)
        return images.fromarray((shown >> 8).astype(np.uint8))
    if image.mode not in MODES:
        raise BadData(path, f"expected grey, RGB, CMYK or a palette, found {image.mode}; save it as RGB")
    return image


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
