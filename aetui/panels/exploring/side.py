"""Beside the maps: what is decoded, as large as fits, the nearest items, or words about them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from aetui.panels.exploring import lines, pictures
from aetui.panels.exploring.place import Near, Place
from aetui.panels.items import shown
from aetui.panels.table import View
from aetui.render.arrangement import Wish
from aetui.widgets.image_grid import ImageGrid, ImageRow

STRIP = 7
"""Lines that pictures of the nearest items take."""
ENOUGH = 14
"""Lines that the picture has before they get some."""
LEAST = 20
"""Columns at least."""
NEAREST = 5

Floats = NDArray[np.float32]


class Scene(NamedTuple):
    """What is to be seen."""

    place: Place
    near: Near
    output: Floats | None
    """What is decoded here, an item; None: nothing yet."""
    many: Callable[[int, int], Floats | None] | None
    """Pictures in so many rows and columns that are to be seen in its place."""
    page: int
    """Of the marked items."""


class Side(Vertical):
    """Pictures for items that are such, else words."""

    DEFAULT_CSS = """
    Side { width: 30; height: 1fr; margin-left: 2; }
    Side > #picture { height: 1fr; }
    Side > #near { height: 6; margin-top: 1; }
    Side > #words { height: 1fr; text-wrap: nowrap; }
    """

    def compose(self) -> ComposeResult:
        """The picture, the nearest items, words."""
        yield ImageGrid(id="picture")
        yield ImageGrid(id="near")
        yield Static(id="words", markup=False)

    @property
    def rows(self) -> int:
        """Marked items on a page."""
        return max(1, (self.query_one("#words").size.height or self.size.height) - 1)

    def show(self, scene: Scene, view: View | None) -> None:
        """Show this instead."""
        output, place = scene.output, scene.place
        images = output is not None and pictures.pictured(output.shape)
        listed = place.marked is not None
        near = self.query_one("#near", ImageGrid)
        beside = images and not listed and scene.many is None and place.found.items is not None
        lines_left = self.size.height - STRIP
        near.display = beside and output is not None and 2 * lines_left >= min(2 * ENOUGH, output.shape[0])
        picture, words = self.query_one("#picture", ImageGrid), self.query_one("#words", Static)
        picture.display, words.display = images, listed or not images
        if images and output is not None:
            self._draw_picture(picture, scene, output, view)
        if near.display and place.found.items is not None:
            near.cells = picture.cells
            names = [place.label(item) for item in scene.near.items]
            rows = [ImageRow("", place.found.items[scene.near.items])]
            near.show(rows, Wish(names=any(names), items=NEAREST), names)
        if words.display:
            words.update(Content("\n").join(self._words(scene, view)))

    def _draw_picture(self, grid: ImageGrid, scene: Scene, output: Floats, view: View | None) -> None:
        width, height = grid.size if grid.size else self.size
        if not width or not height:
            return
        whole: NDArray[Any] = output[None]
        if scene.many is not None:
            rows, columns = pictures.tiling((output.shape[0], output.shape[1]), (width, height))
            found = scene.many(rows, columns)
            whole = whole if found is None else pictures.mosaic(found, rows, columns)
        size = pictures.largest((whole.shape[1], whole.shape[2]), (width, height))
        grid.cells = view.cells if view else grid.cells
        grid.show([ImageRow("", whole)], Wish(size=size, items=1))

    def _words(self, scene: Scene, view: View | None) -> list[Content]:
        place, near, output = scene.place, scene.near, scene.output
        width, height = self.size.width or LEAST, self.rows + 1
        if place.marked is not None:
            some = place.marked[scene.page * self.rows : (scene.page + 1) * self.rows].tolist()
            told = f"{len(place.marked):,} marked · error, class, item"
            return [Content.styled(told[:width], lines.QUIET), *lines.items(place, some, None, width)]
        found = shown(view) if view else None
        items = place.found.items
        if found is not None and output is not None and output.shape[-1] == len(found.names):
            beside = None if items is None or not near.items else items[near.items[0]]
            return lines.numbers(found, output, beside, (width, height))
        more = place.near(height - 1)
        head = Content.styled("nearest · distance, class, item"[:width], lines.QUIET)
        return [head, *lines.items(place, more.items, more.distances, width)]
