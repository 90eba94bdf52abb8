"""The runs of a race as a table: which curve is whose, and what each has under the cursor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.color import Color, ColorParseError
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from aetui.racing import looks
from aetui.racing.sheet import GAP
from aetui.render.pixels import colour_mode
from aetui.widgets.run_table import STATES

HERE, LEADS, ASIDE = "▸", "◂", "≠"
"""At the run under the cursor, at the best figure, and at figures that cannot be compared."""
COLUMNS = ("run", "name", "value", "best", "epoch", "time", "model", "data", "state")
GIVING_WAY = ("time", "data", "best", "model", "epoch")
"""Columns that are left out where there is no room, the first one first."""
FIGURES = frozenset({"value", "best", "epoch", "time"})
NAME = 14
"""Cells of a name that are worth a column."""


class Entrant(NamedTuple):
    """A row, in words."""

    place: int
    name: str
    value: str
    leads: bool
    aside: bool
    best: str
    epoch: str
    time: str
    model: str
    data: str
    status: str
    wrong: str = ""


def shortened(text: str, width: int) -> str:
    """`text` in `width` cells: what is too long loses its middle, since names of a series differ at the end."""
    if cell_len(text) <= width:
        return text
    if width < 3:
        return "…"[:width]
    head = tail = ""
    for at in range(len(text)):
        left, right = text[: at + 1], text[-at - 1 :]
        if cell_len(left) + cell_len(tail) + 1 > width:
            break
        head = left
        if cell_len(head) + cell_len(right) + 1 > width:
            break
        tail = right
    return f"{head}…{tail}"


def _cells(entrant: Entrant) -> dict[str, str]:
    state = STATES.get(entrant.status)
    word = entrant.wrong or (f"{state.mark} {state.word}" if state else entrant.status)
    mark = ASIDE if entrant.aside else LEADS if entrant.leads else " "
    return {
        "run": f"{entrant.place + 1} {looks.sample(entrant.place)}",
        "name": entrant.name,
        "value": f"{entrant.value} {mark}",
        "best": entrant.best,
        "epoch": entrant.epoch,
        "time": entrant.time,
        "model": entrant.model,
        "data": entrant.data,
        "state": word,
    }


def arranged(rows: Sequence[Mapping[str, str]], heads: Mapping[str, str], width: int) -> dict[str, int]:
    """The columns that fit into `width` cells, each with its own; the name takes what is left."""
    most = {key: max(cell_len(heads[key]), *(cell_len(row[key]) for row in rows)) for key in COLUMNS}
    shown = list(COLUMNS)
    for key in GIVING_WAY:
        if _taken(most, shown) + min(most["name"], NAME) <= width:
            break
        shown.remove(key)
    room = max(3, min(most["name"], width - _taken(most, shown)))
    return {key: room if key == "name" else most[key] for key in shown}


def _taken(most: Mapping[str, int], shown: Sequence[str]) -> int:
    """All but the name."""
    return sum(most[key] for key in shown if key != "name") + GAP * (len(shown) - 1)


class Board(Widget):
    """Sends only lines that changed."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"board--{part}" for part in ("head", "muted", "wrong", "leads")}

    DEFAULT_CSS = """
    Board { width: 1fr; height: auto; padding: 0 1; }
    Board > .board--head { color: $text-muted; text-style: bold; }
    Board > .board--muted { color: $text-muted; }
    Board > .board--wrong { color: $error; }
    Board > .board--leads { text-style: bold; }
    """

    class Chosen(Message):
        """The run under the cursor was clicked once more."""

    def __init__(self) -> None:
        super().__init__()
        self._entrants: Sequence[Entrant] = ()
        self._strips: list[Strip] = []
        self.cursor = 0
        """Which row is meant by keys."""

    def show(self, entrants: Sequence[Entrant]) -> None:
        """Show these runs instead."""
        before = len(self._entrants)
        self._entrants = entrants
        self.cursor = max(0, min(self.cursor, len(entrants) - 1))
        if before != len(entrants):
            self.refresh(layout=True)
        self._draw()

    def move(self, by: int) -> None:
        """The row `by` lines below, above if negative."""
        self.cursor = max(0, min(self.cursor + by, len(self._entrants) - 1))
        self._draw()

    def on_click(self, event: events.Click) -> None:
        """Choose the row that was hit."""
        offset = event.get_content_offset(self)
        if offset is not None and 1 <= offset.y <= len(self._entrants):
            if self.cursor == offset.y - 1:
                self.post_message(self.Chosen())
            self.move(offset.y - 1 - self.cursor)

    def on_resize(self) -> None:
        """Which columns have room depends on the width."""
        self._draw()

    def notify_style_update(self) -> None:
        """Another theme has other colours."""
        super().notify_style_update()
        self._draw()

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        """The head and the runs."""
        del container, viewport, width
        return 1 + len(self._entrants)

    def render_line(self, y: int) -> Strip:
        """The head, or a run."""
        width, below = self.content_size.width, self.visual_style.rich_style
        if len(self._strips) != 1 + len(self._entrants):
            self._strips = self._lines()
        strip = self._strips[y] if y < len(self._strips) else Strip([])
        return strip.apply_style(below).adjust_cell_length(width, below)

    def _draw(self) -> None:
        if not self.is_mounted or not self.size:
            return
        before, self._strips = self._strips, self._lines()
        if len(before) != len(self._strips):
            self.refresh()
            return
        left = self.content_region.x - self.region.x
        for y, (old, new) in enumerate(zip(before, self._strips, strict=True)):
            if old != new:
                self.refresh(Region(left, y, self.content_size.width, 1))

    def _lines(self) -> list[Strip]:
        if not self._entrants:
            return [Strip([])]
        width = self.content_size.width - 2
        heads = {key: "" if key in ("run", "state") else key for key in COLUMNS} | {"value": "value  "}
        rows = [_cells(entrant) for entrant in self._entrants]
        sizes = arranged(rows, heads, width)
        muted, colours = self._style("muted"), self._colours()
        strips = [Strip([Segment("  "), *self._row(heads, sizes, dict.fromkeys(COLUMNS, self._style("head")))])]
        for at, (row, entrant) in enumerate(zip(rows, self._entrants, strict=True)):
            ink = Style(color=colours[entrant.place] or None, bold=True)
            here = at == self.cursor
            styles = dict.fromkeys(COLUMNS, muted) | {
                "run": ink,
                "name": Style(bold=here),
                "value": self._style("leads") if entrant.leads else Style(),
                "state": self._style("wrong") if entrant.wrong else self._state(entrant.status),
            }
            strips.append(Strip([Segment(f"{HERE if here else ' '} ", ink), *self._row(row, sizes, styles)]))
        return strips

    @staticmethod
    def _row(cells: Mapping[str, str], sizes: Mapping[str, int], styles: Mapping[str, Style]) -> list[Segment]:
        segments: list[Segment] = []
        for key, size in sizes.items():
            text = shortened(cells[key], size)
            blank = " " * (size - cell_len(text))
            text = f"{blank}{text}" if key in FIGURES else f"{text}{blank}"
            segments += [Segment(text, styles[key]), Segment(" " * GAP, Style())]
        return segments[:-1]

    def _colours(self) -> list[str]:
        mode = colour_mode(self.app.console.color_system)
        return looks.colours(self.app.theme_variables, mode, colourless=self.app.no_color)

    def _style(self, part: str) -> Style:
        return self.get_component_rich_style(f"board--{part}", partial=True)

    def _state(self, status: str) -> Style:
        state = STATES.get(status)
        try:
            colour = self.app.theme_variables.get(state.colour.removeprefix("$"), "") if state else ""
            return Style(color=Color.parse(colour).rich_color) if colour else Style()
        except ColorParseError:
            return Style()
