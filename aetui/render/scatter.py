"""Points in the plane in braille, or as letters, coloured by the group they belong to, as strips."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from aetui.render.series import Floats, nice_ticks, tick_labels

Ints = NDArray[np.int64]

# Ten colours that stay apart as single cells of braille, and do so in 256 colours.
_ON_DARK = (
    *("#ff5f5f", "#5fd75f", "#5f87ff", "#ffd75f", "#d75fff"),
    *("#00d7d7", "#ff8700", "#dadada", "#ff87d7", "#af875f"),
)
_ON_LIGHT = (
    *("#d7005f", "#008700", "#005fff", "#af8700", "#af00ff"),
    *("#0087af", "#ff5f00", "#4e4e4e", "#d75fd7", "#5f0000"),
)

_BITS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])
"""Which bit of a braille character is which of its 4 × 2 dots."""
_BRAILLE, _BLANK = 0x2800, ord(" ")

_TAIL = 0.005
_REACH = 0.25
"""The outermost half percent of the points on a side may take up to this share of what the others take."""

_NEAR = sorted(((y, x) for y in range(-2, 3) for x in range(-4, 5)), key=lambda p: (4 * p[0] ** 2 + p[1] ** 2, p))
"""Cells round a cell, the nearest first; a cell is twice as high as wide."""


class Group(NamedTuple):
    """Points that belong together. `mark` is one character, one cell wide."""

    mark: str
    style: Style = Style.null()


def class_colours(count: int, *, dark: bool) -> list[str]:
    """`count` colours as "#rrggbb" for a dark or a light background; after ten they start again."""
    table = _ON_DARK if dark else _ON_LIGHT
    return [table[i % len(table)] for i in range(count)]


def class_marks(names: Sequence[str]) -> list[str]:
    """One character for each name: its first letter or digit that no name before it has, in upper case."""
    marks: list[str] = []
    for name in names:
        candidates = [c for c in name.upper() if c.isascii() and c.isalnum()] + [chr(i) for i in range(ord("!"), 127)]
        marks.append(next((c for c in candidates if c not in marks), "?"))
    return marks


def limits(points: Floats) -> tuple[Floats, Floats]:
    """The least and the greatest x and y that are drawn, with a small margin; shape (2,) each.

    All points lie within, unless the outermost half percent on a side would take much of the room from the others.
    Input shape: (n, 2), finite.
    """
    if not len(points):
        return np.zeros(2), np.ones(2)
    ordered = np.sort(points, axis=0)
    tail = int(len(ordered) * _TAIL)
    inner_low, inner_high = ordered[tail], ordered[-1 - tail]
    room = _REACH * (inner_high - inner_low)
    low = np.where((room > 0) & (inner_low - ordered[0] > room), inner_low, ordered[0])
    high = np.where((room > 0) & (ordered[-1] - inner_high > room), inner_high, ordered[-1])
    size = np.maximum(abs(low), abs(high))
    margin = np.where(high - low > 1e-6 * size, 0.03 * (high - low), np.where(size > 0, size / 10, 0.5))
    return low - margin, high + margin


def scatter_plot(
    points: NDArray[Any],
    members: NDArray[np.integer[Any]],
    groups: Sequence[Group],
    size: tuple[int, int],
    *,
    axis: Style,
    letters: bool = False,
    y_ticks: bool = True,
    bounds: tuple[Floats, Floats] | None = None,
) -> list[Strip]:
    """The points drawn into `size` = (columns, rows) cells, each axis on a scale of its own.

    `points`: (n, 2); `members`: (n,), the index into `groups` of each. A cell shared by several groups has the style
    of the one with the most points in it. With `letters` a cell shows that group's mark; otherwise it has a dot for
    each point, and the mark stands once, reversed, in the middle of its group. Points beyond the
    `bounds`, without such the `limits`, or not finite are left out and counted at the end of the lower axis.
    """
    width, height = size
    if width < 8 or height < 3:
        return [Strip.blank(max(0, width))] * max(0, height)
    points = np.asarray(points, np.float64)
    finite = np.isfinite(points).all(axis=1)
    low, high = bounds or limits(points[finite])
    inside = ((points >= low) & (points <= high)).all(axis=1)
    rows = height - 1
    gutter = _gutter(low[1], high[1], rows, ticks=y_ticks and width >= 24)
    columns = width - len(gutter[0])
    scaled = (points[inside] - low) / (high - low)
    x = (scaled[:, 0] * (2 * columns)).astype(np.int64)
    y = ((1 - scaled[:, 1]) * (4 * rows)).astype(np.int64)
    grid = _Grid(x, y, np.asarray(members, np.int64)[inside], groups, (rows, columns))
    chars, owner = grid.letters() if letters else grid.dots()
    outside = len(points) - len(x)
    note = f" {outside} outside" if outside else ""
    bottom = "└".rjust(len(gutter[0])) + _bottom(low[0], high[0], columns, note)
    return [*_strips(gutter, chars, owner, groups, axis), Strip([Segment(bottom, axis)])]


class _Grid(NamedTuple):
    """Where the points fall: `x` and `y` count dots, from the left and from the top; shape (rows, columns) in cells.

    Both pictures are characters (code points) and who owns each cell, (rows, columns): an index into `groups`, or that
    plus their number where the mark stands reversed, or -1.
    """

    x: Ints
    y: Ints
    members: Ints
    groups: Sequence[Group]
    shape: tuple[int, int]

    def letters(self) -> tuple[Ints, Ints]:
        owner = self._owner()
        marks = np.array([*(ord(group.mark) for group in self.groups), _BLANK])
        return marks[owner], owner

    def dots(self) -> tuple[Ints, Ints]:
        rows, columns = self.shape
        dots = np.zeros((rows * 4, columns * 2), np.int64)
        dots[self.y, self.x] = 1
        bits = np.einsum("rackb,ab->rck", dots.reshape(rows, 4, columns, 1, 2), _BITS)[..., 0]
        chars, owner = np.where(bits > 0, _BRAILLE + bits, _BLANK), self._owner()
        for group, cell in self._middles().items():
            chars[cell], owner[cell] = ord(self.groups[group].mark), len(self.groups) + group
        return chars, owner

    def _owner(self) -> Ints:
        rows, columns = self.shape
        many = len(self.groups)
        cell = self.y // 4 * columns + self.x // 2
        votes = np.bincount(cell * many + self.members, minlength=rows * columns * many).reshape(rows, columns, many)
        return np.where(votes.any(axis=2), votes.argmax(axis=2), -1)

    def _middles(self) -> dict[int, tuple[int, int]]:
        """For each of several groups the cell of its median, or the nearest that no group before it has."""
        taken: dict[int, tuple[int, int]] = {}
        for group in range(len(self.groups) if len(self.groups) > 1 else 0):
            own = self.members == group
            if own.any():
                row, column = int(np.median(self.y[own])) // 4, int(np.median(self.x[own])) // 2
                near = ((row + down, column + right) for down, right in _NEAR)
                free = (cell for cell in near if self._has(cell) and cell not in taken.values())
                taken[group] = next(free, (row, column))
        return taken

    def _has(self, cell: tuple[int, int]) -> bool:
        return 0 <= cell[0] < self.shape[0] and 0 <= cell[1] < self.shape[1]


def _gutter(low: float, high: float, rows: int, *, ticks: bool) -> list[str]:
    """What stands left of each row: the vertical axis with its numbers."""
    values = nice_ticks(low, high, max(2, rows // 4)) if ticks else []
    labels = tick_labels(values)
    width = max((len(label) for label in labels), default=0)
    lines = [" " * width + "│"] * rows
    for value, label in zip(values, labels, strict=True):
        lines[min(rows - 1, int((high - value) / (high - low) * rows))] = label.rjust(width) + "┤"
    return lines


def _bottom(low: float, high: float, columns: int, note: str) -> str:
    """The horizontal axis with its numbers in it, each centred where it belongs, and the note at its end."""
    end = columns - len(note)
    line = "─" * max(0, end) + note[:columns]
    values = nice_ticks(low, high, max(2, columns // 12))
    for value, label in zip(values, tick_labels(values), strict=True):
        text = f" {label} "
        start = int((value - low) / (high - low) * columns) - len(text) // 2
        if start >= 0 and start + len(text) <= end and line[start : start + len(text)].strip("─") == "":
            line = line[:start] + text + line[start + len(text) :]
    return line


def _strips(gutter: Sequence[str], chars: Ints, owner: Ints, groups: Sequence[Group], axis: Style) -> list[Strip]:
    reverse = Style(reverse=True, bold=True)
    styles = [*(group.style for group in groups), *(group.style + reverse for group in groups), Style.null()]
    owner = _joined(chars, owner, len(groups))
    return [_strip(*row, styles, axis) for row in zip(gutter, chars, owner, strict=True)]


def _joined(chars: Ints, owner: Ints, many: int) -> Ints:
    """Blank cells given to the group before them: a change of colour costs bytes, and blanks show none."""
    columns = np.arange(chars.shape[1])
    drawn = (chars != _BLANK) & (owner < many)
    source = np.maximum.accumulate(np.where(drawn, columns, 0), axis=1)
    before = np.take_along_axis(owner, source, axis=1)
    return np.where(chars == _BLANK, np.where(before < many, before, -1), owner)


def _strip(gutter: str, chars: Ints, owner: Ints, styles: Sequence[Style], axis: Style) -> Strip:
    text = "".join(map(chr, chars.tolist()))
    starts = [0, *(np.flatnonzero(np.diff(owner)) + 1).tolist()]
    runs = zip(starts, [*starts[1:], len(text)], owner[starts].tolist(), strict=True)
    return Strip([Segment(gutter, axis), *(Segment(text[a:b], styles[place]) for a, b, place in runs)])
