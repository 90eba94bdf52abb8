"""Pictures as rows of half blocks: two pixels, one above the other, in each cell of the terminal."""

from __future__ import annotations

from functools import lru_cache
from math import ceil
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

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

_SHADES = " ░▒▓█"

MARGIN = 4
"""Pixels of empty margin round each 20×20 digit of MNIST."""

_CUT_SIZES = (20, 14, 10)

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
    """Height and width that `shrink` gives to images of `height` × `width` pixels."""
    if cut and size in _CUT_SIZES:
        height, width = height - 2 * MARGIN, width - 2 * MARGIN
    if height <= size:
        return height * (size // height), width * (size // height)
    return size, max(1, round(width * size / height))


def shrink(images: Bytes, size: int, *, cut: bool | None = None) -> Bytes:
    """The images at most `size` pixels high: area averages, or enlarged by a whole factor where they are smaller.

    `cut` removes MNIST's margin where that brings the image nearer to `size` (28 → 20 without loss, then to 14 or 10);
    without it `has_margin` decides. Shapes: (n, h, w) or (n, h, w, 3), uint8, in and out.
    """
    if cut is None:
        cut = has_margin(images)
    new_height, new_width = shrunk_shape(images.shape[1], images.shape[2], size, cut=cut)
    if cut and size in _CUT_SIZES:
        images = images[:, MARGIN:-MARGIN, MARGIN:-MARGIN]
    height, width = images.shape[1:3]
    if height <= new_height:
        factor = new_height // height
        return images.repeat(factor, axis=1).repeat(factor, axis=2)
    rows, columns = _area_weights(height, new_height), _area_weights(width, new_width)
    mean = np.einsum("ah,nhw...,bw->nab...", rows, images.astype(np.float32), columns, optimize=True)
    return (mean + 0.5).astype(np.uint8)


@lru_cache(32)
def _area_weights(length: int, size: int) -> NDArray[np.float32]:
    """Shape (size, length): how much each of `length` pixels counts in each of `size` averages."""
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
        return (pixels if pixels.ndim == 2 else pixels @ np.array([0.299, 0.587, 0.114])).astype(np.int64)
    if pixels.ndim == 2:
        levels = _FOUR_GREYS if mode == "16" else _GREYS
        grey = levels[(pixels * np.float32((len(levels) - 1) / 255) + np.float32(0.5)).astype(np.intp)]
        return grey.astype(np.int64) * 0x010101
    channels = _cube(pixels) if mode == "256" else pixels & 0xF8
    return channels.astype(np.int64) @ np.array([0x010000, 0x000100, 0x000001])


def _cube(pixels: Bytes) -> Bytes:
    middle = (_CUBE[:-1].astype(int) + _CUBE[1:]) // 2
    return _CUBE[np.searchsorted(middle, pixels)]


def half_blocks(pixels: NDArray[Any], colour: ColourMode) -> list[Strip]:
    """A picture as ⌈H/2⌉ strips, each W cells wide; a last odd row leaves the background below it.

    Input shape: (H, W) grey levels or (H, W, 3) colours, uint8. Mode "none" shades one cell for each two pixels.
    """
    return strips(quantise(pixels, colour), colour)


def strips(colours: NDArray[np.int64], mode: ColourMode) -> list[Strip]:
    """As `half_blocks`, for pixels that `quantise` has been through; shape (H, W)."""
    height, width = colours.shape
    if height % 2:
        last = colours[-1:] if mode == "none" else np.full((1, width), -1, np.int64)
        colours = np.concatenate([colours, last])
    top, bottom = colours[::2], colours[1::2]
    if mode == "none":
        shades = (top + bottom) * (len(_SHADES) - 1) / 510 + 0.5
        return [Strip([Segment("".join(_SHADES[s] for s in row))], width) for row in shades.astype(int).tolist()]
    return [_strip(*rows) for rows in zip(top, bottom, strict=True)]


def _strip(top: NDArray[np.int64], bottom: NDArray[np.int64]) -> Strip:
    """One line of cells, equal neighbours merged: an escape sequence per run is what a frame costs."""
    width = len(top)
    changes = (top[1:] != top[:-1]) | (bottom[1:] != bottom[:-1])
    starts = [0, *(np.flatnonzero(changes) + 1).tolist()] if width else []
    lengths = np.diff([*starts, width]).tolist()
    runs = zip(top[starts].tolist(), bottom[starts].tolist(), lengths, strict=True)
    return Strip([Segment((" " if t == b else "▀") * n, _style(t, b)) for t, b, n in runs], width)


@lru_cache(4096)
def _style(top: int, bottom: int) -> Style:
    if top == bottom:
        return Style(bgcolor=_colour(bottom))
    return Style(color=_colour(top), bgcolor=None if bottom < 0 else _colour(bottom))


@lru_cache(1024)
def _colour(rgb: int) -> Color:
    return Color.from_rgb(rgb >> 16, rgb >> 8 & 255, rgb & 255)
