"""The drawing and what is made of it, side by side in cells; the drawing takes the mouse."""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from aetui.panels.drawing.view import GAP, Frame
from aetui.render.cells import NONE, Cells, Paint, fitted, strips
from aetui.render.ladder import FLAT, CellKind
from aetui.render.pixels import ColourMode, quantise, to_grey
from aetui.render.text import plain

ON_DARK, ON_LIGHT = (0xAF5F00, 0xFFAF00), (0x005FAF, 0x5FAFFF)
"""The cursor above dark and above bright pixels: while it paints, and while it erases."""
BRIGHT = 110
RING = 3
"""Columns of a pixel from which the cursor is a frame round it."""
RIGHT = 3


class Picture(NamedTuple):
    """`image`: (height, width, 1 or 3), float in [0, 1], or what `paint` takes."""

    label: str
    image: NDArray[Any]
    paint: Paint | None = None


class Shown(NamedTuple):
    """All that the board depends on beside the pictures."""

    frame: Frame
    kind: CellKind
    mode: ColourMode
    cursor: tuple[int, int] | None
    """The pixel that is marked; None: none."""
    erases: bool = False
    coloured: bool = True
    """Whether the cursor can be told by its colour."""
    labels: bool = True


class Board(Widget):
    """Pictures of one size, the first of which is drawn on; only lines that changed are sent again."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"board--label"}

    DEFAULT_CSS = """
    Board { width: auto; height: 1fr; }
    Board > .board--label { color: $foreground 70%; }
    """

    class Touched(Message):
        """The mouse was pressed on the drawing, or is held there; `place` is a row and a column, between two pixels
        where both are meant."""

        def __init__(self, place: tuple[float, float], *, erases: bool) -> None:
            super().__init__()
            self.place = place
            self.erases = erases

    class Lifted(Message):
        """The mouse was let go."""

    def __init__(self) -> None:
        super().__init__()
        self.corner = (0, 0)
        """The pixel in the upper left corner."""
        self._shown: Shown | None = None
        self._lines: list[Strip] = []
        self._cells_now: list[Cells] = []
        self._erasing: bool | None = None
        """While a button is held: whether it erases."""

    def show(self, pictures: list[Picture], shown: Shown) -> None:
        """Show these instead, at most as many as have room."""
        frame, cursor = shown.frame, shown.cursor
        if cursor is not None and self._erasing is None:  # under the mouse nothing moves by itself
            self.corner = frame.corner(cursor, self.corner)
        self.corner = frame.corner(self.corner, self.corner) if cursor is None else self.corner
        self._shown = shown
        changed = self._redraw(pictures[: frame.pictures], shown)
        if changed is None:
            self.refresh()
        elif changed:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in changed))

    def render_line(self, y: int) -> Strip:
        """A line of labels or pictures."""
        below = self.visual_style.rich_style
        strip = self._lines[y] if y < len(self._lines) else Strip([])
        return strip.apply_style(below).adjust_cell_length(self.size.width, below)

    # Drawing.

    def _redraw(self, pictures: list[Picture], shown: Shown) -> list[int] | None:
        """Bring the lines up to date: those that changed, or None where all of them did."""
        cells = [self._cells(picture, shown, marked=place == 0) for place, picture in enumerate(pictures)]
        labels = [self._labels(pictures, shown)] if shown.labels else []
        before, self._cells_now = self._cells_now, cells
        head = len(labels)
        alike = [old.glyphs.shape for old in before] == [new.glyphs.shape for new in cells]
        if not alike or len(self._lines) != head + len(cells[0].glyphs):
            self._lines = labels + [self._line(cells, y) for y in range(len(cells[0].glyphs))]
            return None
        differ = np.any([old.differ(new).any(axis=1) for old, new in zip(before, cells, strict=True)], axis=0)
        changed = [head + int(y) for y in np.flatnonzero(differ)]
        for y in changed:
            self._lines[y] = self._line(cells, y - head)
        if labels and labels[0] != self._lines[0]:
            self._lines[0] = labels[0]
            changed.append(0)
        return changed

    def _line(self, cells: list[Cells], y: int) -> Strip:
        """The line `y` of all pictures."""
        gap = Strip([Segment(" " * GAP, Style())])
        parts = [strips(each.rows(y, y + 1))[0] for each in cells]
        return Strip.join([each for part in parts for each in (gap, part)][1:])

    def _labels(self, pictures: list[Picture], shown: Shown) -> Strip:
        columns = shown.frame.columns
        text = (" " * GAP).join(plain(each.label, columns).ljust(columns) for each in pictures)
        style = Style.from_color(self.get_component_rich_style("board--label").color)
        return Strip([Segment(text, style)])

    def _cells(self, picture: Picture, shown: Shown, *, marked: bool) -> Cells:
        frame, (top, left) = shown.frame, self.corner
        height, width = frame.shown
        window = picture.image[top : top + height, left : left + width]
        down = frame.scale // 2 if shown.kind is FLAT else frame.scale
        pixels = to_grey(window[None])[0].repeat(down, axis=0).repeat(frame.scale, axis=1)
        cursor = shown.cursor if marked else None

        def paint(values: NDArray[np.uint8]) -> NDArray[np.int64]:
            colours = picture.paint(values) if picture.paint else quantise(values, shown.mode)
            if cursor is not None and shown.coloured:
                self._mark(colours, values, cursor, (down, frame.scale), erases=shown.erases)
            return colours

        cells = fitted(pixels, shown.kind, shown.mode, paint)
        if cursor is not None and not shown.coloured:
            cell = np.s_[(cursor[0] - top) * frame.scale // 2, max(0, (cursor[1] - left) * frame.scale)]
            self._mark_with_a_sign(cells, cell, frame.scale, erases=shown.erases)
        return cells

    def _mark_with_a_sign(self, cells: Cells, at: tuple[int, int], across: int, *, erases: bool) -> None:
        """The cursor where no colour tells it: a sign that is seen on dark and on bright ground."""
        (line, column), (lines, columns) = at, cells.glyphs.shape
        if not (0 <= line < lines and 0 <= column < columns):
            return
        here = np.s_[line, column : column + across]
        cells.glyphs[here] = ord("x" if erases else "+")
        paper = cells.paper[here]
        if (paper != NONE).all():
            bright = ((paper >> 8) & 255).mean() > BRIGHT
            cells.ink[here] = 0 if bright else 0xFFFFFF
        else:
            cells.ink[here] = cells.paper[here] = NONE

    def _mark(
        self,
        colours: NDArray[np.int64],
        values: NDArray[np.uint8],
        cursor: tuple[int, int],
        size: tuple[int, int],
        *,
        erases: bool,
    ) -> None:
        """The cursor's pixel in colours of its own; a large one keeps what is in its middle."""
        y, x = (at - first for at, first in zip(cursor, self.corner, strict=True))
        block = np.s_[max(0, y * size[0]) : max(0, (y + 1) * size[0]), max(0, x * size[1]) : max(0, (x + 1) * size[1])]
        under = values[block]
        if not under.size:
            return
        tone = (ON_LIGHT if erases else ON_DARK)[int(under.mean() > BRIGHT)]
        inside = colours[block][1:-1, 1:-1].copy()
        colours[block] = tone
        if min(size) >= RING:
            colours[block][1:-1, 1:-1] = inside

    # The mouse.

    def _place(self, event: events.MouseEvent) -> tuple[float, float] | None:
        if self._shown is None:
            return None
        above = int(self._shown.labels)
        return self._shown.frame.pixel(event.pointer_x, event.pointer_y - above, self.corner)

    def _inside(self, event: events.MouseEvent) -> bool:
        shown = self._shown
        if shown is None:
            return False
        above = int(shown.labels)
        return 0 <= event.x < shown.frame.columns and above <= event.y < above + shown.frame.lines

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """The left button paints; the right one erases, and so does the left one with a modifier."""
        if self._inside(event):
            self._erasing = event.button == RIGHT or event.ctrl or event.meta or event.shift
            self.capture_mouse()
            self._touch(event)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """The brush follows a button that is held, also past the edge and back."""
        if self._erasing is not None:
            self._touch(event)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """The stroke ends."""
        event.stop()
        if self._erasing is not None:
            self._erasing = None
            self.release_mouse()
            self.post_message(self.Lifted())

    def _touch(self, event: events.MouseEvent) -> None:
        event.stop()
        place = self._place(event)
        if place is not None:
            self.post_message(self.Touched(place, erases=bool(self._erasing)))
