"""Rows of small pictures, such as inputs above what a model makes of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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

from aetui.render import ladder
from aetui.render.arrangement import NO_WISH, Layout, PictureLine, Wish, arrange
from aetui.render.cells import NONE, Cells, Paint, beside, blank, fitted, strips
from aetui.render.pixels import Bytes, ColourMode, boxed, colour_mode, to_grey
from aetui.render.placeholder import placed


class ImageRow(NamedTuple):
    """A row of the grid. `images`: (n, height, width, 1 or 3), float in [0, 1] or uint8."""

    label: str
    images: NDArray[Any]
    paint: Callable[[ColourMode], Paint] | None = None
    """Other colours than its own, for what the terminal can show."""
    ground: int = 0
    """The pixel that stands for nothing."""


class _Block(NamedTuple):
    """A line of pictures as it stands on the screen, as cells and as strips."""

    cells: Cells
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
    cells: reactive[str] = reactive(ladder.AUTO, init=False)
    """The rung of the ladder that is asked for (`aetui.render.ladder.CHOICES`)."""

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
        self._paints: list[tuple[Callable[[ColourMode], Paint] | None, int]] = []
        self._names: tuple[str, ...] = ()
        self._wish = NO_WISH
        self._layout_now: Layout | None = None
        self._written: tuple[object, ...] = ()
        self._lines: list[PictureLine] = []
        self._blocks: list[_Block] = []
        self._texts: dict[int, str] = {}
        self._on_line: dict[int, int] = {}
        """Which block stands on a terminal line."""

    @property
    def layout_now(self) -> Layout | None:
        """How the pictures stand; None without any."""
        return self._layout_now

    @property
    def kind(self) -> ladder.CellKind:
        """The cells that the pictures are drawn in."""
        exact = self._layout_now is not None and self._layout_now.exact
        return ladder.chosen(self.cells, exact=exact, colours=self._mode != "none")

    def show(self, rows: Sequence[ImageRow], wish: Wish = NO_WISH, names: Sequence[str] = ()) -> None:
        """Show these rows instead; all images have the same height and width. No rows: the placeholder.

        `names` are the items', shown where `wish` makes room for them.

        Raises:
            ValueError: images of another shape than (n, height, width, 1 or 3).
        """
        grey = [(row.label, to_grey(row.images)) for row in rows]
        self._rows = [row for row in grey if len(row[1])]
        self._paints = [(row.paint, row.ground) for row, (_, images) in zip(rows, grey, strict=True) if len(images)]
        self._wish, self._names = wish, tuple(names)
        self._update()

    def on_resize(self, _event: events.Resize) -> None:
        """How large and how many the pictures are depends on the size."""
        self._update()

    def watch_mode(self) -> None:
        """Draw all pictures anew in the other colours."""
        self._blocks = []  # black is the same number in every mode, but drawn differently
        self._update()

    def watch_cells(self) -> None:
        """Draw all pictures anew in other cells."""
        self.watch_mode()

    @property
    def _mode(self) -> ColourMode:
        return self.mode or colour_mode(self.app.console.color_system)

    def _update(self) -> None:
        """Bring the blocks up to date and ask for a repaint of what is different."""
        if not self.is_mounted or not self.size:
            return
        layout = arrange(self._rows, *self.size, self._wish) if self._rows else None
        written = (layout, self._names, self._paints, *(label for label, _ in self._rows))
        if written != self._written:
            self._layout_now, self._written, self._blocks = layout, written, []
        if layout is None:
            self._blocks = []
            self.refresh()
            return
        pictures = [self._drawn(row, layout) for row in range(len(self._rows))]
        if self._blocks:
            for index, line in enumerate(self._lines):
                self._replace(index, self._cells(line, pictures, layout), layout)
        else:
            self._place(layout, pictures)

    def _drawn(self, row: int, layout: Layout) -> list[Cells]:
        """The pictures of a row that are shown, each in its cells."""
        images, kind, (paint, ground) = self._rows[row][1][: layout.shown], self.kind, self._paints[row]
        pixels = boxed(images, layout.shape, layout.size, cut=layout.cut, kind=kind)
        if not len(pixels):
            return []
        # All at once, one below the other: each has whole lines of its own.
        count, height, width, *channels = pixels.shape
        full = np.full((count, layout.lines * kind.down, width, *channels), ground, np.uint8)
        full[:, :height] = pixels
        cells = fitted(full.reshape(-1, width, *channels), kind, self._mode, paint(self._mode) if paint else None)
        return [cells.rows(at * layout.lines, (at + 1) * layout.lines) for at in range(count)]

    def _place(self, layout: Layout, pictures: list[list[Cells]]) -> None:
        """Build everything anew."""
        labels = [label for label, _ in self._rows]
        self._lines, self._texts = layout.picture_lines(), layout.texts(labels, self._names)
        cells = [self._cells(line, pictures, layout) for line in self._lines]
        self._blocks = [_Block(each, strips(each)) for each in cells]
        self._on_line = {line.top + y: index for index, line in enumerate(self._lines) for y in range(layout.lines)}
        self.refresh()

    def _cells(self, line: PictureLine, pictures: list[list[Cells]], layout: Layout) -> Cells:
        """One line of pictures side by side; black between them, and where an item has none."""
        black = NONE if (self.kind.ramp and self._mode == "none") or self.kind is ladder.ASCII else 0
        parts, width = [], layout.shape[1]
        for place, (row, item) in enumerate(line.pictures):
            left = layout.column(place) - (layout.column(place - 1) + width if place else 0)
            parts.append(blank(layout.lines, left, black))
            there = item < len(pictures[row])
            parts.append(pictures[row][item] if there else blank(layout.lines, width, black))
        return beside(parts)

    def _replace(self, index: int, cells: Cells, layout: Layout) -> None:
        old = self._blocks[index]
        changed = old.cells.differ(cells)
        if not changed.any():
            return
        # One box: Textual sends a line from the widget's left edge again for every region that it has on it.
        lines, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
        first, last = int(lines[0]), int(lines[-1]) + 1
        left, right = int(columns[0]), int(columns[-1]) + 1
        old.strips[first:last] = strips(cells.rows(first, last))
        self._blocks[index] = _Block(cells, old.strips)
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
        index, text = self._on_line.get(y), self._label(self._texts.get(y, ""), layout.label_width)
        if index is None:
            return text
        pictures = self._pictures(index, y - self._lines[index].top, below)
        return Strip.join([text, pictures]) if layout.label_width else pictures

    def _pictures(self, index: int, line: int, below: Style) -> Strip:
        strip = self._blocks[index].strips[line]
        # Blocks bring both their colours, and more would cost bytes. Characters do not, and a segment without any style
        # breaks Textual's NO_COLOR filter.
        return strip if all(part.style and part.style.bgcolor for part in strip) else strip.apply_style(below)

    def _label(self, text: str, width: int) -> Strip:
        return Strip([Segment(text.ljust(width), self._style("label"))])

    def _placeholder_line(self, y: int) -> Strip:
        lines = placed(self.placeholder, *self.size)
        return Strip([Segment(lines[y] if y < len(lines) else "", self._style("placeholder"))])

    def _style(self, part: str) -> Style:
        return self.get_component_rich_style(f"image-grid--{part}")
