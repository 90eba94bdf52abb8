"""A GIF that is written frame by frame: one palette for all, and of each frame only the pixels that are new.

Pillow compresses; the frames are put together here, because its own writer keeps all of them until the end and chooses
a palette for each.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from struct import pack
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from numpy.typing import NDArray

from aetui.filming.look import GROUND, Colour, mixed

if TYPE_CHECKING:
    from PIL.Image import Image

UNIT = 0.01
"""Seconds that a frame's length is counted in."""
COLOURS = 255
CLEAR = 255
"""In the palette: leaves the pixel as it was."""
GREYS = 56
BITS = 6
"""Of red, green and blue each, by which colours are told apart: fewer than an eye can, and few enough to look up."""
MASK, UNKNOWN = 2**BITS - 1, -1
EYE = np.sqrt(np.array([3, 6, 2], np.float32))
"""It sees green best and blue least."""
STEPS = 6
"""Of each ink, from the ground up: the edges of letters and lines."""

Pixels = NDArray[np.uint8]


class Palette:
    """255 colours, and for any other one the nearest of them."""

    def __init__(self, inks: Sequence[Colour], samples: Sequence[Image]) -> None:
        """`inks` are what the frames are drawn with; what else the `samples` show takes the rest of the colours."""
        steps = [mixed(ink, step / STEPS) for ink in inks for step in range(1, STEPS + 1)]
        own = list(dict.fromkeys([GROUND, *steps]))[: COLOURS - GREYS]
        rest = [colour for colour in _common(samples, COLOURS - len(own)) if colour not in own]
        self.colours = np.array([*own, *rest], np.int64)[:COLOURS]
        self._known = np.full(1 << 3 * BITS, UNKNOWN, np.int16)
        """Each colour is looked for once."""

    def places(self, image: Image) -> Pixels:
        """For each pixel of `image` the place of its colour, (height, width)."""
        pixels = (np.asarray(image) >> 8 - BITS).astype(np.int32)
        keys = pixels[..., 0] << 2 * BITS | pixels[..., 1] << BITS | pixels[..., 2]
        found = self._known[keys]
        new = np.unique(keys[found == UNKNOWN])
        if len(new):
            self._known[new] = self._nearest(new)
            found = self._known[keys]
        return found.astype(np.uint8)

    def packed(self) -> bytes:
        """As a GIF has it: 256 times red, green and blue."""
        full = np.zeros((256, 3), np.uint8)
        full[: len(self.colours)] = self.colours
        return full.tobytes()

    def _nearest(self, keys: NDArray[np.int32]) -> NDArray[np.int64]:
        levels = np.stack([keys >> 2 * BITS, keys >> BITS & MASK, keys & MASK], axis=1).astype(np.float32)
        wanted = (levels * 2 ** (8 - BITS) + 2 ** (7 - BITS)) * EYE
        ours = self.colours.astype(np.float32) * EYE
        return ((ours**2).sum(axis=1) - 2 * wanted @ ours.T).argmin(axis=1)


def _common(samples: Sequence[Image], count: int) -> list[Colour]:
    """So many colours that stand for those of the samples."""
    from PIL import Image

    small = [each.resize((each.width // 2, each.height // 2), Image.Resampling.NEAREST) for each in samples]
    sheet, top = Image.new("RGB", (max(each.width for each in small), sum(each.height for each in small))), 0
    for each in small:
        sheet.paste(each, (0, top))
        top += each.height
    found = sheet.quantize(max(2, min(count, 256)), Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    flat = (found.getpalette("RGB") or [])[: 3 * count]
    return [(flat[at], flat[at + 1], flat[at + 2]) for at in range(0, len(flat), 3)]


class Writer:
    """Writes a GIF into `file`, which goes on for ever."""

    def __init__(self, file: BinaryIO, size: tuple[int, int], palette: Palette, comment: str) -> None:
        self._file, self._size, self._palette = file, size, palette
        self._before: Pixels | None = None
        file.write(b"GIF89a" + pack("<HHBBB", *size, 0xF7, 0, 0) + palette.packed())
        file.write(b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00")
        said = comment.encode("ascii", "replace")
        file.write(b"\x21\xfe" + b"".join(_blocks(said)) + b"\x00")

    def add(self, image: Image, length: int) -> None:
        """A frame that stands for `length` hundredths of a second. Raises OSError."""
        now = self._palette.places(image)
        box, pixels = _changed(self._before, now)
        left, top, right, bottom = box
        self._file.write(pack("<BBBBHBB", 0x21, 0xF9, 4, 0b101, min(length, 0xFFFF), CLEAR, 0))
        self._file.write(pack("<BHHHHB", 0x2C, left, top, right - left, bottom - top, 0))
        self._file.write(_compressed(pixels))
        self._before = now

    def close(self) -> None:
        """No more frames come."""
        self._file.write(b"\x3b")


def _changed(before: Pixels | None, now: Pixels) -> tuple[tuple[int, int, int, int], Pixels]:
    """The least box with all pixels that are new, and those, the others clear."""
    if before is None:
        return (0, 0, now.shape[1], now.shape[0]), now
    new = before != now
    rows, columns = np.flatnonzero(new.any(axis=1)), np.flatnonzero(new.any(axis=0))
    if not len(rows):
        return (0, 0, 1, 1), np.full((1, 1), CLEAR, np.uint8)
    top, bottom, left, right = int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
    inside = slice(top, bottom), slice(left, right)
    return (left, top, right, bottom), np.where(new[inside], now[inside], np.uint8(CLEAR))


def _compressed(pixels: Pixels) -> bytes:
    """As GIF has them: the size of the first codes, blocks of them, an empty one. Pillow makes a file of its own, of
    which all but that is left."""
    from PIL import Image

    image, file = Image.fromarray(np.ascontiguousarray(pixels)), io.BytesIO()
    image.putpalette(bytes(range(256)) * 3)
    image.save(file, format="GIF", optimize=False, interlace=0)
    content = file.getvalue()
    at = 13 + (3 << (content[10] & 7) + 1 if content[10] & 0x80 else 0)
    while content[at] == 0x21:  # an extension, in blocks
        at += 2
        while content[at]:
            at += content[at] + 1
        at += 1
    own = content[at + 9]
    return content[at + 10 + (3 << (own & 7) + 1 if own & 0x80 else 0) : -1]


def _blocks(content: bytes) -> Iterator[bytes]:
    for start in range(0, len(content), 255):
        piece = content[start : start + 255]
        yield bytes([len(piece)]) + piece
