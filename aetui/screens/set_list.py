"""The table of all data sets on the screen: read in the background, filtered, with what is known of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Self

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Static

from aetui.bringing import set_rows
from aetui.bringing.looks import Look, Looker, Wish
from aetui.bringing.set_rows import SetRow
from aetui.render.text import plain
from aetui.screens.table_screen import PREVIEW_COLUMNS, SAID_SECONDS, TableScreen
from aetui.widgets.key_bar import KeyBar
from aetui.widgets.one_line import OneLine
from aetui.widgets.set_preview import SetPreview
from aetui.widgets.set_table import SetTable
from aetui.widgets.status_line import StatusLine
from engine.errors import counted

if TYPE_CHECKING:
    from engine.events import Event

LOOK_SECONDS = 2.0
"""How often it is looked whether sets came or went while the table is on the screen."""
READING = "looking which data sets there are …"
NO_FIT = "No data set fits the filter."


class SetList(TableScreen):
    """What can be done with the list itself; see `DataScreen` for what can be done with a data set."""

    filter_example = "words of a name, a kind or a place"

    class SetsRead(Message):
        """Which data sets there are."""

        def __init__(self, rows: list[SetRow]) -> None:
            super().__init__()
            self.rows = rows

    class Looked(Message):
        """A look at files of the user's own is over."""

        def __init__(self, look: Look) -> None:
            super().__init__()
            self.look = look

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[SetRow] = []
        self._read_once = False
        self._wanted = ""
        """The data set that the cursor is to be on once it is known."""
        self._order: Callable[[], object] | None = None
        self._filter = ""
        self._said = ""
        self._hush: Timer | None = None
        self._about = Content("")
        self._looker = Looker(lambda look: self.post_message(self.Looked(look)))
        self._wished: Wish | None = None

    @property
    def doing(self) -> str:
        """What is done in the background, in words; empty where nothing is."""
        return ""

    @property
    def table(self) -> SetTable:
        """The data sets."""
        return self.query_one(SetTable)

    @property
    def chosen(self) -> SetRow | None:
        """The data set under the cursor."""
        return self.table.chosen if self.is_mounted else None

    def compose(self) -> ComposeResult:
        """What is about the table stands above it, what is about the data set beside or below it."""
        yield StatusLine("data")
        yield Static(id="about", classes="quiet")
        with Horizontal(id="runs"):
            yield SetTable()
            yield SetPreview()
        yield Static(id="detail", classes="quiet")
        yield OneLine(self.typed, self.entered, self.left)
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin to look what comes and goes."""
        self.set_interval(LOOK_SECONDS, self._look_again)
        self._show_rows()

    def on_unmount(self) -> None:
        """Nothing more is looked at."""
        self._looker.wish(None)

    def on_screen_resume(self) -> None:
        """Sets may have come or gone meanwhile."""
        self.refresh_status()
        self.action_reload()

    def _look_again(self) -> None:
        if self.is_current:
            self.action_reload()

    def changed(self, event: Event) -> None:
        """Something happened to a run of ours."""
        del event
        self.refresh_status()

    def on_resize(self) -> None:
        """Beside a narrow table there is no room for more about one data set."""
        width = self.size.width
        preview = self.query_one(SetPreview)
        preview.display = width >= PREVIEW_COLUMNS
        preview.styles.width = max(44, width * 2 // 5)
        self._show_chosen()

    # What there is.

    def action_reload(self) -> None:
        """Look again which data sets there are."""
        self._read()

    @work(thread=True, exclusive=True, group="sets", exit_on_error=False)
    def _read(self) -> None:
        self.post_message(self.SetsRead(set_rows.read(self.workbench.data_dir)))

    @on(SetsRead)
    def _sets_read(self, message: SetsRead) -> None:
        if message.rows != self._rows or not self._read_once:
            self._rows, self._read_once = message.rows, True
            self._show_rows()
            self.workbench.desk.refresh_data()
        else:
            self.query_one(SetPreview).show(self.chosen)  # time goes by
        if self._wanted and self.table.choose(self._wanted):
            self._wanted = ""
        if self._order is not None:
            order, self._order = self._order, None
            order()

    def obey(self, order: Callable[[Self], object]) -> None:
        """Do `order` as soon as it is known which data sets there are now."""
        self._order = lambda: order(self)
        if self.is_mounted:
            self.action_reload()

    def choose(self, key: str) -> None:
        """Put the cursor on a data set, whatever the filter."""
        if key not in [row.key for row in self.table.rows]:
            self.filter_by("")
        if not self.table.choose(key):
            self._wanted = key

    def _show_rows(self) -> None:
        self.table.show(set_rows.fitting(self._rows, self._filter), NO_FIT if self._read_once else READING)
        self._show_chosen()

    @on(SetTable.Moved)
    def _show_chosen(self) -> None:
        self.tell()
        preview, row = self.query_one(SetPreview), self.chosen
        if preview.display:
            preview.show(row)
            self._wish(row)
        self.refresh_bindings()

    def _wish(self, row: SetRow | None) -> None:
        own = row.own if row and not row.gone else None
        wish = Wish(own.path, own.reader, tuple(sorted(own.options.items()))) if own else None
        if wish != self._wished:
            self._wished = wish
            self.query_one(SetPreview).files.show(None)
            self._looker.wish(wish)

    @on(Looked)
    def _looked(self, message: Looked) -> None:
        if message.look.wish == self._wished:
            self.query_one(SetPreview).files.show(message.look.preview, message.look.wrong, "$error")

    # What is said.

    def say(self, text: str) -> None:
        """Say something above the table for a moment."""
        self._said = text
        if self._hush is not None:
            self._hush.stop()
        self._hush = self.set_timer(SAID_SECONDS, self._silence)
        self.tell()

    def _silence(self) -> None:
        self._said = ""
        self.tell()

    def tell(self) -> None:
        """Bring the lines above and below the table up to date."""
        about = self._what_there_is()
        if about != self._about:  # an update is sent to the terminal, whatever it says
            self._about = about
            self.query_one("#about", Static).update(about)
        row, detail = self.chosen, self.query_one("#detail", Static)
        detail.display = row is not None and not self.query_one(SetPreview).display
        if row is not None and detail.display:
            models = ", ".join(set_rows.learners(row.entry.kind))
            detail.update(Content(plain(" · ".join(filter(None, (row.entry.title, row.place, models))))))

    def _what_there_is(self) -> Content:
        if self._said or self.doing:
            return Content.styled(plain(self._said or self.doing), "$accent")
        own = sum(row.own is not None for row in self._rows)
        there = counted(len(self._rows), "data set")
        parts = [f"{len(self.table.rows):,} of {there}" if self._filter else there, f"{own:,} of your own"]
        return Content(" · ".join([*parts, *([plain(self._filter, 60)] if self._filter else [])]))

    # The filter.

    @property
    def filter_text(self) -> str:
        """As it was typed."""
        return self._filter

    def filter_by(self, text: str) -> str:
        """Show what fits; nothing can be wrong with words."""
        self._filter = text.strip()
        self._show_rows()
        return ""
