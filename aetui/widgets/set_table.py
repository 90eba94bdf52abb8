"""The table of data sets: one line each."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from aetui import keymap
from aetui.bringing.set_rows import SetRow
from aetui.render import more
from aetui.render.text import plain

MUTED = "$text-muted"
HEAD = ("name", "holds", "items", "shape", "where it is")
LEAST = 8
"""Cells of a place; where there is less room for it, what stands before it goes, shape first."""


class SetTable(Widget, can_focus=True):
    """A head, rows, and a cursor that keeps its data set whatever comes and goes."""

    BINDINGS = keymap.bindings("lists", "data")

    DEFAULT_CSS = """
    SetTable { width: 1fr; height: 1fr; }
    """

    class Moved(Message):
        """Another data set is under the cursor, or what is known of it has changed."""

    class Opened(Message):
        """The data set under the cursor was clicked once more."""

    def __init__(self) -> None:
        super().__init__()
        self._sets: Sequence[SetRow] = ()
        self._instead = ""
        self._cursor = 0

    @property
    def rows(self) -> Sequence[SetRow]:
        """The data sets from top to bottom."""
        return self._sets

    @property
    def chosen(self) -> SetRow | None:
        """The data set under the cursor; None in an empty table."""
        return self._sets[self._cursor] if self._sets else None

    def show(self, rows: Sequence[SetRow], instead: str = "") -> None:
        """Show these instead; a data set that is gone leaves the cursor to the next. `instead` is said where there are
        none."""
        before = self.chosen
        self._sets, self._instead = rows, instead
        keys = [row.key for row in rows]
        self._cursor = keys.index(before.key) if before and before.key in keys else min(self._cursor, len(rows) - 1)
        self._cursor = max(0, self._cursor)
        self.refresh()
        if self.chosen != before:
            self.post_message(self.Moved())

    def choose(self, key: str) -> bool:
        """Put the cursor on a data set; whether it is there."""
        keys = [row.key for row in self._sets]
        if key in keys:
            self._move_to(keys.index(key))
        return key in keys

    # Keys and mouse.

    @property
    def _page(self) -> int:
        return max(1, self.size.height - 1)

    @property
    def _top(self) -> int:
        return max(0, min(self._cursor - self._page // 2, len(self._sets) - self._page))

    def action_move(self, by: int) -> None:
        """Move the cursor by `by` rows, down if positive; it stops at the ends."""
        self._move_to(self._cursor + by)

    def action_edge(self, side: int) -> None:
        """To the first data set (a negative `side`) or to the last."""
        self._move_to(0 if side < 0 else len(self._sets) - 1)

    def page(self, side: int) -> None:
        """A screenful up (a negative `side`) or down."""
        self._move_to(self._cursor + side * self._page)

    def _move_to(self, place: int) -> None:
        place = max(0, min(place, len(self._sets) - 1))
        if place != self._cursor:
            self._cursor = place
            self.refresh()
            self.post_message(self.Moved())

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel moves the cursor, so that what is chosen is always seen."""
        event.stop()
        self.action_move(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """As `on_mouse_scroll_down`."""
        event.stop()
        self.action_move(-1)

    def on_click(self, event: events.Click) -> None:
        """A row is chosen, the chosen one opened."""
        place = self._top + event.y - 1
        if event.y and place == self._cursor and self._sets:
            self.post_message(self.Opened())
        elif event.y and place < len(self._sets):
            self._move_to(place)

    # Drawing.

    def on_resize(self) -> None:
        """Which rows have room depends on the height."""
        self.refresh()

    def render(self) -> Content:
        """The head, and the rows that have room."""
        if not self._sets:
            return Content.styled(f"\n{self._instead}", MUTED)
        width = self.size.width
        cells = [HEAD, *(tuple(map(plain, _cells(row))) for row in self._sets)]
        widths = _widths(cells, width - 2)
        rows = [self._row(at, cells[at + 1], widths) for at in range(len(self._sets))]
        shown = rows[self._top : self._top + self._page]
        shown = more.marked(shown, width, above=self._top, below=len(rows) - self._top - len(shown))
        head = Content.styled("  " + _line(HEAD, widths), f"bold {MUTED}")
        return Content("\n").join(line.truncate(width, ellipsis=True) for line in (head, *shown))

    def _row(self, at: int, cells: tuple[str, ...], widths: list[int]) -> Content:
        row, here = self._sets[at], at == self._cursor
        name, rest = _line(cells[:1], widths[:1]), _line(cells[1:], widths[1:])
        bold = "bold " if here else ""
        away = row.gone or row.wrong
        return Content.assemble(
            ("▸ ", "$accent") if here else "  ",
            (name, f"{bold}$secondary" if row.own else f"{bold}$foreground"),
            "  ",
            (rest, "$error" if away else f"{bold}$foreground" if here else MUTED),
        )


def _cells(row: SetRow) -> tuple[str, ...]:
    return row.key, row.kind, row.items, row.shape, row.place


def _widths(cells: Sequence[tuple[str, ...]], width: int) -> list[int]:
    """Of all columns; those that there is no room for have none."""
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for column in (3, 2, 1):
        if width - sum(size + 2 for size in widths[:-1]) < LEAST:
            widths[column] = 0
    widths[-1] = max(0, width - sum(size + 2 for size in widths[:-1] if size))
    return widths


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Figures are set right."""
    return "  ".join(
        cell.rjust(size) if cell[:1].isdigit() and cell.replace(",", "").isdigit() else cell.ljust(size)
        for cell, size in zip(cells, widths, strict=True)
        if size
    )
