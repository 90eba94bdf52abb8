"""Rows of small pictures in half blocks, such as inputs above what a model makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from aetui.render.pixels import (
    Bytes,
    ColourMode,
    colour_mode,
    has_margin,
    quantise,
    shrink,
    shrunk_shape,
    strips,
    to_grey,
)

SIZES = (28, 20, 14, 10)
"""Picture heights in pixels, the preferred first."""

_ENOUGH = 3  # pictures side by side: fewer say little, so a smaller size is taken before that


class ImageRow(NamedTuple):
    """A row of the grid. `images`: (n, height, width, 1 or 3), float in [0, 1] or uint8."""

    label: str
    images: NDArray[Any]


class Layout(NamedTuple):
    """Where the pictures go."""

    size: int
    """Height of a picture in pixels, as `shrink` takes it."""
    cut: bool
    """Whether MNIST's margin is removed where the size asks for it."""
    across: int
    """Pictures side by side."""
    gap: int
    """Black columns between two pictures."""
    label_width: int
    """Columns left of the pictures; 0 when each label has a line above its row."""
    lines: int
    """Terminal lines of a row without its label."""
    pitch: int
    """Terminal lines from one row to the next."""


def arrange(rows: Sequence[tuple[str, Bytes]], width: int, height: int) -> Layout:
    """The largest pictures with which all rows fit into `width` × `height` cells, at least three side by side.

    Labels stand above the rows where that makes room for more. The first row's images decide whether there is a
    margin to cut. When nothing fits, the smallest size: what does not fit is not shown. `rows` must not be empty.
    """
    margin = has_margin(rows[0][1])
    best = None
    for size in SIZES:
        for above in (False, True):
            layout = _layout(rows, width, height, size, margin, above)
            wanted = min(_ENOUGH, max(len(images) for _, images in rows))
            fits = layout.pitch * (len(rows) - 1) + layout.lines + above <= height
            if fits and layout.across >= wanted:
                return layout
            if fits and (best is None or layout.across > best.across):
                best = layout
    return best or _layout(rows, width, height, SIZES[-1], margin, above=False)


