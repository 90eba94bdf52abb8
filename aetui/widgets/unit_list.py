"""The table of units: as many as a layer has, of which only those on the screen are made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from aetui import keymap
from aetui.render.bars import MUTED
from aetui.render.unit_rows import HEAD, cells, marks

if TYPE_CHECKING:
    from engine.units.search import Found, Known

WIDTHS = (5, 8, 8, 5, 9, 5, 8)
"""Columns of what stands under `HEAD`, gaps apart."""
SHORT = ("UNIT", "DENSITY", "MEAN", "SEL.", "CLASS", "R", "ADDS")
ORDERED = ("unit", "density", "mean", "selectivity", "class", "r", "adds")
"""What they are ordered by."""
WIDTH = sum(WIDTHS) + len(WIDTHS)
assert len(HEAD) == len(SHORT) == len(WIDTHS) == len(ORDERED)


class UnitList(Widget, can_focus=True):
    """The cursor stays on its unit, however they are ordered."""

    BINDINGS = keymap.bindings("lists", "units")

    DEFAULT_CSS = f"""
    UnitList {{ width: {WIDTH + 1}; height: 1fr; padding: 0 1 0 0; }}
    """

    class Moved(Message):
        """Another unit is under the cursor."""

    def __init__(self) -> None:
        super().__init__()
        self.instead = ""
        """Said where there are no units."""
        self._known: Known | None = None
        self._found: Found | None = None
        self._order = "unit"
        self._cursor = 0
        self._top = 0

    @property
    def unit(self) -> int | None:
        """The one under the cursor, counted from 0; None where there are none."""
        found = self._found
        return int(found.units[self._cursor]) if found is not None and len(found.units) else None

    def show(self, known: Known | None, found: Found | None, order: str, unit: int | None = None) -> None:
        """These instead; the cursor goes to `unit`, or stays on the one that it is on, if that is among them."""
        wanted = self.unit if unit is None else unit
        self._known, self._found, self._order = known, found, order
        places = [] if found is None or wanted is None else (found.units == wanted).nonzero()[0].tolist()
        count = 0 if found is None else len(found.units)
        self._cursor = places[0] if places else max(0, min(self._cursor, count - 1))
        self._scroll()
        self.refresh()
        if self.unit != wanted or unit is not None:
            self.post_message(self.Moved())

    def action_move(self, by: int) -> None:
        """Move the cursor by `by` units, down if positive."""
        self._go(self._cursor + by)

    def action_edge(self, side: int) -> None:
        """To the first unit (a negative `side`) or to the last."""
        self._go(0 if side < 0 else 10**9)

    def page(self, side: int) -> None:
        """A screenful up (a negative `side`) or down."""
        self._go(self._cursor + side * self._rows)

    def on_click(self, event: events.Click) -> None:
        """The unit that was clicked."""
        if event.y > 0:
            self._go(self._top + event.y - 1)

    def on_resize(self) -> None:
        """How many have room depends on the size."""
        self._scroll()
        self.refresh()

    @property
    def _rows(self) -> int:
        return max(1, self.content_size.height - 1)

    def _go(self, place: int) -> None:
        count = 0 if self._found is None else len(self._found.units)
        before, self._cursor = self._cursor, max(0, min(count - 1, place))
        self._scroll()
        if self._cursor != before:
            self.refresh()
            self.post_message(self.Moved())

    def _scroll(self) -> None:
        count = 0 if self._found is None else len(self._found.units)
        self._top = max(0, min(self._top, self._cursor, count - self._rows))
        self._top = max(self._top, self._cursor - self._rows + 1)

    def render(self) -> Content:
        """The head and the units that have room."""
        known, found = self._known, self._found
        if known is None or found is None or not len(found.units):
            return Content.styled(self.instead, MUTED)
        head = list(SHORT)
        if found.of:
            head[5] = f"R {found.of.removeprefix('unit ')}"[: WIDTHS[5]]
        heads = [
            (" " + text.rjust(width), "bold $accent" if key == self._order else f"bold {MUTED}")
            for text, width, key in zip(head, WIDTHS, ORDERED, strict=True)
        ]
        lines = [Content.assemble(*heads)]
        for place in range(self._top, min(len(found.units), self._top + self._rows)):
            lines.append(self._line(known, found, place))
        return Content("\n").join(lines)

    def _line(self, known: Known, found: Found, place: int) -> Content:
        unit = int(found.units[place])
        texts = cells(known, found, unit, widest=WIDTHS[4])
        line = "".join(" " + text.rjust(width) for text, width in zip(texts, WIDTHS, strict=True))
        if place == self._cursor:
            return Content.styled(line, "$block-cursor-foreground on $block-cursor-background bold")
        state = marks(known.table, unit)
        return Content.styled(line, "$error" if state == "dead" else "$warning" if state else "")
