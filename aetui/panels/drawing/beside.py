"""What stands beside a drawing: numbers, the nearest real items, and where the drawing lies among all of them."""

from __future__ import annotations

import numpy as np
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from aetui.panels.drawing.answers import Answer, Neighbours
from aetui.panels.drawing.pad import Pad
from aetui.panels.drawing.shelf import Shelf
from aetui.panels.drawing.view import MAP_COLUMNS, MAP_ROWS
from aetui.panels.drawing.words import Told, beside
from aetui.render.arrangement import Wish
from aetui.render.plane.colouring import ByClass
from aetui.render.text import plain
from aetui.widgets.image_grid import ImageGrid, ImageRow
from aetui.widgets.plane_map import PlaneMap
from engine.datasets.array_data import as_floats

NUMBERS = 5
"""Lines before the nearest items."""
FEW, MANY = 3, 8
"""Of the nearest items that are told with the map below, and without."""
GRID_ROWS, GRID_COLUMNS, GRID_FROM = 8, 32, 30
"""Of pictures of the nearest items, and the lines from which they have room."""
DOT = "◆"


class Beside(Vertical):
    """Told what there is, shows as much as has room: numbers first, then the map, then pictures."""

    DEFAULT_CSS = """
    Beside { width: 1fr; height: 1fr; }
    Beside > Static { text-wrap: nowrap; }
    Beside > ImageGrid { height: 8; display: none; }
    Beside > PlaneMap { height: 1fr; display: none; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._told: tuple[Told, Answer | None, Pad, Shelf | None, Neighbours | None] | None = None
        self._lines: Content | None = None
        self._drawn: tuple[object, ...] = ()
        self._mapped: object = None

    def compose(self) -> ComposeResult:
        """Numbers and names, pictures of the nearest items, the map."""
        yield Static()
        yield ImageGrid()
        yield PlaneMap()

    def on_resize(self, _event: events.Resize) -> None:
        """What has room depends on the size."""
        if self._told is not None:
            self.show(*self._told)

    def show(
        self, told: Told, answer: Answer | None, pad: Pad, shelf: Shelf | None, neighbours: Neighbours | None
    ) -> None:
        """Show this instead."""
        self._told = told, answer, pad, shelf, neighbours
        if not self.is_mounted or not self.size:
            return
        width, height = self.size
        mapped = neighbours is not None and width >= MAP_COLUMNS and height >= NUMBERS + FEW + MAP_ROWS + 2
        pictured = width >= GRID_COLUMNS and height >= GRID_FROM and shelf is not None and neighbours is not None
        near = max(0, min(MANY, height - NUMBERS - 1))
        if mapped:
            near = 0 if pictured else FEW
        lines = beside(told, answer, pad, shelf, near, width)
        if mapped:  # so that the map stays where it is
            lines += [Content("")] * (NUMBERS + (near and near + 2) - len(lines))
        text = Content("\n").join(lines[:height])
        if self._lines is None or not text.is_same(self._lines):
            higher = self._lines is None or len(text.plain.split("\n")) != len(self._lines.plain.split("\n"))
            self._lines = text
            self.query_one(Static).update(text, layout=higher)
        grid, plane = self.query_one(ImageGrid), self.query_one(PlaneMap)
        grid.display, plane.display = pictured, mapped
        if pictured and shelf is not None:
            self._show_pictures(grid, answer, shelf)
        if mapped and neighbours is not None:
            self._show_map(plane, answer, shelf, neighbours)

    def _show_pictures(self, grid: ImageGrid, answer: Answer | None, shelf: Shelf) -> None:
        near = answer.near if answer else ()
        if near == self._drawn:
            return
        self._drawn = near
        items = as_floats(shelf.items[[place for place, _ in near]]) if near else np.zeros((0, *shelf.items.shape[1:]))
        names = [f"{shelf.label(place)} {distance:.3g}".strip() for place, distance in near]
        grid.show([ImageRow("", items)], Wish(names=True, items=len(near)), [plain(name) for name in names])

    def _show_map(self, plane: PlaneMap, answer: Answer | None, shelf: Shelf | None, neighbours: Neighbours) -> None:
        if neighbours is not self._mapped:
            self._mapped = neighbours
            colouring = None
            if shelf is not None and len(shelf.classes) > 1:
                labels, members = np.unique(shelf.labels[neighbours.places], return_inverse=True)
                colouring = ByClass(members, tuple(plain(shelf.classes[label]) for label in labels.tolist()))
            count = f"{len(neighbours.points):,} validation codes"
            plane.show(neighbours.points, colouring, titles=(f"{count}, {DOT} the drawing", count, "codes"))
        plane.put([answer.point] if answer and answer.point else [], DOT, layer="drawing")
