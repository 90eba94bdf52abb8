"""The probe set: what the model was given, above what it makes of it, above what the baseline does."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from aetui.filming.look import MUTED, TEXT, Box, Ink
from aetui.filming.parts.part import SMALL
from aetui.render.pixels import to_grey

if TYPE_CHECKING:
    from PIL.Image import Image

    from aetui.filming.reel import Reel

GAP, LABELS = 8, 92
"""Pixels between pictures, and for what stands before them, at a scale of 1."""
LEAST = 5
"""Pictures in a row for which they are drawn smaller, where there are so many."""


class Tiling(NamedTuple):
    """`across` pictures in a row, `high` × `wide` pixels each: enlarged by a whole factor, or made smaller."""

    across: int
    high: int
    wide: int


def tiling(shape: tuple[int, int], rows: int, items: int, room: tuple[int, int], gap: int) -> Tiling:
    """As large as `rows` of pictures of `shape` = (height, width) can be in `room` = (width, height), with at least
    `LEAST` of the `items` beside each other."""
    height, width = shape
    needed = min(items, LEAST)
    factor = min((room[1] + gap) // rows - gap, 10**6) // height
    factor = min(factor, ((room[0] + gap) // needed - gap) // width)
    if factor >= 1:
        high, wide = height * factor, width * factor
    else:
        share = min(((room[1] + gap) / rows - gap) / height, ((room[0] + gap) / needed - gap) / width)
        high, wide = max(1, int(height * share)), max(1, int(width * share))
    return Tiling(max(1, min(items, (room[0] + gap) // (wide + gap))), high, wide)


class Pictures:
    """Rows of pictures."""

    def __init__(self, reel: Reel, box: Box, scale: float) -> None:
        """`box` is as high as there is room; `height` says how much of it is taken."""
        self._reel, self._box, self._scale = reel, box, scale
        self._gap, self._labels = round(GAP * scale), round(LABELS * scale)
        items, *shape, _ = reel.moments[0].outputs.shape
        room = box[2] - box[0] - self._labels, box[3] - box[1]
        self._tiles = tiling((shape[0], shape[1]), len(reel.rows), items, room, self._gap)

    @property
    def height(self) -> int:
        """Of all rows."""
        return len(self._reel.rows) * (self._tiles.high + self._gap) - self._gap

    def still(self, image: Image) -> None:
        """Names of the rows, and those that stay."""
        ink = Ink(round(SMALL * self._scale))
        for number, row in enumerate(self._reel.rows):
            top = self._top(number)
            at = (self._box[0], top + self._tiles.high // 2)
            label = ink.cut(row.label, self._labels - round(10 * self._scale))
            ink.write(image, at, label, TEXT if row.moving else MUTED, "lm")
            if row.items is not None:
                self._paste(image, row.items, top)

    def frame(self, image: Image, place: int) -> None:
        """What the model makes of it at that epoch."""
        for number, row in enumerate(self._reel.rows):
            if row.moving:
                self._paste(image, self._reel.moments[place].outputs, self._top(number))

    def _top(self, number: int) -> int:
        return self._box[1] + number * (self._tiles.high + self._gap)

    def _paste(self, image: Image, items: NDArray[np.float32], top: int) -> None:
        from PIL import Image as images

        for place, pixels in enumerate(to_grey(items[: self._tiles.across])):
            picture = images.fromarray(pixels)
            whole = self._tiles.high % picture.height == 0 and self._tiles.wide % picture.width == 0
            how = images.Resampling.NEAREST if whole else images.Resampling.BOX
            left = self._box[0] + self._labels + place * (self._tiles.wide + self._gap)
            image.paste(picture.resize((self._tiles.wide, self._tiles.high), how).convert("RGB"), (left, top))
