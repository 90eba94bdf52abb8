"""Points that are pictures: where they have room these stand in the place of the dots."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.color import Color
from rich.style import Style

from aetui.render.pixels import LUMINANCE, Bytes, ColourMode, quantise, shrink, to_grey
from aetui.render.plane.colouring import Coloured, Colouring
from aetui.render.plane.dots import BLANK, Ints, Picture, Seen
from aetui.render.plane.shades import affordable
from aetui.render.plane.source import Look, Points
from aetui.render.plane.window import Cells

TALL = 10
"""Pixels of a picture's height at most, two a cell."""
FULL = 2
"""Times as many points as pictures that would fill the map, from which on there are dots alone: most pictures would not
be seen."""
_LEVELS = 8
"""Of grey: neighbours that look alike take one colour and not two."""
_HALF = ord("▀")


class Pictured(Points):
    """As `Points`, of items that are pictures."""

    def __init__(self, points: NDArray[Any], colouring: Colouring, images: NDArray[Any]) -> None:
        """`images`: (n, height, width, 1 or 3), bytes or float32 from 0 to 1.

        Raises:
            ValueError: as `Points`, or another number of images.
        """
        super().__init__(points, colouring)
        if len(images) != self.count:
            raise ValueError(f"expected {self.count} images, got {len(images)}")
        self.images = images

    def _picture(self, found: Seen, legend: Coloured, cells: Cells, look: Look) -> Picture:
        picture = super()._picture(found, legend, cells, look)
        if look.letters or not look.colours or not len(found.which):
            return picture
        height, width = shrink(to_grey(self.images[:1]), TALL).shape[1:3]
        tall, wide = -(-height // 2), width
        rows, columns = cells.shape
        if tall > rows or wide > columns or len(found.which) * tall * wide > FULL * rows * columns:
            return picture
        free = np.ones((rows, columns), np.bool_)
        for point in _from_the_middle(found, cells).tolist():
            top = min(max(0, int(found.y[point]) // 4 - tall // 2), rows - tall)
            left = min(max(0, int(found.x[point]) // 2 - wide // 2), columns - wide)
            room = slice(top, top + tall), slice(left, left + wide)
            if not free[room].all():
                continue
            item = int(found.which[point])
            tile = shrink(to_grey(self.images[item : item + 1]), TALL)[0]
            colour = legend.groups[int(legend.members[item])].style.color
            fuller = _put(picture, room, _coloured(tile, colour, exact=look.exact))
            if not affordable(fuller, exact=look.exact):
                break
            picture, free[room] = fuller, False
        return picture


def _from_the_middle(found: Seen, cells: Cells) -> Ints:
    """The points, those nearest to the middle of the window first."""
    rows, columns = cells.shape
    order: Ints = np.argsort((found.x - columns) ** 2 + (found.y - 2 * rows) ** 2, kind="stable")
    return order


def _coloured(tile: Bytes, colour: Color | None, *, exact: bool) -> Ints:
    """Pixels (h, w) as 0xRRGGBB: a grey picture in shades of the colour of its class."""
    mode: ColourMode = "truecolor" if exact else "256"
    if tile.ndim == 3:
        return quantise(tile // 32 * 32, mode)
    full = np.array(colour.get_truecolor() if colour is not None else (255, 255, 255))
    level = np.rint(tile / 255 * (_LEVELS - 1)) / (_LEVELS - 1)
    # A class of a dark colour is as bright as the others: what is in the picture counts.
    bright = full * (255 / max(float(full.max()), 1.0)) if float(full @ LUMINANCE) < 100 else full
    return quantise(np.rint(level[..., None] * bright).astype(np.uint8), mode)


def _put(picture: Picture, room: tuple[slice, slice], pixels: Ints) -> Picture:
    """With those pixels, two a cell, in that room."""
    if len(pixels) % 2:
        pixels = np.concatenate([pixels, np.zeros_like(pixels[:1])])
    pairs = pixels[::2] << 24 | pixels[1::2]
    looks, which = np.unique(pairs, return_inverse=True)
    upper, lower = looks >> 24, looks & 0xFFFFFF
    fuller = picture.copy()
    fuller.chars[room] = np.where(upper == lower, BLANK, _HALF)[which].reshape(pairs.shape)
    fuller.owner[room] = which.reshape(pairs.shape) + len(picture.styles)
    styles = (
        Style(bgcolor=_rgb(below)) if above == below else Style(color=_rgb(above), bgcolor=_rgb(below))
        for above, below in zip(upper.tolist(), lower.tolist(), strict=True)
    )
    return fuller._replace(styles=(*picture.styles, *styles))


def _rgb(colour: int) -> Color:
    return Color.from_rgb(colour >> 16, colour >> 8 & 0xFF, colour & 0xFF)
