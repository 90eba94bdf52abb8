"""What the parts of a frame have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from aetui.filming.look import HEAD, MUTED, Box, Ink

if TYPE_CHECKING:
    from PIL.Image import Image


class Part(Protocol):
    """A part of the frame."""

    def still(self, image: Image) -> None:
        """Paint what is the same in all frames."""

    def frame(self, image: Image, place: int) -> None:
        """Paint what the frame at `place` has of its own on top of it."""


HEADING, SMALL = 15, 13
"""Sizes of type at a scale of 1."""


def heading(image: Image, box: Box, title: str, detail: str, scale: float) -> int:
    """A line above a part: its name, and more in a fainter colour; returns where what is below may begin."""
    ink = Ink(round(HEADING * scale))
    foot = box[1] + round(14 * scale)
    ink.write(image, (box[0], foot), title, HEAD)
    left = box[0] + ink.width(title) + round(10 * scale)
    Ink(round(SMALL * scale)).write(
        image, (left, foot), Ink(round(SMALL * scale)).cut(detail, max(0, box[2] - left)), MUTED
    )
    return foot + round(12 * scale)
