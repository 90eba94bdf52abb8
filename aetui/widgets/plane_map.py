"""A map of the plane: points or counts in a window that zooms and pans, a crosshair, a rectangle, marks of others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from aetui.render.pixels import colour_mode
from aetui.render.plane.colouring import Coloured, Colouring
from aetui.render.plane.drawing import Drawing, Ground, Wanted, differing, laid, titled
from aetui.render.plane.marked import Marks, Over, covering
from aetui.render.plane.source import Look, Points, Source
from aetui.render.plane.window import Cells, Window

ZOOM = 2.0
"""How much larger a step makes what is seen."""
FARTHEST = 4.0
"""How many times as wide as all points a window is at most."""


class PlaneMap(Widget):
    """Points of a plane. Keys are bound by whoever has one; the mouse moves the crosshair, its wheel zooms, and a
    rectangle is marked by dragging."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "plane-map--title",
        "plane-map--axis",
        "plane-map--crosshair",
        "plane-map--rectangle",
        "plane-map--marks",
    }

    DEFAULT_CSS = """
    PlaneMap { width: 1fr; height: 1fr; }
    PlaneMap > .plane-map--title { color: $foreground 80%; }
    PlaneMap > .plane-map--axis { color: $text-muted; }
    PlaneMap > .plane-map--crosshair { color: $foreground; }
    PlaneMap > .plane-map--rectangle { color: $accent; }
    PlaneMap > .plane-map--marks { color: $foreground; text-style: bold; }
    """

    class Moved(Message):
        """The crosshair is somewhere else now."""

        def __init__(self, map: PlaneMap, x: float, y: float) -> None:
            super().__init__()
            self.map, self.x, self.y = map, x, y

        @property
        def control(self) -> PlaneMap:
            """The map that it is on."""
            return self.map

    class Marked(Message):
        """A rectangle was marked; its borders are those of cells."""

        def __init__(self, map: PlaneMap, x0: float, y0: float, x1: float, y1: float) -> None:
            super().__init__()
            self.map, self.x0, self.y0, self.x1, self.y1 = map, x0, y0, x1, y1

        @property
        def control(self) -> PlaneMap:
            """The map that it is on."""
            return self.map

    class Changed(Message):
        """Another window, or other points, or another legend: what is told beside the map may have to change."""

        def __init__(self, map: PlaneMap) -> None:
            super().__init__()
            self.map = map

        @property
        def control(self) -> PlaneMap:
            """The map in question."""
            return self.map

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.source: Source | None = None
        """What is shown."""
        self._titles: tuple[str, ...] = ()
        self._y_ticks = True
        self._window: Window | None = None
        self._crosshair: tuple[float, float] | None = None
        self._rectangle: Window | None = None
        self._anchor: tuple[float, float] | None = None
        self._dragged_from: tuple[float, float] | None = None
        self._marks: dict[str, Marks] = {}
        self._drawing = Drawing()
        self._made_of: tuple[object, ...] | None = None

    # What is shown.

    def show(
        self,
        points: NDArray[Any] | Source,
        colouring: Colouring = None,
        *,
        titles: Sequence[str] = (),
        y_ticks: bool = True,
    ) -> None:
        """Show these points (n, 2), coloured by class or number, or what another source has.

        `titles` is the line above in several lengths, the longest first; none: no such line. The window stays where it
        is: call `whole` where these points have nothing to do with those before.

        Raises:
            ValueError: points of another shape, or a colouring of another number of points.
        """
        self.source = Points(points, colouring) if isinstance(points, np.ndarray) else points
        self._titles, self._y_ticks = tuple(titles), y_ticks
        self._update()
        self.post_message(self.Changed(self))

    def put(
        self, points: NDArray[Any] | Sequence[Sequence[float]], glyph: str | Sequence[str], *, layer: str = ""
    ) -> None:
        """Marks of another meaning over the points: (n, 2), in the place of those that the `layer` had. `glyph`:
        one for all, or one for each; each is one cell wide."""
        glyphs = tuple(glyph)
        places = np.asarray(points, np.float64).reshape(-1, 2)
        if len(places) and glyphs:
            self._marks[layer] = Marks(tuple((x, y) for x, y in places.tolist()), glyphs)
        else:
            self._marks.pop(layer, None)
        self._update()

    @property
    def legend(self) -> Coloured | None:
        """What the colours mean, once it was drawn."""
        ground = self._draw_ground()
        return ground.drawn.legend if ground else None

    @property
    def shown(self) -> int:
        """How many points lie in the window."""
        ground = self._draw_ground()
        return ground.drawn.shown if ground else 0

    @property
    def cells(self) -> Cells | None:
        """The cells of what is on the screen; None while there is none."""
        ground = self._draw_ground()
        return ground.cells if ground else None

    # The window.

    @property
    def window(self) -> Window | None:
        """What is on the screen; None while there is none."""
        cells = self.cells
        return cells.window if cells else None

    @window.setter
    def window(self, window: Window | None) -> None:
        """Show this part, as nearly as it can be; None: all of it."""
        if window != self._window:
            self._window = window
            self._update()
            self.post_message(self.Changed(self))

    @property
    def magnified(self) -> float:
        """How much larger than in the whole all is."""
        window = self.window
        return self.source.whole().width / window.width if window and self.source else 1.0

    def whole(self) -> None:
        """Show all of it."""
        self.window = None

    def zoom(self, by: int, about: tuple[float, float] | None = None) -> None:
        """So many steps nearer, or farther where negative; `about` stays where it is, else the crosshair does, else the
        middle."""
        window = self.window
        if window is None or self.source is None:
            return
        whole = self.source.whole()
        fixed = about or (self._crosshair if self._crosshair and window.has(*self._crosshair) else window.centre)
        found = window.zoomed(ZOOM**-by, fixed)
        if by < 0 and found.width >= FARTHEST * whole.width and found.height >= FARTHEST * whole.height:
            return
        self.window = found

    def pan(self, cells_x: int, cells_y: int) -> None:
        """Move the window by so many cells, to the right and up; something of all points stays in sight."""
        cells = self.cells
        if cells is None or self.source is None:
            return
        rows, columns = cells.shape
        window, whole = cells.window, self.source.whole()
        found = window.panned(cells_x * window.width / columns, cells_y * window.height / rows)
        if found.x1 > whole.x0 and found.x0 < whole.x1 and found.y1 > whole.y0 and found.y0 < whole.y1:
            self.window = found

    # The crosshair.

    @property
    def crosshair(self) -> tuple[float, float] | None:
        """Where it is, in plane coordinates; None: there is none."""
        return self._crosshair

    @crosshair.setter
    def crosshair(self, point: tuple[float, float] | None) -> None:
        if point != self._crosshair:
            self._crosshair = point
            if point is not None:
                self._follow(*point)
                self.post_message(self.Moved(self, *point))
            self._update()

    def move(self, cells_x: int, cells_y: int) -> None:
        """Move the crosshair by so many cells, to the right and up, from the middle where there is none; the window
        goes with it."""
        cells = self.cells
        if cells is None:
            return
        rows, columns = cells.shape
        window = cells.window
        x, y = self._crosshair or window.centre
        self.crosshair = (x + cells_x * window.width / columns, y + cells_y * window.height / rows)

    def _follow(self, x: float, y: float) -> None:
        """Have the window show where the crosshair went."""
        window = self.window
        if window is None or window.has(x, y):
            return
        right = min(0.0, x - window.x0) + max(0.0, x - window.x1)
        up = min(0.0, y - window.y0) + max(0.0, y - window.y1)
        self.window = window.panned(right * 1.000001 + right / 8, up * 1.000001 + up / 8)

    # The rectangle.

    @property
    def rectangle(self) -> Window | None:
        """What is marked."""
        return self._rectangle

    def mark(self, corner: tuple[float, float], other: tuple[float, float]) -> None:
        """Mark the cells from one corner to the other, and tell so."""
        self._anchor = None
        self._rectangle = covering(self.cells, corner, other) if self.cells else None
        self._update()
        if self._rectangle is not None:
            self.post_message(self.Marked(self, *self._rectangle))

    def unmark(self) -> bool:
        """Drop the rectangle, begun or marked; False where there was none."""
        there = self._rectangle is not None or self._anchor is not None
        self._rectangle = self._anchor = None
        self._update()
        return there

    def corner(self) -> None:
        """Begin a rectangle at the crosshair, which then draws it; the second time it is marked."""
        if self._crosshair is None:
            self.move(0, 0)
        if self._crosshair is None:
            return
        if self._anchor is not None:
            self.mark(self._anchor, self._crosshair)
            return
        self._anchor, self._rectangle = self._crosshair, None
        self._update()

    @property
    def marking(self) -> bool:
        """Whether a rectangle was begun."""
        return self._anchor is not None

    # The mouse.

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Where a rectangle may begin."""
        if event.button == 1 and (point := self._point(event)) is not None:
            self._dragged_from = point
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Draw the rectangle that is dragged."""
        if self._dragged_from is None or (point := self._point(event)) is None:
            return
        cells = self.cells
        if cells is not None and (self._anchor or cells.at(*point) != cells.at(*self._dragged_from)):
            self._anchor, self._rectangle = self._dragged_from, None
            self.crosshair = point

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Mark what was dragged; where nothing was, move the crosshair."""
        began, self._dragged_from = self._dragged_from, None
        if began is None:
            return
        self.release_mouse()
        if self._anchor == began and self._crosshair is not None:
            self.mark(began, self._crosshair)
        elif (point := self._point(event)) is not None:
            self.crosshair = point

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Nearer, with what is under the mouse where it is."""
        self._wheel(event, 1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Farther."""
        self._wheel(event, -1)

    def _wheel(self, event: events.MouseEvent, by: int) -> None:
        if (point := self._point(event)) is not None:
            event.stop()
            self.zoom(by, point)

    def _point(self, event: events.MouseEvent) -> tuple[float, float] | None:
        """The middle of the cell under the mouse."""
        offset, ground = event.get_content_offset(self), self._draw_ground()
        if offset is None or ground is None:
            return None
        row, column = offset.y - self._head, offset.x - len(ground.axes.gutter[0])
        rows, columns = ground.cells.shape
        return ground.cells.middle(row, column) if 0 <= row < rows and 0 <= column < columns else None

    # Drawing.

    @property
    def _head(self) -> int:
        return 1 if self._titles else 0

    def on_resize(self, _event: events.Resize) -> None:
        """Everything depends on the size; lines are drawn as they are asked for."""
        self.refresh()
        self.post_message(self.Changed(self))

    def _update(self) -> None:
        """Draw now, and have only the cells that differ sent to the terminal."""
        if not self.is_mounted or not self.size:
            self.refresh()
            return
        before, after = self._drawing.strips, self._lines()
        if len(before) != len(after):
            self.refresh()
        elif changed := differing(before, after):
            self.refresh(*(Region(left, y, right - left, 1) for y, left, right in changed))

    def render_line(self, y: int) -> Strip:
        """One line, drawn anew only when something it depends on has changed."""
        strips = self._lines()
        line = strips[y] if y < len(strips) else Strip([])
        # The style of the widget goes below: a segment without any breaks Textual's NO_COLOR filter.
        below = self.visual_style.rich_style
        return laid(line, below).adjust_cell_length(self.size.width, below)

    def _draw_ground(self) -> Ground | None:
        if self.source is None or not self.is_mounted:
            return None
        columns, rows = self.size
        wanted = Wanted((columns, rows - self._head), self._look(), self._window, self._y_ticks)
        return self._drawing.ground(self.source, wanted)

    def _lines(self) -> list[Strip]:
        ground, columns, axis = self._draw_ground(), self.size.width, self._style("axis")
        over = self._what_is_over()
        made_of = ground, over, axis, self._titles, self.size
        if self._made_of is None or self._made_of[0] is not ground or self._made_of[1:] != made_of[1:]:
            self._made_of = made_of
            if ground is None:
                return self._drawing.nothing(columns, self.size.height if self.source else 0)
            head = [titled(self._titles, columns, self._style("title"))] if self._titles else []
            self._drawing.lines(over, axis, head)
        return self._drawing.strips

    def _what_is_over(self) -> Over:
        rectangle = self._rectangle
        if self._anchor is not None and self._crosshair is not None:
            rectangle = covering(self.cells, self._anchor, self._crosshair) if self.cells else None
        style = self._style("marks") + Style(bold=True)
        marks = tuple(each._replace(style=style) for each in self._marks.values())
        return Over(marks, rectangle, self._crosshair, self._style("rectangle"), self._style("crosshair"))

    def _look(self) -> Look:
        mode = colour_mode(self.app.console.color_system)
        few = self.app.no_color or mode in ("16", "none")
        return Look(self.app.current_theme.dark, not self.app.no_color and mode != "none", few, mode == "truecolor")

    def _style(self, part: str) -> Style:
        # Without the background: it may change while the strips are kept.
        return Style.from_color(self.get_component_rich_style(f"plane-map--{part}").color)
