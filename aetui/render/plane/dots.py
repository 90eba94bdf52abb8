"""Points as dots of braille in the colour of their group, or as its mark."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.style import Style

from aetui.render.plane.colouring import Coloured
from aetui.render.plane.window import Cells

Ints = NDArray[np.int64]

BLANK = ord(" ")
NOBODY = -1
_BRAILLE = 0x2800
_BITS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])
"""Which bit of a braille character is which of its 4 × 2 dots."""
_NEAR = sorted(((y, x) for y in range(-2, 3) for x in range(-4, 5)), key=lambda p: (4 * p[0] ** 2 + p[1] ** 2, p))
"""Cells round a cell, the nearest first; a cell is twice as high as wide."""


class Picture(NamedTuple):
    """What stands in each cell: code points and the index of their style, (rows, columns); `NOBODY`: none."""

    chars: Ints
    owner: Ints
    styles: tuple[Style, ...]

    def copy(self) -> Picture:
        """One that can be drawn on."""
        return Picture(self.chars.copy(), self.owner.copy(), self.styles)


class Seen(NamedTuple):
    """The points within the cells, and where they are: in dots, counted from the left and from above."""

    which: Ints
    x: Ints
    y: Ints


def seen(points: NDArray[Any], cells: Cells) -> Seen:
    """Which of the points (n, 2) lie within cells of equal size; those that are not finite do not."""
    rows, columns = cells.shape
    window = cells.window
    points = np.asarray(points, np.float64).reshape(-1, 2)
    with np.errstate(over="ignore", invalid="ignore"):
        x = (points[:, 0] - window.x0) / window.width
        y = (points[:, 1] - window.y0) / window.height
        which = np.flatnonzero((x >= 0) & (x <= 1) & (y >= 0) & (y <= 1))
    right = np.minimum((x[which] * (2 * columns)).astype(np.int64), 2 * columns - 1)
    up = np.minimum((y[which] * (4 * rows)).astype(np.int64), 4 * rows - 1)
    return Seen(which, right, 4 * rows - 1 - up)


def dots(found: Seen, coloured: Coloured, cells: Cells, *, letters: bool = False) -> Picture:
    """A dot for each point, and the mark of each group once, reversed, in its middle; with `letters` only marks.

    A cell shared by several groups has the style of the one with the most points in it, or of their mean.
    """
    groups, shape = coloured.groups, cells.shape
    members = coloured.members[found.which]
    styles = tuple(group.style for group in groups)
    owner = owners(found.y // 4 * shape[1] + found.x // 2, members, len(groups), shape, coloured.steps)
    if letters:
        marks = np.array([*(ord(group.mark) for group in groups), BLANK])
        return Picture(marks[owner], owner, styles)
    ink = np.zeros((shape[0] * 4, shape[1] * 2), np.int64)
    ink[found.y, found.x] = 1
    bits = np.einsum("rackb,ab->rck", ink.reshape(shape[0], 4, shape[1], 1, 2), _BITS)[..., 0]
    chars = np.where(bits > 0, _BRAILLE + bits, BLANK)
    if coloured.steps or len(groups) < 2:
        return Picture(chars, owner, styles)
    for group, cell in _middles(found, members, len(groups), shape).items():
        chars[cell], owner[cell] = ord(groups[group].mark), len(groups) + group
    reverse = Style(reverse=True, bold=True)
    return Picture(chars, owner, (*styles, *(style + reverse for style in styles)))


def owners(cell: Ints, members: Ints, many: int, shape: tuple[int, int], steps: int = 0) -> Ints:
    """The group that each cell belongs to, by the `cell` and the group of each point; `NOBODY` where there is none.

    Of a scale of `steps` it is the mean of those that have one."""
    size = shape[0] * shape[1]
    if steps:
        known = members < steps
        count = np.bincount(cell[known], minlength=size)
        mean = np.bincount(cell[known], members[known], minlength=size) / np.maximum(count, 1)
        unknown = np.bincount(cell[~known], minlength=size) > 0
        return np.where(count > 0, np.rint(mean).astype(np.int64), np.where(unknown, steps, NOBODY)).reshape(shape)
    votes = np.bincount(cell * many + members, minlength=size * many).reshape(*shape, many)
    return np.where(votes.any(axis=2), votes.argmax(axis=2), NOBODY)


def _middles(found: Seen, members: Ints, many: int, shape: tuple[int, int]) -> dict[int, tuple[int, int]]:
    """For each group the cell of its median, or the nearest that no group before it has."""
    taken: dict[int, tuple[int, int]] = {}
    for group in range(many):
        own = members == group
        if own.any():
            row, column = int(np.median(found.y[own])) // 4, int(np.median(found.x[own])) // 2
            near = ((row + down, column + right) for down, right in _NEAR)
            free = (at for at in near if 0 <= at[0] < shape[0] and 0 <= at[1] < shape[1] and at not in taken.values())
            taken[group] = next(free, (row, column))
    return taken
