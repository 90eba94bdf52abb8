"""Rows of small pictures in half blocks, such as inputs above what a model makes of them."""

from __future__ import annotations

from collections.abc import Sequence
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

from aetui.render.arrangement import Layout, PictureLine, arrange
from aetui.render.pixels import Bytes, ColourMode, colour_mode, quantise, shrink, strips, to_grey
from aetui.render.placeholder import placed


class ImageRow(NamedTuple):
    """A row of the grid. `images`: (n, height, width, 1 or 3), float in [0, 1] or uint8."""

    label: str
    images: NDArray[Any]


class _Block(NamedTuple):
    """A line of pictures as it stands on the screen: the colours shown, shape (H, W), and the same as strips."""

    colours: NDArray[np.int64]
    strips: list[Strip]


class ImageGrid(Widget):
    """Rows of pictures under each other, as large as fits; only the cells that changed are sent again."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"image-grid--label", "image-grid--placeholder"}

    DEFAULT_CSS = """
    ImageGrid { width: 1fr; height: 1fr; }
    ImageGrid > .image-grid--label { color: $foreground 70%; }
    ImageGrid > .image-grid--placeholder { color: $text-muted; }
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
        self._lines: list[PictureLine] = []
        self._blocks: list[_Block] = []
        self._texts: dict[int, str] = {}
        self._on_line: dict[int, int] = {}
        """Which block stands on a terminal line."""

    def show(self, rows: Sequence[ImageRow]) -> None:
        """Show these rows instead; all images have the same height and width. No rows: the placeholder.

        Raises:
            ValueError: images of another shape than (n, height, width, 1 or 3).
        """
        grey = [(row.label, to_grey(row.images)) for row in rows]
        self._rows = [row for row in grey if len(row[1])]
        self._update()

    def on_resize(self, _event: events.Resize) -> None:
        """How large and how many the pictures are depends on the size."""
        self._update()

    def watch_mode(self) -> None:
        """Draw all pictures anew in the other colours."""
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
        if layout is None:
            self._blocks = []
            self.refresh()
            return
        small = [shrink(images[: layout.shown], layout.size, cut=layout.cut) for _, images in self._rows]
        if self._blocks:
            for index, line in enumerate(self._lines):
                self._replace(index, self._colours(line, small), layout)
        else:
            self._place(layout, small)

    def _place(self, layout: Layout, small: list[Bytes]) -> None:
        """Build everything anew."""
        self._lines, self._texts = layout.picture_lines(), layout.texts(self._labels)
        colours = [self._colours(line, small) for line in self._lines]
        self._blocks = [_Block(pixels, strips(pixels, self._mode)) for pixels in colours]
        self._on_line = {line.top + y: index for index, line in enumerate(self._lines) for y in range(layout.lines)}
        self.refresh()

    def _colours(self, line: PictureLine, small: list[Bytes]) -> NDArray[np.int64]:
        """One line of pictures side by side, as the colours really shown."""
        layout = self._layout_now
        assert layout is not None
        height, width = layout.shape
        pixels = np.zeros((height, layout.column(len(line.pictures) - 1) + width, *small[0].shape[3:]), np.uint8)
        for place, (row, item) in enumerate(line.pictures):
            if item < len(small[row]):
                left = layout.column(place)
                pixels[:, left : left + width] = small[row][item]
        return quantise(pixels, self._mode)

    def _replace(self, index: int, colours: NDArray[np.int64], layout: Layout) -> None:
        old = self._blocks[index]
        changed = old.colours != colours
        if not changed.any():
            return
        # One box: Textual sends a line from the widget's left edge again for every region that it has on it.
        lines, columns = np.flatnonzero(changed.any(axis=1)) // 2, np.flatnonzero(changed.any(axis=0))
        first, last = int(lines[0]), int(lines[-1]) + 1
        left, right = int(columns[0]), int(columns[-1]) + 1
        old.strips[first:last] = strips(colours[2 * first : 2 * last], self._mode)
        self._blocks[index] = _Block(colours, old.strips)
        top = self._lines[index].top
        self.refresh(Region(layout.label_width + left, top + first, right - left, last - first))

    def render_line(self, y: int) -> Strip:
        """One line of the grid, or of the placeholder."""
        width, below = self.size.width, self.visual_style.rich_style
        return self._line(y, below).adjust_cell_length(width, below)

    def _line(self, y: int, below: Style) -> Strip:
        layout = self._layout_now
        if layout is None or not self._blocks:
            return self._placeholder_line(y)
        text = self._label(self._texts.get(y, ""), layout.label_width)
        index = self._on_line.get(y)
        if index is None:
            return text
        pictures = self._pictures(index, y - self._lines[index].top, below)
        return Strip.join([text, pictures]) if layout.label_width else pictures

    def _pictures(self, index: int, line: int, below: Style) -> Strip:
        strip = self._blocks[index].strips[line]
        style = next(iter(strip)).style
        # Half blocks bring both their colours, and more would cost bytes. Shades and half a pixel line do not, and a
        # segment without any style breaks Textual's NO_COLOR filter.
        return strip if style and style.bgcolor else strip.apply_style(below)

    def _label(self, text: str, width: int) -> Strip:
        return Strip([Segment(text.ljust(width), self._style("label"))])

    def _placeholder_line(self, y: int) -> Strip:
        lines = placed(self.placeholder, *self.size)
        return Strip([Segment(lines[y] if y < len(lines) else "", self._style("placeholder"))])

    def _style(self, part: str) -> Style:
        return self.get_component_rich_style(f"image-grid--{part}")
