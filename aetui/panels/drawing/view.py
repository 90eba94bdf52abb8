"""Where pictures of one size stand beside each other on the screen, and which pixel lies under a cell."""

from __future__ import annotations

from typing import NamedTuple

from aetui.render.ladder import FLAT, CellKind

GAP = 2
"""Columns between two pictures."""
NARROWEST = 16
"""Pixels of a picture that has to be cut: with fewer nothing is recognised, and it stands alone."""
FEW, MANY = 18, 22
"""Columns that words beside the pictures take at least, and take where there is room."""
WIDE = 100
MAP_ROWS, MAP_COLUMNS = 7, 20
"""The least size of a map."""


class Frame(NamedTuple):
    """How pictures of one size are shown: as squares of `scale` columns, which are half as many lines."""

    shape: tuple[int, int]
    """Height and width of a picture in pixels."""
    scale: int
    shown: tuple[int, int]
    """Pixels that have room, height and width."""
    pictures: int
    """How many have room beside each other."""
    words: int
    """Columns beside them."""

    @property
    def columns(self) -> int:
        """Of one picture."""
        return self.shown[1] * self.scale

    @property
    def lines(self) -> int:
        """Of one picture."""
        return -(-self.shown[0] * self.scale // 2)

    @property
    def width(self) -> int:
        """Columns of all pictures."""
        return self.pictures * (self.columns + GAP) - GAP

    @property
    def whole(self) -> bool:
        """Whether all pixels have room."""
        return self.shown == self.shape

    def corner(self, cursor: tuple[int, int], before: tuple[int, int] = (0, 0)) -> tuple[int, int]:
        """Which pixel stands in the upper left corner, so that the cursor is seen; as little else as can be moves."""
        at = []
        for size, shown, place, first in zip(self.shape, self.shown, cursor, before, strict=True):
            margin = min(3, (shown - 1) // 2)
            first = max(min(first, place - margin), place + margin - shown + 1)
            at.append(max(0, min(first, size - shown)))
        return at[0], at[1]

    def pixel(self, column: float, line: float, corner: tuple[int, int]) -> tuple[float, float]:
        """The place, row and column, under the middle of a cell of the first picture; where a cell shows two pixels
        and the terminal tells no more, the place between them. May lie outside."""
        exact = bool(line % 1 or column % 1)
        y, x = (2 * line, column) if exact else (2 * line + 1, column + 0.5)
        row, across = y / self.scale - 0.5, x / self.scale - 0.5
        if self.scale > 1 or exact:
            row = float(round(row))
        return row + corner[0], float(round(across)) + corner[1]


def framed(shape: tuple[int, int], room: tuple[int, int], kind: CellKind) -> Frame | None:
    """The best that has `room` = (columns, lines): the drawing with the output beside it, as much of them as can be,
    twice as large or not, the error beside them, larger still. None where there is room for nothing."""
    width, lines = room
    words = FEW if width < WIDE else MANY
    single = kind.ramp or kind is FLAT  # a cell has one grey or colour, so a pixel has a cell of its own
    found = []
    for pictures in (3, 2, 1):
        beside = words + GAP if pictures > 1 else 0
        each = (width - beside + GAP) // pictures - GAP
        for scale in range(2 if single else 1, max(3, 2 * lines + 1), 2 if single else 1):
            shown = min(shape[0], 2 * lines // scale), min(shape[1], each // scale)
            if min(shown) < 1 or (pictures > 1 and shown[1] < min(shape[1], NARROWEST)):
                break
            rest = width - pictures * (shown[1] * scale + GAP)
            found.append(Frame(shape, scale, shown, pictures, rest if rest >= words else 0))
    return max(found, key=_worth, default=None)


def _worth(frame: Frame) -> tuple[float, ...]:
    share = frame.shown[0] * frame.shown[1] / (frame.shape[0] * frame.shape[1])
    return frame.pictures > 1, share, min(frame.scale, 2), frame.pictures, frame.scale