def _layout(rows: Sequence[tuple[str, Bytes]], width: int, height: int, size: int, margin: bool, above: bool) -> Layout:
    available = max(len(images) for _, images in rows)
    picture = shrunk_shape(rows[0][1].shape[1], rows[0][1].shape[2], size, cut=margin)
    # Pictures that keep their own black margin need no other between them.
    gap = 0 if margin and picture[0] in (14, 28) else 1
    label_width = 0 if above else max(len(label) for label, _ in rows) + 1
    across = max(1, min(available, (width - label_width + gap) // (picture[1] + gap)))
    lines = -(-picture[0] // 2)
    block = lines + above
    spare = len(rows) * (block + 1) - 1 <= height
    return Layout(size, margin, across, gap, label_width, lines, block + spare)


class _Block(NamedTuple):
    """One row as it stands on the screen: the colours shown, shape (H, W), and the same as strips."""

    colours: NDArray[np.int64]
    strips: list[Strip]


class ImageGrid(Widget):
    """Rows of pictures under each other, as large as fits; only the cells that changed are sent again."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"image-grid--label", "image-grid--placeholder"}

    DEFAULT_CSS = """
    ImageGrid { width: 1fr; height: 1fr; }
    ImageGrid > .image-grid--label { color: $foreground 70%; }
    ImageGrid > .image-grid--placeholder { color: $foreground 60%; }
    """

    mode: reactive[ColourMode | None] = reactive(None, init=False)
    """The colours to use; None takes what the terminal can show, "none" draws with ░▒▓█."""

    def __init__(
        self,
        placeholder: str = "",
        *,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
        disabled: bool = False,
    ) -> None:
        """`placeholder` is shown as long as there are no pictures."""
        super().__init__(name=name, id=id, classes=classes, disabled=disabled)
        self.placeholder = placeholder
        self._rows: list[tuple[str, Bytes]] = []
        self._layout_now: Layout | None = None
        self._labels: tuple[str, ...] = ()
        self._blocks: list[_Block] = []

    def show(self, rows: Sequence[ImageRow]) -> None:
        """Show these rows instead; all images have the same height and width. No rows: the placeholder.

        Raises:
            ValueError: images of another shape than (n, height, width, 1 or 3).
        """
        grey = [(row.label, to_grey(row.images)) for row in rows]
        self._rows = [row for row in grey if len(row[1])]
        self._update()

    def on_resize(self, _event: events.Resize) -> None:
        self._update()

    def watch_mode(self) -> None:
        self._blocks = []  # black is the same number in every mode, but drawn differently
        self._update()

    @property
    def _mode(self) -> ColourMode:
        return self.mode or colour_mode(self.app.console.color_system)

    def _update(self) -> None:
        """Bring the blocks up to date and ask for a repaint of what is different."""
        if not self.is_mounted or not self.size:
            return
        layout = arrange(self._rows, *self.size) if self._rows else None
        labels = tuple(label for label, _ in self._rows)
        if layout != self._layout_now or labels != self._labels:
            self._layout_now, self._labels, self._blocks = layout, labels, []
        if layout is None or not self._blocks:
            self._blocks = [self._block(images) for _, images in self._rows]
            self.refresh()
            return
        for index, (_, images) in enumerate(self._rows):
            self._replace(index, self._colours(images), layout)

    def _colours(self, images: Bytes) -> NDArray[np.int64]:
        """One row side by side, as the colours really shown."""
        layout = self._layout_now
        assert layout is not None
        small = shrink(images[: layout.across], layout.size, cut=layout.cut)
        padding = [(0, 0), (0, 0), (0, layout.gap), *[(0, 0)] * (small.ndim - 3)]
        row = np.concatenate(list(np.pad(small, padding)), axis=1)
        return quantise(row[:, : row.shape[1] - layout.gap], self._mode)

    def _block(self, images: Bytes) -> _Block:
        colours = self._colours(images)
        return _Block(colours, strips(colours, self._mode))

    def _replace(self, index: int, colours: NDArray[np.int64], layout: Layout) -> None:
        old = self._blocks[index]
        if old.colours.shape != colours.shape:
            self._blocks[index] = _Block(colours, strips(colours, self._mode))
            self.refresh()
            return
        changed = old.colours != colours
        if not changed.any():
            return
        lines, columns = np.flatnonzero(changed.any(axis=1)) // 2, np.flatnonzero(changed.any(axis=0))
        first, last = int(lines[0]), int(lines[-1]) + 1
        left, right = int(columns[0]), int(columns[-1]) + 1
        old.strips[first:last] = strips(colours[2 * first : 2 * last], self._mode)
        self._blocks[index] = _Block(colours, old.strips)
        top = index * layout.pitch + (layout.label_width == 0)
        self.refresh(Region(layout.label_width + left, top + first, right - left, last - first))

    def render_line(self, y: int) -> Strip:
        """One line of the grid, or of the placeholder."""
        width, below = self.size.width, self.visual_style.rich_style
        return self._line(y, below).adjust_cell_length(width, below)

    def _line(self, y: int, below: Style) -> Strip:
        layout = self._layout_now
        if layout is None or not self._blocks:
            return self._placeholder_line(y)
        index, line = divmod(y, layout.pitch)
        above = layout.label_width == 0
        if index >= len(self._blocks) or line >= layout.lines + above:
            return Strip([])
        label = self._labels[index]
        if above:
            return self._pictures(index, line - 1, below) if line else self._label(label)
        middle = (layout.lines - 1) // 2
        beside = self._label(label if line == middle else "", layout.label_width)
        return Strip.join([beside, self._pictures(index, line, below)])

    def _pictures(self, index: int, line: int, below: Style) -> Strip:
        strip = self._blocks[index].strips[line]
        style = next(iter(strip)).style
        # Half blocks bring both their colours, and more would cost bytes. Shades and half a pixel line do not, and a
        # segment without any style breaks Textual's NO_COLOR filter.
        return strip if style and style.bgcolor else strip.apply_style(below)

    def _label(self, text: str, width: int = 0) -> Strip:
        return Strip([Segment(text.ljust(width), self._style("label"))])

    def _placeholder_line(self, y: int) -> Strip:
        width, height = self.size
        text = wrap(self.placeholder, max(1, width - 2))
        line = y - max(0, height - len(text)) // 2
        centred = text[line].center(width) if 0 <= line < len(text) else ""
        return Strip([Segment(centred, self._style("placeholder"))])

    def _style(self, part: str) -> Style:
        return self.get_component_rich_style(f"image-grid--{part}")
