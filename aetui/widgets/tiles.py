"""Signed pictures in a grid below a line of text."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ClassVar

import numpy as np
from rich.segment import Segment
from textual import events
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from aetui.render import ladder
from aetui.render.cells import fitted, strips
from aetui.render.pixels import Bytes, colour_mode
from aetui.render.tiles import Tiling, mosaic, tile_colours, tile_sizes, tiling


class Tiles(Widget):
    """As many tiles as there is room for at a legible size; only lines that changed are sent again."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"tiles--caption"}

    DEFAULT_CSS = """
    Tiles { width: 1fr; height: 1fr; }
    Tiles > .tiles--caption { color: $text-muted; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._pictures: Bytes = np.zeros((0, 1, 1), np.uint8)
        self._cut = False
        self._caption: Callable[[int], str] = str
        self._text = ""
        self._wished = 0
        self._zoomed = False
        self._first = 0
        self._tiling = Tiling(1, 1, 1)
        self._cells = ladder.AUTO
        self._strips: list[Strip] = []

    def show(self, pictures: Bytes, *, cut: bool, caption: Callable[[int], str]) -> None:
        """Show these instead, made by `signed_grey`; `caption` is given the number that there is room for.

        `cut` is whether MNIST's margin may go.
        """
        self._pictures, self._cut, self._caption = pictures, cut, caption
        self._update()

    def look(self, cells: str, size: int, first: int, *, zoomed: bool) -> None:
        """Draw with these cells, at this size (0: as has room), from this picture on."""
        if (cells, size, first, zoomed) != (self._cells, self._wished, self._first, self._zoomed):
            self._cells, self._wished, self._first, self._zoomed = cells, size, first, zoomed
            self._strips = []
            self._update()

    @property
    def tiling(self) -> Tiling:
        """How the tiles stand."""
        return self._tiling

    @property
    def sizes(self) -> list[int]:
        """The sizes that there is room for, ascending."""
        count, *shape = self._pictures.shape[:3]
        return tile_sizes(count, (shape[0], shape[1]), self._room, cut=self._cut)

    @property
    def _room(self) -> tuple[int, int]:
        return self.size.width, self.size.height - 1

    def on_resize(self, _event: events.Resize) -> None:
        """How many tiles have room, and how large they are, depends on the size."""
        self._update()

    def _update(self) -> None:
        if not self.is_mounted or not self.size or not len(self._pictures):
            return
        text, before = self._text, self._strips
        self._strips = self._draw()
        if len(before) != len(self._strips):
            self.refresh()
            return
        changed = [0] if text != self._text else []
        pairs = zip(before, self._strips, strict=True)
        changed += [y for y, (old, new) in enumerate(pairs, 1) if list(old) != list(new)]
        if changed:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in changed))

    def _draw(self) -> list[Strip]:
        mode = colour_mode(self.app.console.color_system)
        count, *shape = self._pictures.shape[:3]
        place = (shape[0], shape[1])
        tiles = tiling(count, place, self._room, cut=self._cut, size=self._wished, zoomed=self._zoomed)
        if self._wished and tiles.size not in self.sizes:
            tiles = tiling(count, place, self._room, cut=self._cut, zoomed=self._zoomed)
        self._tiling = tiles
        pictures = self._pictures[self._first : self._first + tiles.places]
        self._text = self._caption(len(pictures))
        kind = ladder.chosen(self._cells, exact=tiles.exact, colours=mode != "none")
        return strips(
            fitted(mosaic(pictures, tiles, cut=self._cut, kind=kind), kind, mode, partial(tile_colours, mode=mode))
        )

    def render_line(self, y: int) -> Strip:
        """The caption, or one line of the tiles."""
        below = self.visual_style.rich_style
        if y == 0 or y > len(self._strips):
            text = self._text if y == 0 else ""
            caption = Segment(text, self.get_component_rich_style("tiles--caption"))
            return Strip([caption]).adjust_cell_length(self.size.width, below)
        strip = self._strips[y - 1]
        # Blocks bring both their colours. Characters bring none, and that breaks Textual's NO_COLOR filter.
        strip = strip if all(part.style and part.style.bgcolor for part in strip) else strip.apply_style(below)
        return strip.adjust_cell_length(self.size.width, below)
