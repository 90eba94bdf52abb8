"""Signed pictures in a grid below a line of text."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import numpy as np
from rich.segment import Segment
from textual import events
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from aetui.render.pixels import Bytes, colour_mode, shrink, strips
from aetui.render.tiles import mosaic, tile_colours, tiling


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
        self._strips: list[Strip] = []

    def show(self, pictures: Bytes, *, cut: bool, caption: Callable[[int], str]) -> None:
        """Show these instead, made by `signed_grey`; `caption` is given the number that there is room for.

        `cut` is whether MNIST's margin may go.
        """
        self._pictures, self._cut, self._caption = pictures, cut, caption
        self._update()

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
        width, height = self.size
        mode = colour_mode(self.app.console.color_system)
        count, *shape = self._pictures.shape[:3]
        tiles = tiling(count, (shape[0], shape[1]), (width, height - 1), cut=self._cut)
        pictures = shrink(self._pictures[: tiles.places], tiles.size, cut=self._cut)
        self._text = self._caption(len(pictures))
        return strips(tile_colours(mosaic(pictures, tiles), mode), mode)

    def render_line(self, y: int) -> Strip:
        """The caption, or one line of the tiles."""
        below = self.visual_style.rich_style
        if y == 0 or y > len(self._strips):
            text = self._text if y == 0 else ""
            caption = Segment(text, self.get_component_rich_style("tiles--caption"))
            return Strip([caption]).adjust_cell_length(self.size.width, below)
        strip = self._strips[y - 1]
        style = next(iter(strip)).style
        # Half blocks bring both their colours. Shades bring none, and that breaks Textual's NO_COLOR filter.
        strip = strip if style and style.bgcolor else strip.apply_style(below)
        return strip.adjust_cell_length(self.size.width, below)
