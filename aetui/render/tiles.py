"""Signed pictures, such as a unit's weights, as tiles: middle grey is 0, whatever the terminal's colours."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from aetui.render.arrangement import SIZES, SMALLEST
from aetui.render.cells import Paint
from aetui.render.ladder import HALF, CellKind
from aetui.render.pixels import Bytes, ColourMode, boxed, exact, quantise, shrunk_shape, to_grey

_LEGIBLE = 14  # pixels; below, only the coarsest strokes are left

_ENOUGH = 8  # tiles: more of them are not worth a size below that


ZERO = 132
"""What `signed_grey` makes of 0."""


class Tiling(NamedTuple):
    """Tiles `across` × `down`, `size` half-block pixels high as `boxed` takes it, with a black line between
    neighbours."""

    size: int
    across: int
    down: int
    exact: bool = True
    """Whether half-blocks show every pixel."""

    @property
    def places(self) -> int:
        """How many pictures have room."""
        return self.across * self.down


def tiling(
    count: int, shape: tuple[int, int], room: tuple[int, int], *, cut: bool, size: int = 0, zoomed: bool = False
) -> Tiling:
    """As many tiles as fit into `room` = (columns, lines) at a legible size, and as large as so many can be.

    Where that would be very few, smaller ones; always at least one. `shape` is a picture's height and width in pixels,
    `cut` whether MNIST's margin may go. `size` is what the user wishes; `zoomed` prefers size to number.
    """
    wanted = (size,) if size else SIZES
    best = max((_fitting(count, shape, room, each, cut) for each in wanted), key=lambda t: _worth(t, count, zoomed))
    return best if best.places else Tiling(min(wanted), 1, 1, exact(*shape, min(wanted), cut=cut))


def tile_sizes(count: int, shape: tuple[int, int], room: tuple[int, int], *, cut: bool) -> list[int]:
    """The sizes, ascending, at which at least one tile has room."""
    every = sorted({SMALLEST, *SIZES, 2 * SIZES[0]})
    return [size for size in every if _fitting(count, shape, room, size, cut).places]


def _fitting(count: int, shape: tuple[int, int], room: tuple[int, int], size: int, cut: bool) -> Tiling:
    height, width = shrunk_shape(*shape, size, cut=cut)
    across = min(count, (room[0] + 1) // (width + 1))
    down = (2 * room[1] + 1) // (height + 1)
    down = min(down, -(-count // max(1, across)))
    return Tiling(size, across, down, exact(*shape, size, cut=cut))


def _worth(tiles: Tiling, count: int, zoomed: bool) -> tuple[int, ...]:
    shown = min(tiles.places, count)
    enough = min(shown, _ENOUGH)
    return (enough, tiles.exact, shown, tiles.size) if zoomed else (enough, tiles.size >= _LEGIBLE, shown, tiles.size)


def pictured(weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """Weights of units that see images as they are, (units, height, width, channels); of others, (units, …), all in one
    picture, a line for each unit: (1, units, numbers, 1)."""
    return weights if weights.ndim == 4 else weights.reshape(1, len(weights), -1, 1)


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
    return to_grey((ZERO + 0.6 + 122.4 * share).astype(np.uint8))


def signed_colours(mode: ColourMode) -> Paint:
    """For what `signed_grey` gives: black is 0, orange above it, blue below, in twelve steps each."""
    del mode  # Rich brings the 25 colours down to what the terminal has

    def paint(pixels: Bytes) -> NDArray[np.int64]:
        return _SIGNED[(pixels * np.float32(25 / 255) + np.float32(0.5)).astype(np.intp)]

    return paint


def _ramp(red: int, green: int, blue: int) -> list[int]:
    """From black, left out, to this colour, in twelve steps."""
    return [
        sum(round(part * step / 12) << shift for part, shift in ((red, 16), (green, 8), (blue, 0)))
        for step in range(1, 13)
    ]


# By the level that `quantise` gives: 0 is not used, 13 is the middle.
_BELOW, _ABOVE = _ramp(90, 170, 255), _ramp(255, 170, 60)
_SIGNED = np.array([_BELOW[-1], *_BELOW[::-1], 0, *_ABOVE], np.int64)


def tile_colours(pixels: Bytes, mode: ColourMode) -> NDArray[np.int64]:
    """As `quantise`; with 16 colours, whose four greys have no middle either, only three of them."""
    if mode == "16":
        pixels = np.array([0, 85, 255], np.uint8)[(pixels > 92).astype(np.intp) + (pixels > 173)]
    return quantise(pixels, mode)


def mosaic(pictures: Bytes, tiles: Tiling, *, cut: bool, kind: CellKind = HALF) -> Bytes:
    """One picture of all these, row by row, in pixels of which a cell of `kind` has so many; (H, W) or (H, W, 3)."""
    box = shrunk_shape(pictures.shape[1], pictures.shape[2], tiles.size, cut=cut)
    small = boxed(pictures, box, tiles.size, cut=cut, kind=kind)
    _, height, width, *channels = small.shape
    below, beside = max(1, kind.down // 2), kind.across
    rows = -(-len(small) // tiles.across) * (height + below) - below
    pixels = np.zeros((rows, tiles.across * (width + beside) - beside, *channels), np.uint8)
    for place, picture in enumerate(small):
        top, left = place // tiles.across * (height + below), place % tiles.across * (width + beside)
        pixels[top : top + height, left : left + width] = picture
    return np.concatenate([pixels, np.zeros((-rows % kind.down, *pixels.shape[1:]), np.uint8)])
