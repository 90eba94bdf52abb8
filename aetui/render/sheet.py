"""A contact sheet: rows of images as one PNG."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

GAP = 2
BACKGROUND = 40
SMALLEST = 84
"""Images are enlarged by a whole factor to at least so many pixels in height."""


def write(file: BinaryIO, rows: Sequence[NDArray[np.float32]]) -> None:
    """Write `rows` of images, each (count, height, width, channels) in [0, 1], one below the other."""
    from PIL import Image

    pixels = compose(rows)
    grey = pixels.shape[-1] == 1
    Image.fromarray(pixels[..., 0] if grey else pixels).save(file, format="PNG")


def compose(rows: Sequence[NDArray[np.float32]]) -> NDArray[np.uint8]:
    """The sheet's pixels, (height, width, channels) uint8, the images of a row side by side with gaps between."""
    _, height, width, channels = rows[0].shape
    count = max(map(len, rows))
    factor = _factor(height)
    step_y, step_x = height * factor + GAP, width * factor + GAP
    sheet = np.full((len(rows) * step_y + GAP, count * step_x + GAP, channels), BACKGROUND, np.uint8)
    for y, row in enumerate(rows):
        levels = np.rint(np.nan_to_num(row).clip(0, 1) * 255).astype(np.uint8)
        for x, image in enumerate(levels.repeat(factor, axis=1).repeat(factor, axis=2)):
            top, left = GAP + y * step_y, GAP + x * step_x
            sheet[top : top + step_y - GAP, left : left + step_x - GAP] = image
    return sheet


def may_be(high: int, wide: int, height: int, width: int) -> bool:
    """Whether a picture of `high` × `wide` pixels has the size of such a sheet of images of `height` × `width`."""
    factor = _factor(height)
    sides = ((high, height), (wide, width))
    return all(side > GAP and (side - GAP) % (one * factor + GAP) == 0 for side, one in sides)


def first(pixels: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8] | None:
    """The first image, (height, width, channels), of what `compose` made; None where it is no such sheet."""
    factor = _factor(height)
    if not may_be(pixels.shape[0], pixels.shape[1], height, width) or (pixels[:GAP] != BACKGROUND).any():
        return None
    tile = pixels[GAP : GAP + height * factor, GAP : GAP + width * factor]
    small = tile[::factor, ::factor]
    return small if np.array_equal(small.repeat(factor, axis=0).repeat(factor, axis=1), tile) else None


def _factor(height: int) -> int:
    """How many times an image is enlarged."""
    return max(1, -(-SMALLEST // height))
