"""Pixels of small pictures: their sizes, and the colours that a terminal can show of them."""

from __future__ import annotations

from functools import lru_cache
from math import ceil
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from aetui.render.ladder import CellKind

ColourMode = Literal["truecolor", "256", "16", "none"]

Bytes = NDArray[np.uint8]

# 26 greys: black, the 24 greys of the 256-colour palette, white. Values just high enough that Rich, which rounds
# lightness · 25, sends exactly that palette entry; so a picture looks the same with 256 colours and with 16 million,
# a decoder's almost-black background becomes black (long runs of equal cells), and there are at most 676 styles.
_GREYS = np.array([0, *(max(10 * k - 2, ceil(10.2 * (k - 0.5))) for k in range(1, 25)), 255], np.uint8)

# With 16 colours only black, bright black, white and bright white are grey; these are their values in Rich's palette.
_FOUR_GREYS = np.array([0, 85, 170, 255], np.uint8)

# The colour cube of the 256-colour palette.
_CUBE = np.array([0, 95, 135, 175, 215, 255], np.uint8)

LUMINANCE = np.array([0.299, 0.587, 0.114])
"""What red, green and blue give to a grey."""

MARGIN = 4
"""Pixels of empty margin round each 20×20 digit of MNIST."""

# Mean grey level of an empty margin: at most 3.9 over ten MNIST digits, above 19 for clothes and for upscaled digits.
_EMPTY = 6.0


def colour_mode(console_color_system: str | None) -> ColourMode:
    """What the terminal can show; `console_color_system` as `rich.console.Console.color_system` gives it."""
    modes: dict[str | None, ColourMode] = {"truecolor": "truecolor", "256": "256", None: "none"}
    return modes.get(console_color_system, "16")


def to_grey(images: NDArray[Any]) -> Bytes:
    """Grey levels 0–255, shape (n, h, w), of images with one channel; (n, h, w, 3) for colour images, colours kept.

    Input shape: (n, h, w, 1 or 3), float in [0, 1] (beyond that clipped, NaN black) or uint8.

    Raises:
        ValueError: another shape.
    """
    if images.ndim != 4 or images.shape[3] not in (1, 3):
        raise ValueError(f"images must have the shape (n, height, width, 1 or 3), not {images.shape}")
    if images.dtype != np.uint8:
        images = (np.clip(np.nan_to_num(images), 0, 1) * 255 + 0.5).astype(np.uint8)
    return images[..., 0] if images.shape[3] == 1 else images


def has_margin(images: Bytes) -> bool:
    """Whether these are 28×28 images with an (almost) empty margin of 4 pixels, as MNIST's."""
    if not len(images) or images.shape[1:3] != (28, 28):
        return False
    ring = np.ones((28, 28), bool)
    ring[MARGIN:-MARGIN, MARGIN:-MARGIN] = False
    return bool(images[:, ring].mean() < _EMPTY)


def shrunk_shape(height: int, width: int, size: int, *, cut: bool) -> tuple[int, int]:
    """Height and width of pictures of `height` × `width` pixels that are to be at most `size` high: smaller ones grow
    by a whole factor. `cut` removes MNIST's margin where the picture is to be smaller than it is.
    """
    height, width = _without_margin(height, width, size, cut)
    if height <= size:
        return height * (size // height), width * (size // height)
    return size, max(1, round(width * size / height))


def exact(height: int, width: int, size: int, *, cut: bool) -> bool:
    """Whether each pixel of such pictures has at least one of its own in what `shrunk_shape` says."""
    return _without_margin(height, width, size, cut)[0] <= size


def _without_margin(height: int, width: int, size: int, cut: bool) -> tuple[int, int]:
    margins = 2 * MARGIN if cut and size <= height - 2 * MARGIN else 0
    return height - margins, width - margins


def shrink(images: Bytes, size: int, *, cut: bool | None = None) -> Bytes:
    """As `boxed`, at the size that `shrunk_shape` gives to them; without `cut`, `has_margin` decides."""
    cut = has_margin(images) if cut is None else cut
    height, width = shrunk_shape(images.shape[1], images.shape[2], size, cut=cut)
    return boxed(images, (height, width), size, cut=cut)


def boxed(images: Bytes, box: tuple[int, int], size: int, *, cut: bool, kind: CellKind | None = None) -> Bytes:
    """The images as area averages, or enlarged, for a box of so many half-block pixels, height and width.

    A cell of `kind` may hold more than the two pixels of a half-block. `size` and `cut` as `shrunk_shape` takes them.
    Shapes: (n, h, w) or (n, h, w, 3), uint8, in and out.
    """
    if _without_margin(images.shape[1], images.shape[2], size, cut) != images.shape[1:3]:
        images = images[:, MARGIN:-MARGIN, MARGIN:-MARGIN]
    height, width = (box[0] * kind.down // 2, box[1] * kind.across) if kind else box
    if images.shape[1:3] == (height, width):
        return images
    rows, columns = _area_weights(images.shape[1], height), _area_weights(images.shape[2], width)
    planes = images.astype(np.float32) if images.ndim == 3 else np.moveaxis(images.astype(np.float32), 3, 1)
    mean = rows @ planes @ columns.T + np.float32(0.5)
    return (mean if images.ndim == 3 else np.moveaxis(mean, 1, 3)).astype(np.uint8)


@lru_cache(32)
def _area_weights(length: int, size: int) -> NDArray[np.float32]:
    """Shape (size, length): how much each of `length` pixels counts in each of `size` pixels, fewer or more."""
    edges = np.linspace(0, length, size + 1)
    pixel = np.arange(length)
    overlap = np.minimum(edges[1:, None], pixel + 1) - np.maximum(edges[:-1, None], pixel)
    covered = np.clip(overlap, 0, None)
    return (covered / covered.sum(axis=1, keepdims=True)).astype(np.float32)


def quantise(pixels: Bytes, mode: ColourMode) -> NDArray[np.int64]:
    """The colours that are really shown, as 0xRRGGBB; with mode "none" grey levels.

    Input shape: (H, W) or (H, W, 3), uint8; output shape: (H, W).
    """
    if mode == "none":
        return (pixels if pixels.ndim == 2 else pixels @ LUMINANCE).astype(np.int64)
    if pixels.ndim == 2:
        levels = _FOUR_GREYS if mode == "16" else _GREYS
        grey = levels[(pixels * np.float32((len(levels) - 1) / 255) + np.float32(0.5)).astype(np.intp)]
        return grey.astype(np.int64) * 0x010101
    channels = _cube(pixels) if mode == "256" else pixels & 0xF8
    return channels.astype(np.int64) @ np.array([0x010000, 0x000100, 0x000001])


def _cube(pixels: Bytes) -> Bytes:
    middle = (_CUBE[:-1].astype(int) + _CUBE[1:]) // 2
    return _CUBE[np.searchsorted(middle, pixels)]
