"""One image file as pixels: whatever it was saved as, upright, on a ground, of the size that is wanted."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.errors import BadData
from engine.storage.bounded import read_bounded

if TYPE_CHECKING:
    from PIL.Image import Image

LARGEST_FILE = 2**28
"""Bytes of an image file."""
LARGEST_PICTURE = 2**26
"""Pixels of an image file: unpacked they take four bytes each, and a small file can claim any number."""
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP")
"""What Pillow may take a file for; others among its formats run programs."""
MODES = ("1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBa", "CMYK", "YCbCr", "HSV")
"""Kinds of pixels that Pillow turns into grey and RGB ones, beside 16 bits of grey."""
GREY = ("1", "L", "LA", "La")
"""Those without colour, and 16 bits of grey."""
SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp")
SEVERAL = ("PNG", "GIF", "TIFF", "WEBP")
"""Formats whose further frames are pictures of their own."""
GROUND = "white"
ORIENTATION = 0x0112
"""The EXIF tag that says how a camera was held; from 5 on, height and width change places."""


Way = Literal["stretch", "exact", "crop", "pad"]
"""What becomes of another aspect: stretched, refused, the middle of it, on a ground."""


class Fit(msgspec.Struct, frozen=True, kw_only=True):
    """What a picture becomes."""

    height: int
    width: int
    channels: int
    """1: grey, 3: red, green and blue."""
    way: Way = "exact"
    scale: bool = True
    """Whether its pixels may become more or fewer; without, it is cut or framed as it is."""
    ground: str = GROUND
    """Under what is transparent, and around what is padded: a colour as CSS names it."""


class Measured(msgspec.Struct, frozen=True, array_like=True):
    """What the head of a file says."""

    height: int
    width: int
    """As it is seen upright."""
    grey: bool
    transparent: bool
    frames: bool
    """Whether there are several, of which the first is what is read."""


def picture(path: Path, fit: Fit) -> NDArray[np.uint8]:
    """The first frame, (height, width, channels) as `fit` says.

    It is turned upright as its EXIF data say, laid on the ground where it is transparent, and 16 bits become 8.

    Raises:
        BadData: the file is broken, no such image, or of another size or aspect where that may not be changed.
    """
    with _opened(path) as image:
        image.load()
        pixels, opaque = _eight_bits(path, _upright(image), fit.ground), "L" if fit.channels == 1 else "RGB"
        converted = pixels.convert("RGBA" if pixels.has_transparency_data else opaque)
        fitted = _on_ground(_fitted(path, converted, fit), opaque, fit.ground)
        framed = _framed(fitted, fit) if fit.way == "pad" else fitted
        return np.asarray(framed, np.uint8).reshape(fit.height, fit.width, fit.channels)


def measured(path: Path) -> Measured:
    """What its head says, without unpacking the pixels. Raises BadData as `picture`."""
    with _opened(path) as image:
        told = "exif" in image.info or image.format != "PNG"  # which would be unpacked to look behind its pixels
        turned = told and _orientation(image) >= 5
        width, height = reversed(image.size) if turned else image.size
        grey = image.mode in GREY or image.mode.startswith("I;16")
        several = image.format in SEVERAL and getattr(image, "is_animated", False)
        return Measured(height, width, grey, bool(image.has_transparency_data), several)


def same_aspect(found: tuple[int, int], wanted: tuple[int, int]) -> bool:
    """Whether (height, width) `found` can be brought to `wanted` with no side more than half a pixel off."""
    height, width = found
    return abs(height * wanted[1] / width - wanted[0]) <= 0.5 or abs(width * wanted[0] / height - wanted[1]) <= 0.5


def is_colour(text: str) -> bool:
    """Whether `text` is a colour as CSS writes it: "white", "#204080"."""
    from PIL import ImageColor

    try:
        ImageColor.getrgb(text)
    except ValueError:
        return False
    return True


@contextmanager
def _opened(path: Path) -> Iterator[Image]:
    """Its head read; whatever goes wrong as BadData."""
    from PIL import Image, UnidentifiedImageError

    try:
        # What Pillow mends it tells the terminal.
        with warnings.catch_warnings(action="ignore"), Image.open(_bytes(path), formats=FORMATS) as image:
            if math.prod(image.size) > LARGEST_PICTURE:  # before anything is unpacked
                raise _too_large(path, " × ".join(map("{:,}".format, image.size)))
            yield image
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


def _orientation(image: Image) -> int:
    """As the EXIF data say; 1 (upright) where there are none, or damaged ones."""
    try:
        return int(image.getexif().get(ORIENTATION, 1))
    except Exception:  # as in `_opened`
        return 1


def _upright(image: Image) -> Image:
    """As a camera says that it was held; one whose words are damaged said nothing."""
    from PIL import ImageOps

    if _orientation(image) == 1:  # without a copy
        return image
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # as in `_opened`
        return image


def _fitted(path: Path, image: Image, fit: Fit) -> Image:
    """Of the size that is wanted; of what is to be padded, no side larger."""
    from PIL import Image as images

    found, wanted = (image.height, image.width), (fit.height, fit.width)
    if fit.way == "exact" and (found != wanted if not fit.scale else not same_aspect(found, wanted)):
        aspect = "of the aspect of " if fit.scale else ""
        told = f"expected an image {aspect}{fit.height} × {fit.width} (height × width), found {found[0]} × {found[1]}"
        raise BadData(path, f"{told}; crop it or pad it")
    if not fit.scale:
        cut = fit.way == "crop"
        if any(side < other if cut else side > other for side, other in zip(found, wanted, strict=True)):
            told = f"expected an image of at {'least' if cut else 'most'} {fit.height} × {fit.width} (height × width)"
            raise BadData(path, f"{told}, found {found[0]} × {found[1]}; scale it")
        return _middle(image, *wanted) if cut else image
    if fit.way == "pad":
        factor = min(fit.height / found[0], fit.width / found[1])
        height, width = (max(1, min(most, round(side * factor))) for side, most in zip(found, wanted, strict=True))
        return image.resize((width, height), images.Resampling.LANCZOS)
    if found == wanted:
        return image
    box = (0.0, 0.0, float(image.width), float(image.height))
    if fit.way == "crop":
        factor = min(found[0] / fit.height, found[1] / fit.width)
        high, wide = fit.height * factor, fit.width * factor
        left, top = (image.width - wide) / 2, (image.height - high) / 2
        box = (left, top, min(left + wide, image.width), min(top + high, image.height))
    return image.resize((fit.width, fit.height), images.Resampling.LANCZOS, box=box)


def _middle(image: Image, height: int, width: int) -> Image:
    left, top = (image.width - width) // 2, (image.height - height) // 2
    return image.crop((left, top, left + width, top + height))


def _framed(image: Image, fit: Fit) -> Image:
    """In the middle of the ground."""
    from PIL import Image as images
    from PIL import ImageColor

    paper = images.new(image.mode, (fit.width, fit.height), ImageColor.getcolor(fit.ground, image.mode))
    paper.paste(image, ((fit.width - image.width) // 2, (fit.height - image.height) // 2))
    return paper


def _on_ground(image: Image, opaque: str, ground: str) -> Image:
    """What is transparent as on paper: what is stored beneath, mostly black, was never meant to be seen."""
    from PIL import Image as images

    if image.mode != "RGBA":
        return image
    paper = images.new("RGBA", image.size, ground)
    paper.alpha_composite(image)
    return paper.convert(opaque)


def _eight_bits(path: Path, image: Image, ground: str) -> Image:
    """With 8 bits a channel: Pillow itself makes every brightness above 255 white."""
    from PIL import Image as images
    from PIL import ImageColor

    if image.mode in ("I", "F"):
        raise BadData(path, "expected 8 or 16 bits a channel, found 32; save it with 8")
    if image.mode.startswith("I;16"):
        levels = np.asarray(image)
        paper = np.full(levels.shape, ImageColor.getcolor(ground, "L"), np.uint8)
        return images.fromarray(
            np.where(levels == image.info.get("transparency", -1), paper, levels >> 8).astype(np.uint8)
        )
    if image.mode not in MODES:
        raise BadData(path, f"expected grey, RGB, CMYK or a palette, found {image.mode}; save it as RGB")
    return image
