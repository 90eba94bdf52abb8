"""Signed pictures in a grid below a line of text."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ClassVar

import numpy as np
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from aetui.render import ladder
from aetui.render.cells import fitted, strips
from aetui.render.pixels import Bytes, colour_mode, shrunk_shape
from aetui.render.tiles import Tiling, mosaic, tile_colours, tile_sizes, tiling


class Tiles(Widget):
    """As many tiles as there is room for at a legible size; only lines that changed are sent again."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"tiles--caption", "tiles--cursor"}

    DEFAULT_CSS = """
    Tiles { width: 1fr; height: 1fr; }
    Tiles > .tiles--caption { color: $text-muted; }
    Tiles > .tiles--cursor { color: $accent; text-style: bold; }
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
        self._pointed: tuple[int, int] | None = None
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

    def point(self, picture: int | None, lines: int = 0) -> None:
        """Mark this picture, counted from the first of all; None: no one. With `lines` it is a line of the one picture
        that there is, of so many."""
        pointed = None if picture is None else (picture, lines)
        if pointed != self._pointed:
            self._pointed = pointed
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
        drawn = strips(
            fitted(mosaic(pictures, tiles, cut=self._cut, kind=kind), kind, mode, partial(tile_colours, mode=mode))
        )
        if self._pointed is not None:
            beside = marked_at(self._pointed, self._first, (shape[0], shape[1]), tiles, kind, cut=self._cut)
            self._mark(drawn, beside, plain=kind is ladder.ASCII)
        return drawn

    def _mark(self, drawn: list[Strip], beside: tuple[range, int, int], *, plain: bool) -> None:
        """Put marks into the columns left and right of a picture, where there are such."""
        lines, left, right = beside
        style = self.get_component_rich_style("tiles--cursor")
        for y in lines:
            if y < len(drawn):
                for column, glyph in ((left, ">" if plain else "▐"), (right, "<" if plain else "▌")):
                    if 0 <= column < self.size.width:
                        drawn[y] = _put(drawn[y], column, Segment(glyph, style))

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


def marked_at(
    pointed: tuple[int, int], first: int, shape: tuple[int, int], tiles: Tiling, kind: ladder.CellKind, *, cut: bool
) -> tuple[range, int, int]:
    """The lines of cells of a picture, as `Tiles.point` has it, and the columns beside it; no lines where it is not
    among those from `first` on."""
    picture, lines = pointed
    box = shrunk_shape(*shape, tiles.size, cut=cut)
    high, wide, below = box[0] * kind.down // 2, box[1], max(1, kind.down // 2)
    if lines:
        line = min(picture * high // lines, high - 1) // kind.down
        return range(line, line + 1), -1, wide
    row, column = divmod(picture - first, tiles.across)
    if not 0 <= picture - first < tiles.places:
        return range(0), -1, -1
    top = row * (high + below)
    return (
        range(top // kind.down, (top + high - 1) // kind.down + 1),
        column * (wide + 1) - 1,
        column * (wide + 1) + wide,
    )


def _put(strip: Strip, column: int, mark: Segment) -> Strip:
    """The strip with a mark in this column."""
    length = strip.cell_length
    if column >= length:
        return Strip.join([strip, Strip([Segment(" " * (column - length), Style()), mark])])
    return Strip.join([strip.crop(0, column), Strip([mark]), strip.crop(column + 1)])
