"""The table of all runs on the screen: read in the background, ordered, filtered, with a glance at each run."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static
from textual.worker import get_current_worker

from aetui.bridge import Throttle
from aetui.follow.glance import Glanced, glance
from aetui.render import run_cells, run_tree
from aetui.render.run_columns import KEYS
from aetui.render.text import plain
from aetui.screens.runs_reading import Abandoned, RowReader, Rows, RowsRead, queue_of, with_queue
from aetui.screens.table_screen import PREVIEW_COLUMNS, SAID_SECONDS, TableScreen
from aetui.widgets.key_bar import KeyBar
from aetui.widgets.one_line import OneLine
from aetui.widgets.run_preview import RunPreview
from aetui.widgets.run_table import STATES, RunTable
from aetui.widgets.status_line import StatusLine
from engine.errors import UsageError, counted
from engine.events import Event, Progress
from engine.runs.listing.filtering import EXAMPLE, Filter, parse
from engine.runs.listing.ordering import DEFAULT, ordered
from engine.runs.listing.rows import Row

if TYPE_CHECKING:
    pass

RELOAD_SECONDS = 1.0
LOOK_SECONDS = 2.0
"""How often it is looked what other processes do while the table is on the screen; less often where that takes long."""
SHARE = 0.05
"""Of the time, that looking may take."""
GLANCE_SECONDS = 0.15
"""How long the cursor rests on a run before its pictures are read."""
WIDEST_PREVIEW = 66
NO_RUN = "No run yet. Train one in the workbench."
NO_FIT = "No run fits the filter."
READING = "reading the runs …"


class RunList(TableScreen):
    """What can be done with the list itself; see `RunsScreen` for what can be done with a run."""

    filter_example = EXAMPLE

    def __init__(self) -> None:
        super().__init__()
        self._all = Rows()
        self._ordered: list[Row] = []
        self._order = (DEFAULT, False)
        self._filter = ("", Filter())
        self._progress: tuple[int, int] | None = (0, 0)
        """How many of how many runs are read, while that goes on for the first time; else None."""
        self._said = ("", 0.0)
        self._told = Content("")
        self._reader: RowReader | None = None
        self._at_it = self._once_more = False
        self._queue_shown: tuple[str, ...] = ()
        self._next_look = 0.0
        self._reload_due = Throttle(self, RELOAD_SECONDS, self._read_soon)

    @property
    def table(self) -> RunTable:
        """The runs."""
        return self.query_one(RunTable)

    @property
    def chosen(self) -> Row | None:
        """The run under the cursor."""
        return self.table.chosen

    @property
    def marked(self) -> int:
        """How many runs are marked, where that can be."""
        return 0

    def compose(self) -> ComposeResult:
        """From top to bottom; what is about the table stands above it, what is about the run below or beside it."""
        yield StatusLine("runs")
        yield Static(id="about", classes="quiet")
        with Horizontal(id="runs"):
            yield RunTable()
            yield RunPreview()
        yield Static(id="detail", classes="quiet")
        yield OneLine(self.typed, self.entered, self.left)
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin to look what other processes do; while another screen is shown, nothing is read."""
        self.set_interval(LOOK_SECONDS, self._look)
        self.show_rows()

    def _look(self) -> None:
        if self.seen:
            self.table.tick()
            if self.query_one(RunPreview).display:
                self.query_one(RunPreview).show(self.chosen)
            if time.monotonic() >= self._next_look:
                self.action_reload()
            self._tell()

    def on_screen_resume(self) -> None:
        """Read the runs again: they may have changed while another screen was shown."""
        self.refresh_status()
        self.action_reload()

    def changed(self, event: Event) -> None:
        """Something happened to a run of ours."""
        self.refresh_status()
        if self.seen and not isinstance(event, Progress):
            if self._queue_shown != queue_of(self.workbench.state):
                self.show_rows()
            self._reload_due.request()

    def on_resize(self) -> None:
        """Beside a narrow table there is no room for the preview."""
        width = self.size.width
        preview = self.query_one(RunPreview)
        preview.display = bool(self.table.row_count) and width >= PREVIEW_COLUMNS
        preview.styles.width = min(WIDEST_PREVIEW, max(36, width * 3 // 10))
        self._tell()

    # Reading.

    def action_reload(self) -> None:
        """Look at the run folder again, at most once in `RELOAD_SECONDS`."""
        self._reload_due.request()

    def _read_soon(self) -> None:
        if self._at_it:
            self._once_more = True
            return
        self._at_it = True
        self._reader = self._reader or RowReader(self.workbench.store)
        self._read(self._reader)

    @work(thread=True, group="runs", exit_on_error=False)
    def _read(self, reader: RowReader) -> None:
        worker, began = get_current_worker(), time.monotonic()
        try:
            with suppress(Abandoned):
                reader.read(self.post_message, lambda: not worker.is_cancelled)
        finally:
            self._at_it = False
            self._next_look = time.monotonic() + (time.monotonic() - began) / SHARE

    @on(RowsRead)
    def _rows_read(self, message: RowsRead) -> None:
        self._progress = message.progress
        self.refresh_status()
        before = self._all.rows
        same = len(before) == len(message.rows.rows) and all(map(_is, before, message.rows.rows))
        self._all = message.rows
        if not same or not before:
            self._ordered = ordered(self._all.rows, self._order[0], reverse=self._order[1])
            self.show_rows()
        if message.progress is None and self._once_more:
            self._once_more = False
            self.action_reload()

    # The table.

    def show_rows(self) -> None:
        """Bring the table up to date: what waits in our own queue first, then what the filter fits, in order."""
        if not self.is_mounted:
            return
        self._queue_shown = queue_of(self.workbench.state)
        waiting, words = with_queue(self._all.rows, self.workbench.state)
        wanted = self._filter[1].of([*waiting, *(row for row in self._ordered if row.run.id not in words)])
        widths = self._all.widths if not words else self._all.widths.with_queue(waiting, STATES)
        instead = NO_FIT if self._all.rows else READING if self._progress else NO_RUN
        tree = run_tree.together(wanted) if self._order[0] == DEFAULT else run_tree.apart(wanted)
        self.table.show(tree.rows, widths, self._order, words, instead, tree.signs)
        self.on_resize()
        self._show_chosen()

    @on(RunTable.Moved)
    def _show_chosen(self) -> None:
        self._tell()
        preview = self.query_one(RunPreview)
        if preview.display:
            preview.show(self.chosen)
            if self.chosen is not None:
                self._glance(self.chosen.run.id)
        self.refresh_bindings()

    @work(thread=True, exclusive=True, group="glance", exit_on_error=False)
    def _glance(self, run_id: str) -> None:
        worker = get_current_worker()
        time.sleep(GLANCE_SECONDS)
        if not worker.is_cancelled:
            self.post_message(glance(self.workbench.store, run_id))

    @on(Glanced)
    def _glanced(self, message: Glanced) -> None:
        self.query_one(RunPreview).show_pictures(message)

    def say(self, text: str) -> None:
        """Say something above the table for a moment."""
        self._said = (text, time.monotonic() + SAID_SECONDS)
        self._tell()

    def _tell(self) -> None:
        about = self._about()
        if about != self._told:  # an update is sent to the terminal, whatever it says
            self._told = about
            self.query_one("#about", Static).update(about)
        row, preview = self.chosen, self.query_one(RunPreview)
        detail = self.query_one("#detail", Static)
        detail.display = row is not None and not preview.display
        if row is not None and detail.display:
            detail.update(self._detail(row))

    def _about(self) -> Content:
        said, until = self._said
        if said and time.monotonic() < until:
            return Content.styled(plain(said), "$accent")
        shown, there = self.table.row_count, len(self._all.rows)
        text = self._filter[0]
        parts = [f"{shown:,} of {counted(there, 'run')}" if text else counted(max(shown, there), "run")]
        if text:
            parts.append(plain(text, 60))
        parts.append(f"by {self._order[0]}{', reversed' if self._order[1] else ''}")
        if self._progress and self._progress[1]:
            done, total = self._progress
            parts.append(f"reading the others: {done:,} of {total:,}")
        if self.marked:
            parts.append(f"{self.marked} marked")
        if self._all.unreadable:
            parts.append(f"{counted(self._all.unreadable, 'folder')} cannot be read")
        return Content(" · ".join(parts))

    def _detail(self, row: Row) -> Content:
        run, state = row.run, STATES[row.run.status]
        told = (run_cells.origin(run), run_cells.changed(row.changed), run_cells.tags(run), plain(run.note))
        called = Content.assemble((run_cells.name(run), "bold"), " · ", (state.word, state.colour), " · ")
        rest = [f"{run_cells.model(run)} on {plain(run.dataset)}", run_cells.age(run, time.time()), *filter(None, told)]
        return Content.assemble(called, " · ".join(rest))

    # Order and filter.

    def action_order(self, by: int) -> None:
        """Order by the next column that is on the screen (`by` 1) or the one before."""
        keys = self.table.columns or list(KEYS)
        at = keys.index(self._order[0]) if self._order[0] in keys else -1
        self._order_by(keys[(at + by) % len(keys)], reverse=False)

    def action_reverse(self) -> None:
        """The other way round."""
        self._order_by(self._order[0], reverse=not self._order[1])

    @on(RunTable.Headed)
    def _headed(self, message: RunTable.Headed) -> None:
        self._order_by(message.key, reverse=message.key == self._order[0] and not self._order[1])

    def _order_by(self, key: str, *, reverse: bool) -> None:
        self._order = (key, reverse)
        self._ordered = ordered(self._all.rows, key, reverse=reverse)
        self.show_rows()
        self.table.action_edge(-1)

    @property
    def filter_text(self) -> str:
        """As it was typed."""
        return self._filter[0]

    def filter_by(self, text: str) -> str:
        """Show what fits; returns what is wrong with the filter, which leaves the table as it was."""
        try:
            self._filter = (text.strip(), parse(text, [row.run for row in self._all.rows]))
        except UsageError as error:
            return error.message
        self.show_rows()
        return ""


def _is(one: Row, other: Row) -> bool:
    return one is other
