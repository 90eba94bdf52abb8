"""Signed pictures, such as a unit's weights, as tiles: middle grey is 0, whatever the terminal's colours."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from aetui.render.arrangement import SIZES
from aetui.render.pixels import Bytes, ColourMode, quantise, shrunk_shape, to_grey

_LEGIBLE = 14  # pixels; below, only the coarsest strokes are left

_ENOUGH = 8  # tiles: more of them are not worth a size below that


class Tiling(NamedTuple):
    """Tiles `across` × `down`, `size` pixels high as `shrink` takes it, with a black line between neighbours."""

    size: int
    across: int
    down: int

    @property
    def places(self) -> int:
        """How many pictures have room."""
        return self.across * self.down


def tiling(count: int, shape: tuple[int, int], room: tuple[int, int], *, cut: bool) -> Tiling:
    """As many tiles as fit into `room` = (columns, lines) at a legible size, and as large as so many can be.

    Where that would be very few, smaller ones; always at least one. `shape` is a picture's height and width in pixels,
    `cut` whether MNIST's margin may go.
    """
    best = max((_fitting(count, shape, room, size, cut) for size in SIZES), key=lambda t: _worth(t, count))
    return best if best.places else Tiling(SIZES[-1], 1, 1)


def _fitting(count: int, shape: tuple[int, int], room: tuple[int, int], size: int, cut: bool) -> Tiling:
    height, width = shrunk_shape(*shape, size, cut=cut)
    across = min(count, (room[0] + 1) // (width + 1))
    down = (2 * room[1] + 1) // (height + 1)
    return Tiling(size, across, min(down, -(-count // max(1, across))))


def _worth(tiles: Tiling, count: int) -> tuple[int, ...]:
    shown = min(tiles.places, count)
    return min(shown, _ENOUGH), tiles.size >= _LEGIBLE, shown, tiles.size


def symmetric_scale(*weights: NDArray[np.float32]) -> float:
    """What black and white stand for: the 99.5 % quantile of |w| over all, rounded up to two digits; 1 for zeros only.

    Rounded, it is to the letter what a caption says, and it seldom changes: with it changes every tile.
    """
    size = np.abs(np.concatenate([array.ravel() for array in weights]))
    size = size[np.isfinite(size)]
    quantile = float(np.quantile(size, 0.995)) if len(size) else 0.0
    if quantile <= 0:
        return 1.0
    digit = 10.0 ** (np.floor(np.log10(quantile)) - 1)
    return float(f"{np.ceil(quantile / digit - 1e-6) * digit:.2g}")


def signed_grey(weights: NDArray[np.float32], scale: float) -> Bytes:
    """Pictures as `shrink` takes them, of weights of the shape (n, height, width, 1 or 3); NaN counts as 0.

    Zero becomes the middle one of the 25 greys above black, ± `scale` and beyond the first and the last: none of all 26
    greys lies in the middle, so that weights about 0 would flicker between two of them.
    """
    share = np.clip(np.nan_to_num(weights / scale, nan=0.0), -1, 1)
    return to_grey((132.6 + 122.4 * share).astype(np.uint8))


def tile_colours(pixels: Bytes, mode: ColourMode) -> NDArray[np.int64]:
    """As `quantise`; with 16 colours, whose four greys have no middle either, only three of them."""
    if mode == "16":
        pixels = np.array([0, 85, 255], np.uint8)[(pixels > 92).astype(np.intp) + (pixels > 173)]
    return quantise(pixels, mode)


def mosaic(pictures: Bytes, tiles: Tiling) -> Bytes:
    """One picture, an even number of pixels high, of all these, row by row; shape (H, W) or (H, W, 3)."""
    _, height, width, *channels = pictures.shape
    rows = -(-len(pictures) // tiles.across) * (height + 1) - 1
    pixels = np.zeros((rows + rows % 2, tiles.across * (width + 1) - 1, *channels), np.uint8)
    for place, picture in enumerate(pictures):
        top, left = place // tiles.across * (height + 1), place % tiles.across * (width + 1)
        pixels[top : top + height, left : left + width] = picture
    return pixels
