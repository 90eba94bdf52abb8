"""A frame of a GIF: where its parts stand, and what is above and below them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from aetui.filming.look import BAR, EDGE, GROUND, MUTED, TEXT, Box, Ink
from aetui.filming.parts.codes import Codes
from aetui.filming.parts.curve import Curve
from aetui.filming.parts.pictures import Pictures
from aetui.filming.parts.profiles import Profiles
from aetui.filming.parts.words import Words

if TYPE_CHECKING:
    from PIL.Image import Image

    from aetui.filming.parts.part import Part
    from aetui.filming.reel import Reel

WIDTH, HEIGHT = 960, 600
"""Pixels at a scale of 1."""
MARGIN, TOP, GAP = 40, 104, 36
"""Round everything, above the parts, and between two of them."""
CODES = 300
"""How wide the codes are."""
SHOWN = 272
"""How high pictures, sentences or items can be."""


class Stage:
    """Paints the frames of a film one after the other."""

    def __init__(self, reel: Reel, width: int = WIDTH) -> None:
        """`width` in pixels; the height goes with it."""
        self._reel = reel
        self._scale = scale = width / WIDTH
        self.size = width, round(HEIGHT * scale)
        self._parts = self._placed()
        self._still = self._painted()

    def frame(self, place: int) -> Image:
        """That of the moment at `place`, in red, green and blue."""
        image = self._still.copy()
        for part in self._parts:
            part.frame(image, place)
        self._time(image, place)
        return image

    def frames(self) -> Iterator[Image]:
        """All of them."""
        return map(self.frame, range(len(self._reel.moments)))

    def _placed(self) -> list[Part]:
        """What there is to show takes the room of what there is not."""
        scale, reel = self._scale, self._reel
        left, right, bottom = round(MARGIN * scale), self.size[0] - round(MARGIN * scale), self.size[1]
        top, gap = round(TOP * scale), round(GAP * scale)
        bottom -= round((MARGIN + 8) * scale)
        parts: list[Part] = []
        edge = right
        if reel.cloud is not None:
            edge = right - round(CODES * scale) - gap
            parts.append(Codes(reel.cloud, (edge + gap, top, right, bottom), scale))
        box: Box = left, top, edge, top + round(SHOWN * scale)
        if reel.sentences:
            parts.append(Words(reel, box, scale))
            below = box[3]
        elif reel.pictured:
            pictures = Pictures(reel, box, scale)
            parts.append(pictures)
            below = top + pictures.height
        else:
            parts.append(Profiles(reel, box, scale))
            below = box[3]
        parts.append(Curve(reel, (left, below + gap - round(6 * scale), edge, bottom), scale))
        return parts

    def _painted(self) -> Image:
        from PIL import Image

        image = Image.new("RGB", self.size, GROUND)
        scale, left = self._scale, round(MARGIN * self._scale)
        title, more = Ink(round(26 * scale)), Ink(round(15 * scale))
        title.write(image, (left, round(56 * scale)), self._reel.title, TEXT)
        room = self.size[0] - 2 * left - round(190 * scale)
        more.write(image, (left, round(80 * scale)), more.cut(self._reel.subtitle, room), MUTED)
        for part in self._parts:
            part.still(image)
        return image

    def _time(self, image: Image, place: int) -> None:
        """The epoch, and how far the film is."""
        scale, epoch = self._scale, self._reel.moments[place].shot.epoch
        right, foot = self.size[0] - round(MARGIN * scale), round(72 * scale)
        number, word = Ink(round(44 * scale)), Ink(round(15 * scale))
        number.write(image, (right, foot), f"{epoch:,}", TEXT, "rs")
        at = right - number.width(f"{self._reel.last:,}") - round(12 * scale)
        word.write(image, (at, foot), "epoch", MUTED, "rs")
        left, top = round(MARGIN * scale), self.size[1] - round(30 * scale)
        thick = max(2, round(3 * scale))
        image.paste(EDGE, (left, top, right, top + thick))
        span = max(1, self._reel.last - self._reel.first)
        share = (epoch - self._reel.first) / span if len(self._reel.moments) > 1 else 1.0
        image.paste(BAR, (left, top, left + max(thick, round((right - left) * share)), top + thick))
