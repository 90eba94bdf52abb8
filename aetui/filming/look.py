"""What the frames of a GIF are painted with: colours, type, and shapes with smooth edges. Sizes are in pixels."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

Colour = tuple[int, int, int]
Box = tuple[int, int, int, int]
"""Left, upper, right and lower edge."""

GROUND: Colour = (13, 17, 23)
RAISED: Colour = (20, 26, 35)
"""Behind a plot."""
EDGE: Colour = (42, 51, 64)
GRID: Colour = (30, 38, 49)
TEXT: Colour = (232, 236, 242)
HEAD: Colour = (214, 220, 229)
MUTED: Colour = (139, 150, 166)
TRAIN: Colour = (92, 164, 255)
VALIDATION: Colour = (255, 178, 84)
LEVEL: Colour = (170, 180, 194)
BAR: Colour = (94, 214, 165)

FINE = 3
"""How many times as fine a line is drawn as it is shown."""
FONTS = ("DejaVuSans.ttf", "NotoSansCJK-Regular.ttc", "Arial Unicode.ttf", "arial.ttf")
"""Where what Pillow's own type has no letters for is looked for, on whatever system."""


class Ink(NamedTuple):
    """A size of type."""

    size: int

    def width(self, text: str) -> int:
        """Pixels that `text` takes."""
        return round(_font(self.size, text).getlength(text))

    def cut(self, text: str, width: int) -> str:
        """`text`, with an ellipsis where it takes more than `width`."""
        if self.width(text) <= width:
            return text
        while text and self.width(f"{text}…") > width:
            text = text[:-1]
        return f"{text.rstrip()}…"

    def write(self, image: Image, at: tuple[float, float], text: str, colour: Colour, anchor: str = "ls") -> None:
        """`text` with the letters' feet, left end, at `at`; `anchor` as Pillow has it."""
        from PIL import ImageDraw

        ImageDraw.Draw(image).text(at, text, colour, _font(self.size, text), anchor)


@lru_cache(256)
def _font(size: int, text: str) -> FreeTypeFont:
    """Pillow's own, or where that lacks a letter of `text` the first one of the system that has all."""
    own = _own(size)
    if text.isascii() or _has(own, text):
        return own
    return next((font for font in _others(size) if _has(font, text)), own)


@lru_cache(32)
def _own(size: int) -> Any:
    from PIL import ImageFont

    return ImageFont.load_default(size)


@lru_cache(32)
def _others(size: int) -> list[Any]:
    from PIL import ImageFont

    found = []
    for name in FONTS:
        try:
            found.append(ImageFont.truetype(name, size))
        except OSError:  # not on this machine
            continue
    return found


def _has(font: Any, text: str) -> bool:
    lacking = bytes(font.getmask("\uffff"))
    return all(char.isascii() or bytes(font.getmask(char)) != lacking for char in set(text))


# Shapes.


def mixed(colour: Colour, share: float, ground: Colour = GROUND) -> Colour:
    """`share` of `colour` on the ground."""
    red, green, blue = (round(share * a + (1 - share) * b) for a, b in zip(colour, ground, strict=True))
    return red, green, blue


def stroke(size: tuple[int, int], points: NDArray[np.float64], width: float, dash: float = 0.0) -> Image:
    """The mask of a line through `points` (n, 2) in an area of `size`, with smooth edges."""
    from PIL import Image, ImageDraw

    mask = Image.new("L", (size[0] * FINE, size[1] * FINE))
    draw = ImageDraw.Draw(mask)
    fine = points * FINE
    if dash:
        (left, y), (right, _) = fine[0], fine[-1]
        step = dash * FINE
        for at in np.arange(left, right, 2 * step).tolist():
            draw.line([(at, y), (min(at + step, right), y)], 255, round(width * FINE))
    elif len(points) > 1:
        draw.line([tuple(point) for point in fine.tolist()], 255, round(width * FINE), joint="curve")
    return mask.reduce(FINE)


def below(size: tuple[int, int], points: NDArray[np.float64]) -> Image:
    """The mask of what lies below a line, down to the lower edge."""
    from PIL import Image, ImageDraw

    mask = Image.new("L", size)
    if len(points) > 1:
        left, right = float(points[0][0]), float(points[-1][0])
        edge = [(right, size[1]), (left, size[1])]
        ImageDraw.Draw(mask).polygon([*(tuple(point) for point in points.tolist()), *edge], 255)
    return mask


def disc(image: Image, at: tuple[float, float], radius: float, colour: Colour) -> None:
    """A disc with a smooth edge."""
    from PIL import Image as images
    from PIL import ImageDraw

    side = 2 * (round(radius) + 2)
    left, top = round(at[0]) - side // 2, round(at[1]) - side // 2
    mask = images.new("L", (side * FINE, side * FINE))
    centre = ((at[0] - left) * FINE, (at[1] - top) * FINE)
    ImageDraw.Draw(mask).circle(centre, radius * FINE, 255)
    image.paste(colour, (left, top, left + side, top + side), mask.reduce(FINE))


def star(image: Image, at: tuple[float, float], radius: float, colour: Colour) -> None:
    """A star with five points."""
    from PIL import Image as images
    from PIL import ImageDraw

    side = 2 * (round(radius) + 2)
    left, top = round(at[0]) - side // 2, round(at[1]) - side // 2
    mask = images.new("L", (side * FINE, side * FINE))
    turns = np.arange(10) * np.pi / 5 - np.pi / 2
    away = np.where(np.arange(10) % 2, 0.45, 1.0) * radius
    corners = np.stack([at[0] - left + away * np.cos(turns), at[1] - top + away * np.sin(turns)], axis=1) * FINE
    ImageDraw.Draw(mask).polygon([tuple(corner) for corner in corners.tolist()], 255)
    image.paste(colour, (left, top, left + side, top + side), mask.reduce(FINE))


def dots(
    pixels: NDArray[np.uint8], at: NDArray[np.float64], colours: NDArray[np.float32], radius: float
) -> NDArray[np.uint8]:
    """`pixels` (height, width, 3) with a disc at each of `at` (n, 2), of `colours` (n, 3); where they lie over one
    another they mix, so that none hides what is below it."""
    height, width = pixels.shape[:2]
    reach = int(radius + 1.5)
    right, down = (each.reshape(-1, 1) for each in np.meshgrid(*[np.arange(-reach, reach + 1)] * 2))
    x, y = (np.floor(at[:, axis]).astype(np.int64) + by for axis, by in enumerate((right, down)))
    away = np.hypot(x + 0.5 - at[:, 0], y + 0.5 - at[:, 1])
    inside = (away < radius + 0.5) & (x >= 0) & (y >= 0) & (x < width) & (y < height)
    share = np.minimum(radius + 0.5 - away[inside], 1.0)
    _, of = np.nonzero(inside)
    place = (y * width + x)[inside]
    weight = np.bincount(place, share, height * width)
    ink = np.stack([np.bincount(place, share * colours[of, channel], height * width) for channel in range(3)])
    touched = np.flatnonzero(weight)
    some = np.minimum(weight[touched], 1.0)
    flat = pixels.reshape(-1, 3).copy()
    flat[touched] = np.rint(flat[touched] * (1 - some)[:, None] + (ink[:, touched] / weight[touched] * some).T)
    return flat.reshape(pixels.shape)


def shown(colours: Sequence[str]) -> list[Colour]:
    """Colours as "#rrggbb" in numbers."""
    return [(int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)) for text in colours]
