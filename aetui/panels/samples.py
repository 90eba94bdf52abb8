"""New images out of fixed draws from the prior, the same at every epoch, and what each code dimension carries."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.widgets import Static

from aetui.panels.pages import stepped, turned
from aetui.panels.table import View
from aetui.render.arrangement import Wish, arrange, sizes
from aetui.render.bars import MUTED, bars
from aetui.render.pixels import colour_mode, to_grey
from aetui.taking import of_pictures
from aetui.taking.taken import Taken
from aetui.widgets.image_grid import ImageGrid, ImageRow

PLACEHOLDER = "Images from the prior appear after the first epoch"
MISSING = "This run keeps no images from the prior: its codes follow none, or an older version trained it"

NO_IMAGES = "New items are no images here: `aetui sample` writes them in the units of the columns"

ACTIVE = 0.01
"""Nats; a dimension with less tells nothing about its item."""

BESIDE, BELOW = 60, 20
"""Columns from which the divergences stand beside the images, and lines from which, otherwise, below them."""


def divergences(kl: NDArray[np.float32], size: tuple[int, int], *, blocks: bool = True) -> list[Content]:
    """`kl`, nats per code dimension, as bars from the largest down, below their sum; as many as fit into `size`."""
    width, height = size
    summary = f"KL {kl.sum():.1f} nats · {(kl > ACTIVE).sum():,} of {len(kl):,} active"
    lines = [Content.styled(summary, MUTED).truncate(width, ellipsis=True)]
    order = np.argsort(-np.nan_to_num(kl), kind="stable")
    fitting = len(order) if len(order) < height else max(0, height - 2)
    rows = [(f"z{i + 1}", float(kl[i]), f"{kl[i]:.3f}") for i in order[:fitting].tolist()]
    lines += bars(rows, width, rows[0][1] if rows else 1.0, blocks=blocks)
    if fitting < len(order) and height > 1:
        rest = f"and {len(order) - fitting:,} more, at most {kl[order[fitting]]:.3f}"
        lines.append(Content.styled(rest, MUTED).truncate(width, ellipsis=True))
    return lines


def _images(view: View) -> NDArray[np.float32] | None:
    """The new items where they are images."""
    generated = view.views.get("generated")
    return generated if generated is not None and generated.ndim == 4 else None


class Divergences(Static):
    """The bars of `divergences`, as many as fit."""

    def __init__(self) -> None:
        super().__init__()
        self._kl: NDArray[np.float32] | None = None

    def show(self, kl: NDArray[np.float32]) -> None:
        """Nats per code dimension, shape (code size,)."""
        self._kl = kl
        self._update()

    def on_resize(self, _event: events.Resize) -> None:
        """Draw as many bars as have room now."""
        self._update()

    def _update(self) -> None:
        if not self.is_mounted or not self.size or self._kl is None:
            return
        blocks = colour_mode(self.app.console.color_system) != "none"
        self.update(Content("\n").join(divergences(self._kl, self.size, blocks=blocks)), layout=False)


class PriorSamples(Container):
    """The samples panel."""

    DEFAULT_CSS = """
    PriorSamples { layout: vertical; }
    PriorSamples.-beside { layout: horizontal; }
    PriorSamples > Divergences { display: none; width: 1fr; height: 8; margin-top: 1; text-wrap: nowrap; }
    PriorSamples.-below.-measured > Divergences { display: block; }
    PriorSamples.-beside.-measured > Divergences { display: block; width: 32; height: 1fr; margin: 0 0 0 2; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[object, ...] = ()
        self._view: View | None = None
        self._wished = 0
        """Height of pictures that the user wants; 0: as has room."""
        self._first = 0
        """Of the images on this page."""

    def compose(self) -> ComposeResult:
        """The images and the bars; where the bars stand, `on_resize` decides."""
        yield ImageGrid(placeholder=PLACEHOLDER)
        yield Divergences()

    def on_resize(self, event: events.Resize) -> None:
        """Bars beside the images in a wide place, below them in a narrow high one, else none."""
        beside = event.size.width >= BESIDE
        self.set_class(beside, "-beside")
        self.set_class(not beside and event.size.height >= BELOW, "-below")

    def show(self, view: View) -> None:
        """Draw images and bars of the epoch under the cursor, or say why there are none."""
        why = view.instead(PLACEHOLDER, NO_IMAGES if "generated" in view.views else MISSING)
        what = (id(view.samples), why, view.cells, view.zoomed, self._wished, self._first)
        self._view = view
        if what == self._shown:
            return
        self._shown = what
        generated, kl = _images(view), view.views.get("kl")
        grid = self.query_one(ImageGrid)
        grid.placeholder, grid.cells = why, view.cells
        wish = Wish(self._wished, view.zoomed, items=0 if generated is None else len(generated))
        grid.show([] if generated is None else [ImageRow("", generated[self._first :])], wish)
        self.set_class(kl is not None, "-measured")
        if kl is not None:
            self.query_one(Divergences).show(kl)

    def taken(self, view: View) -> Taken:
        """The images, and the divergence of each dimension in its order."""
        return of_pictures.samples(view)

    def step_size(self, by: int) -> str:
        """Images one size larger or smaller; where that is what has room by itself, it is left to the room again."""
        grid, view = self.query_one(ImageGrid), self._view
        generated = _images(view) if view else None
        if view is None or generated is None or grid.layout_now is None:
            return ""
        rows = [("", to_grey(generated))]
        size, told = stepped(sizes(rows, *grid.size), grid.layout_now.size, by)
        by_itself = arrange(rows, *grid.size, Wish(zoomed=view.zoomed)).size
        self._wished = 0 if by_itself == size else size
        self.show(view)
        return told

    def turn_page(self, by: int) -> str:
        """The next images, or those before."""
        layout, view = self.query_one(ImageGrid).layout_now, self._view
        generated = _images(view) if view else None
        if view is None or generated is None or layout is None:
            return ""
        self._first, told = turned(self._first, layout.shown, len(generated), by)
        self.show(view)
        return told
