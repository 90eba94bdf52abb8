"""The table of runs: as many rows as one likes, of which only those on the screen are drawn."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.color import Color, ColorParseError
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from aetui import keymap
from aetui.render.run_columns import Cell, Column, State, Widths, arranged, gap_of, head, line
from aetui.widgets.status_line import STATE_STYLES
from engine.runs.listing.rows import Row

STATES: Mapping[str, State] = {key: State(*words) for key, words in STATE_STYLES.items()}
THUMB = "▐"
GUTTER = 2


class RunTable(Widget, can_focus=True):
    """Header, rows, a cursor that keeps its run whatever comes and goes; sends only lines that changed."""

    BINDINGS = keymap.bindings("lists", "runs")

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"run-table--{part}" for part in ("head", "sorted", "cursor", "muted", "good", "bad", "tag", "thumb")
    }

    DEFAULT_CSS = """
    RunTable { width: 1fr; height: 1fr; }
    RunTable > .run-table--head { color: $text-muted; text-style: bold; }
    RunTable > .run-table--sorted { color: $accent; text-style: bold; }
    RunTable > .run-table--cursor { color: $block-cursor-foreground; background: $block-cursor-background; }
    RunTable > .run-table--muted { color: $text-muted; }
    RunTable > .run-table--good { color: $success; }
    RunTable > .run-table--bad { color: $error; }
    RunTable > .run-table--tag { color: $secondary; }
    RunTable > .run-table--thumb { color: $text-muted; }
    App:nocolor RunTable > .run-table--cursor { text-style: reverse bold; }
    """

    class Moved(Message):
        """Another run is under the cursor, or what is known of it has changed."""

    class Opened(Message):
        """The run under the cursor was clicked once more."""

    class Headed(Message):
        """The head of a column was clicked."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(self) -> None:
        super().__init__()
        self._rows: Sequence[Row] = ()
        self._widths = Widths()
        self._waits: Mapping[str, str] = {}
        self._signs: Mapping[str, str] = {}
        self._instead = ""
        self._order = ("age", False)
        self._marks: Mapping[str, int] = {}
        self._cursor = 0
        self._top = 0
        self._columns: list[Column] = []
        self._strips: list[Strip] = []

    # What it shows.

    @property
    def row_count(self) -> int:
        """How many runs there are in it."""
        return len(self._rows)

    @property
    def rows(self) -> Sequence[Row]:
        """The runs from top to bottom."""
        return self._rows

    @property
    def columns(self) -> list[str]:
        """Those that are on the screen, from left to right."""
        return [column.key for column in self._columns]

    @property
    def chosen(self) -> Row | None:
        """The run under the cursor; None in an empty table."""
        return self._rows[self._cursor] if self._rows else None

    def show(
        self,
        rows: Sequence[Row],
        widths: Widths,
        order: tuple[str, bool],
        waits: Mapping[str, str] | None = None,
        instead: str = "",
        signs: Mapping[str, str] | None = None,
    ) -> None:
        """Show these rows instead, ordered by a column or the other way round. The cursor stays on its run, and that
        on its line; a run that is gone leaves it to the next. `waits` are words for the age of runs of the queue,
        `instead` is said where there are no rows, `signs` stand before names, as `aetui.render.run_tree` has them."""
        self._instead, self._signs = instead, signs or {}
        before, line = self.chosen, self._cursor - self._top
        self._rows, self._widths, self._waits, self._order = rows, widths, waits or {}, order
        self._cursor = self._place_of(before)
        self._top = self._cursor - line
        self._draw()
        if self.chosen is not before:
            self.post_message(self.Moved())

    def mark(self, places: Mapping[str, int]) -> None:
        """Put a number before the runs with these ids, by their places from 0 on; before no other."""
        self._marks = places
        self._draw()

    def tick(self) -> None:
        """Time goes by: ages change."""
        self._draw()

    def choose(self, run_id: str) -> None:
        """Put the cursor on a run, if it is there."""
        place = next((at for at, row in enumerate(self._rows) if row.run.id == run_id), None)
        if place is not None:
            self._move_to(place)

    def _place_of(self, row: Row | None) -> int:
        if row is not None:
            for place, each in enumerate(self._rows):
                if each.run.id == row.run.id:
                    return place
        return max(0, min(self._cursor, len(self._rows) - 1))

    # Keys and mouse.

    @property
    def _page(self) -> int:
        return max(1, self.size.height - 1)

    def action_move(self, by: int) -> None:
        """Move the cursor by `by` rows, down if positive; it stops at the ends."""
        self._move_to(self._cursor + by)

    def page(self, side: int) -> None:
        """A screenful up (a negative `side`) or down."""
        self._move_to(self._cursor + side * self._page)

    def action_edge(self, side: int) -> None:
        """To the first run (a negative `side`) or to the last."""
        self._move_to(0 if side < 0 else len(self._rows) - 1)

    def _move_to(self, place: int) -> None:
        place = max(0, min(place, len(self._rows) - 1))
        if place != self._cursor:
            self._cursor = place
            self._draw()
            self.post_message(self.Moved())

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel moves the cursor, so that what is chosen is always seen."""
        event.stop()
        self.action_move(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """As `on_mouse_scroll_down`."""
        event.stop()
        self.action_move(-3)

    def on_click(self, event: events.Click) -> None:
        """A row is chosen, the chosen one opened; a head orders by its column."""
        if event.y == 0:
            left = self._gutter
            for key, width, _ in self._columns:
                if left <= event.x < left + width:
                    self.post_message(self.Headed(key))
                left += width + gap_of(self.size.width)
            return
        place = self._top + event.y - 1
        if place == self._cursor and self._rows:
            self.post_message(self.Opened())
        elif place < len(self._rows):
            self._move_to(place)

    # Drawing.

    def on_resize(self) -> None:
        """Which columns and rows have room depends on the size."""
        self._draw()

    def notify_style_update(self) -> None:
        """Another theme has other colours."""
        super().notify_style_update()
        self._draw()

    def render_line(self, y: int) -> Strip:
        """The head, or a row."""
        if len(self._strips) != self.size.height:
            self._draw()
        width, below = self.size.width, self.visual_style.rich_style
        strip = self._strips[y] if y < len(self._strips) else Strip([])
        return strip.apply_style(below).adjust_cell_length(width, below)

    def _draw(self) -> None:
        """Bring the lines up to date and ask for a repaint of those that are different."""
        if not self.is_mounted or not self.size:
            return
        height = self.size.height
        self._top = max(0, min(self._top, self._cursor, len(self._rows) - self._page))
        self._top = max(self._top, self._cursor - self._page + 1)
        before, self._strips = self._strips, self._lines(height)
        if len(before) != height:
            self.refresh()
            return
        changed = [y for y, (old, new) in enumerate(zip(before, self._strips, strict=True)) if old != new]
        if changed:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in changed))

    def _lines(self, height: int) -> list[Strip]:
        gutter = self._gutter
        width = self.size.width - 1 - gutter  # for the thumb
        if not self._rows:
            self._columns = []
            told = Strip([Segment(self._instead.center(width), self._styles()["muted"])])
            return [told if y == height // 2 else Strip([]) for y in range(height)]
        self._columns = arranged(self._widths, width, self._order[0])
        styles = self._styles()
        now, gap = time.time(), " " * gap_of(width)
        top = head(self._columns, width, self._order[0], reverse=self._order[1])
        inks = self._inks() if gutter else []
        found = [Strip([Segment(" " * gutter), *self._strip(top, gap, styles)])]
        shown = range(self._top, min(len(self._rows), self._top + height - 1))
        for place in shown:
            row = self._rows[place]
            of = row.run.id
            cells = line(row, self._columns, STATES, now, self._waits.get(of, ""), self._signs.get(of, ""))
            styles["state"] = self._state(row.run.status)
            if place == self._cursor:
                text = gap.join(cell.text for cell in cells).ljust(width)
                strip = Strip([Segment(text, styles["cursor"])])
            else:
                strip = self._strip(cells, gap, styles)
            number = self._marks.get(row.run.id)
            mark = Segment(" " * gutter) if number is None else Segment(f"{number + 1}".ljust(gutter), inks[number])
            found.append(Strip([mark, *strip]) if gutter else strip)
        found += [Strip([])] * (height - len(found))
        return (
            [strip.adjust_cell_length(width + gutter) for strip in found]
            if len(self._rows) < height
            else self._thumbed(found)
        )

    @property
    def _gutter(self) -> int:
        """Columns on the left for the numbers of marked runs."""
        return GUTTER if self._marks else 0

    def _inks(self) -> list[Style]:
        """The colours that marked runs have when they race."""
        from aetui.racing import looks  # numpy, for which a table without marks need not wait
        from aetui.render.pixels import colour_mode

        mode = colour_mode(self.app.console.color_system)
        found = looks.colours(self.app.theme_variables, mode, colourless=self.app.no_color)
        return [Style(color=colour or None, bold=True) for colour in found]

    def _thumbed(self, lines: list[Strip]) -> list[Strip]:
        """With the thumb of a scrollbar behind the rows."""
        height, width = len(lines) - 1, self.size.width - 1
        style = self.get_component_rich_style("run-table--thumb", partial=True)
        size = max(1, height * height // len(self._rows))
        first = 1 + round((height - size) * self._top / max(1, len(self._rows) - height))
        return [
            Strip([*strip.adjust_cell_length(width), Segment(THUMB, style)]) if first <= y < first + size else strip
            for y, strip in enumerate(lines)
        ]

    def _strip(self, cells: Sequence[Cell], gap: str, styles: Mapping[str, Style]) -> Strip:
        segments: list[Segment] = []
        for cell in cells:
            if segments:
                segments.append(Segment(gap, styles["text"]))
            segments.append(Segment(cell.text, styles.get(cell.role, styles["text"])))
        return Strip(segments)

    def _styles(self) -> dict[str, Style]:
        parts = ("head", "sorted", "cursor", "muted", "good", "bad", "tag")
        styles = {part: self.get_component_rich_style(f"run-table--{part}", partial=True) for part in parts}
        return styles | {"text": Style()}

    def _state(self, status: str) -> Style:
        colour = STATES[status].colour.removeprefix("$")
        try:
            return Style(color=Color.parse(self.app.theme_variables.get(colour, "")).rich_color)
        except ColorParseError:
            return Style()
