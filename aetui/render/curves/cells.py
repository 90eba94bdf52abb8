"""A rectangle of cells, each a character with a colour and a background, that becomes strips."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from aetui.render.curves.dots import BLANK, Dots, pack

Places = NDArray[np.bool_]
"""Which cells, shape (rows, columns)."""

_SPACE, _LINE = ord(" "), ord("─")


class Sheet:
    """Cells that are written one thing after the other; what comes later covers what was there."""

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self._text = np.full((rows, columns), _SPACE, np.uint32)
        self._ink = np.zeros((rows, columns), np.int64)
        self._wash = np.zeros((rows, columns), np.int64)
        self._inks: list[Style] = [Style.null()]
        self._washes: list[Color | None] = [None]
        self._styles: dict[tuple[int, int], Style] = {}

    def copy(self) -> Sheet:
        """One that can be written on without this one being changed."""
        other = Sheet(self.columns, self.rows)
        other._text, other._ink, other._wash = self._text.copy(), self._ink.copy(), self._wash.copy()
        other._inks, other._washes = self._inks.copy(), self._washes.copy()
        return other

    def put(self, column: int, row: int, text: str, style: Style) -> None:
        """`text` from there to the right, as far as there is room."""
        text = text[max(0, -column) : max(0, self.columns - column)]
        if text and 0 <= row < self.rows:
            column = max(0, column)
            self._text[row, column : column + len(text)] = [ord(character) for character in text]
            self._ink[row, column : column + len(text)] = self._number(style)

    def mark(self, places: Places, character: str, style: Style, corner: tuple[int, int] = (0, 0)) -> None:
        """One character in all these places of a part whose upper left cell is `corner` (column, row)."""
        part = self._part(places.shape, corner)
        self._text[part][places] = ord(character)
        self._ink[part][places] = self._number(style)

    def braille(self, layers: Sequence[tuple[Dots, Style]], corner: tuple[int, int]) -> None:
        """Dots of several layers, the later in front: a cell shows all of them, in the colour of the foremost."""
        if not layers:
            return
        cells = pack(np.logical_or.reduce([dots for dots, _ in layers]))
        self.haze(cells > 0, cells, layers[0][1], corner)
        part = self._part(cells.shape, corner)
        for dots, style in layers[1:]:
            self._ink[part][pack(dots) > 0] = self._number(style)

    def haze(self, places: Places, cells: NDArray[np.uint8], style: Style, corner: tuple[int, int]) -> None:
        """Dots of one layer in these places alone."""
        part = self._part(cells.shape, corner)
        self._text[part][places] = BLANK + cells[places].astype(np.uint32)
        self._ink[part][places] = self._number(style)

    def wash(self, depths: NDArray[np.int64], colours: Sequence[Color], corner: tuple[int, int]) -> None:
        """Backgrounds for a part: the place of each in `colours` from 1 on, 0 for none."""
        part = self._part(depths.shape, corner)
        first = len(self._washes)
        self._washes += colours
        self._wash[part] = np.where(depths > 0, depths + first - 1, self._wash[part])

    def bare(self, column: int, row: int) -> bool:
        """Whether nothing is written in the cell but lines of a grid."""
        return bool(self._text[row, column] in (_SPACE, _LINE))

    def strips(self) -> list[Strip]:
        """One for each row; neighbours that look alike are one segment."""
        return [self._strip(row) for row in range(self.rows)]

    def _strip(self, row: int) -> Strip:
        text, ink, wash = self._text[row], self._ink[row], self._wash[row]
        ink = np.where(text == _SPACE, 0, ink)
        changes = (ink[1:] != ink[:-1]) | (wash[1:] != wash[:-1])
        starts = [0, *(np.flatnonzero(changes) + 1).tolist()] if self.columns else []
        characters = text.astype("<u4").tobytes().decode("utf-32-le")
        looks = zip(ink[starts].tolist(), wash[starts].tolist(), strict=True)
        ends = [*starts[1:], self.columns]
        return Strip(
            [
                Segment(characters[start:end], self._style(*look))
                for start, end, look in zip(starts, ends, looks, strict=True)
            ],
            self.columns,
        )

    def _style(self, ink: int, wash: int) -> Style | None:
        if not ink and not wash:
            return None
        if (ink, wash) not in self._styles:
            self._styles[ink, wash] = self._inks[ink] + Style.from_color(None, self._washes[wash])
        return self._styles[ink, wash]

    def _number(self, style: Style) -> int:
        if style not in self._inks:
            self._inks.append(style)
        return self._inks.index(style)

    def _part(self, shape: tuple[int, ...], corner: tuple[int, int]) -> tuple[slice, slice]:
        column, row = corner
        return slice(row, row + shape[0]), slice(column, column + shape[1])
