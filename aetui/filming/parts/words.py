"""Sentences of the probe set, each with what is read out of the model's answer below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aetui.filming.look import MUTED, VALIDATION, Box, Ink
from aetui.filming.parts.part import heading

if TYPE_CHECKING:
    from PIL.Image import Image

    from aetui.filming.reel import Reel

SIZE, PAIR = 16, 54
"""Of the type, and pixels from one sentence to the next, at a scale of 1."""


class Words:
    """Pairs of lines."""

    def __init__(self, reel: Reel, box: Box, scale: float) -> None:
        self._reel, self._box, self._scale = reel, box, scale
        self._ink = Ink(round(SIZE * scale))

    def still(self, image: Image) -> None:
        """The sentences as they are."""
        heading(image, self._box, "sentences", "and what is read out of their codes", self._scale)
        for place, sentence in enumerate(self._reel.sentences[: self._count]):
            self._put(image, place, 0, sentence, still=True)

    def frame(self, image: Image, place: int) -> None:
        """What is read out of the answers of that epoch."""
        for number, reading in enumerate(self._reel.moments[place].readings[: self._count]):
            self._put(image, number, 22, reading, still=False)

    @property
    def _count(self) -> int:
        return max(1, int((self._box[3] - self._box[1] - 30 * self._scale) / (PAIR * self._scale)))

    def _put(self, image: Image, place: int, down: int, text: str, *, still: bool) -> None:
        foot = self._box[1] + round((44 + place * PAIR + down) * self._scale)
        shown = self._ink.cut(text, self._box[2] - self._box[0])
        self._ink.write(image, (self._box[0], foot), shown, MUTED if still else VALIDATION)
