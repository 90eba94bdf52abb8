"""Eight dots in each cell: pictures of braille that can be thickened, thinned and laid over one another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Dots = NDArray[np.bool_]
"""Shape (4 · rows, 2 · columns), the upper row first."""
Cells = NDArray[np.uint8]
"""Shape (rows, columns): which dots a cell has, as Unicode numbers them from U+2800 on."""

BLANK = 0x2800

_BITS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]], np.uint8)


def unpack(cells: Cells) -> Dots:
    """The dots of cells."""
    rows, columns = cells.shape
    lit = cells[:, :, None, None] & _BITS != 0
    return lit.transpose(0, 2, 1, 3).reshape(4 * rows, 2 * columns)


def pack(dots: Dots) -> Cells:
    """The cells of dots."""
    rows, columns = dots.shape[0] // 4, dots.shape[1] // 2
    blocks = dots.reshape(rows, 4, columns, 2).transpose(0, 2, 1, 3)
    packed: Cells = (blocks * _BITS).sum(axis=(2, 3), dtype=np.uint8)
    return packed


def thickened(dots: Dots) -> Dots:
    """Strokes of two dots where there was one: downwards, and to the right where a stroke goes straight up."""
    thick = dots.copy()
    thick[1:] |= dots[:-1]
    thick[-2:-1] |= dots[-1:]  # nothing is below the last row
    upright = dots.copy()
    upright[1:] &= dots[:-1]
    thick[:, 1:] |= upright[:, :-1]
    return thick


def dashes(shape: tuple[int, int], row: int, start: int) -> Dots:
    """A thin level line from column `start` to the right edge."""
    dots = np.zeros(shape, bool)
    dots[row, start:] = np.arange(shape[1] - start) % 4 < 2
    return dots


def halftone(low: NDArray[np.int64], high: NDArray[np.int64], rows: int) -> Dots:
    """A column of dots from row `high` down to row `low`, of which each column has its own: the ends, and every other
    dot between them. A column with `low` above `high` stays empty.

    Input shape: (2 · columns,); `rows` is the number of rows of dots.
    """
    row, column = np.indices((rows, len(low)))
    inside = (row >= high) & (row <= low)
    return inside & (((row + column) % 2 == 0) | (row == high) | (row == low))


def dashed(dots: Dots, dash: tuple[int, ...]) -> Dots:
    """Of a curve so many columns of dots that are drawn, so many that are not, and so on again; () leaves it whole."""
    if not dash:
        return dots
    period = np.concatenate([np.full(size, at % 2 == 0) for at, size in enumerate(dash)])
    drawn: Dots = dots & period[np.arange(dots.shape[1]) % len(period)]
    return drawn
