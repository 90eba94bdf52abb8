"""Pictures of the explorer: one as large as fits, and many as tiles of one."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from aetui.render.pixels import Bytes, to_grey

LEAST, MOST = 10, 9
"""Pixels of a tile's height at least, where its picture has as many; tiles along a side."""


def pictured(shape: tuple[int, ...]) -> bool:
    """Whether items of a shape are pictures."""
    return len(shape) == 3 and shape[-1] in (1, 3)


def largest(shape: tuple[int, int], room: tuple[int, int]) -> int:
    """The height in pixels for a picture of so many rows and columns of pixels in so many columns and lines of cells:
    a whole multiple of its own where that fits, else what does."""
    height, width = shape
    columns, lines = room
    factor = min(2 * lines // height, columns // width)
    if factor >= 1:
        return factor * height
    return max(1, min(2 * lines, int(columns * height / width)))


def tiling(shape: tuple[int, int], room: tuple[int, int]) -> tuple[int, int]:
    """How many rows and columns of tiles fit into so many columns and lines of cells, each large enough to see."""
    height, width = shape
    columns, lines = room
    tall = min(height, LEAST)
    wide = max(1, round(tall * width / height))
    return max(1, min(MOST, 2 * lines // (tall + 1))), max(1, min(MOST, columns // (wide + 1)))


def mosaic(images: NDArray[Any], rows: int, columns: int) -> Bytes:
    """Up to rows · columns pictures (n, h, w, 1 or 3) in reading order as one, (1, H, W, 1 or 3), a black pixel between
    two."""
    grey = to_grey(images)
    shaped = grey if grey.ndim == 4 else grey[..., None]
    _, height, width, channels = shaped.shape
    whole = np.zeros((rows * (height + 1), columns * (width + 1), channels), np.uint8)
    for number, tile in enumerate(shaped[: rows * columns]):
        top, left = number // columns * (height + 1), number % columns * (width + 1)
        whole[top : top + height, left : left + width] = tile
    return whole[None, :-1, :-1]
