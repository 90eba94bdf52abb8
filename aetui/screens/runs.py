"""The table of all runs, newest first."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.coordinate import Coordinate
from textual.message import Message
from textual.screen import Screen
from textual.widgets import DataTable, Static

from aetui import keymap
from aetui.bridge import Throttle
from aetui.render import numbers
from aetui.render.text import plain
from aetui.state.run_state import GOING, RESUMABLE
from aetui.widgets.key_bar import KeyBar
from aetui.widgets.status_line import STATE_STYLES, StatusLine
from engine.errors import EngineError
from engine.events import Event, Progress

if TYPE_CHECKING:
    from aetui.screens.host import Workbench
    from engine.runs.store import RunRecord

COLUMNS = ("status", "name", "model", "data", "epochs", "validation", "begun", "run")
GIVING_WAY = ("begun", "run", "data", "name", "model")
"""Columns that are left out where there is no room, the first one first."""
RELOAD_SECONDS = 1.0
LOOK_SECONDS = 2.0
"""How often it is looked what other processes do while the table is on the screen."""
NAME_WIDTH = 20
STAMP_WIDTH = 16
"""The beginning of an id: its time. With it a run without a name can be told, and called."""

Row = dict[str, str]
"""A run by columns; its status as the store knows it."""


def columns_for(rows: Sequence[Row], width: int) -> list[str]:
    """Those of `COLUMNS` that fit into `width` cells."""
    columns = list(COLUMNS)
    for unimportant in GIVING_WAY:
        if sum(_column_width(rows, column) for column in columns) <= width:
            break
        columns.remove(unimportant)
    return columns


def _column_width(rows: Sequence[Row], column: str) -> int:
    marked = 2 * (column == "status")
    return 2 + max([len(column), *(len(_word(row, column)) + marked for row in rows)])


def _word(row: Row, column: str) -> str:
    return STATE_STYLES[row["status"]][1] if column == "status" else row[column]


class RunTable(DataTable[Text]):
    """The rows; the keys of lists work in it, and those of the screen, which would lose enter to it otherwise."""

    BINDINGS = keymap.bindings("lists", "runs")

    def action_move(self, by: int) -> None:
        """Move the cursor by `by` rows, down if positive; it stops at the ends."""
        self.move_cursor(row=self.cursor_row + by)

    def action_edge(self, side: int) -> None:
        """To the newest run (a negative `side`) or to the oldest."""
        self.move_cursor(row=0 if side < 0 else self.row_count - 1)


class RunsScreen(Screen[None]):
    """Enter opens a run in the workbench."""

    scope: ClassVar[keymap.Scope] = "runs"

    class Read(Message):
        """The table's new rows."""

        def __init__(self, rows: list[Row]) -> None:
            super().__init__()
            self.rows = rows

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[Row] = []
        self._made: dict[str, tuple[object, Row]] = {}
        self._reload_due = Throttle(self, RELOAD_SECONDS, self._read_soon)

    @property
    def workbench(self) -> Workbench:
        """The app, as far as screens know it."""
        return cast("Workbench", self.app)

    def compose(self) -> ComposeResult:
        """The status line, the table or a sentence in its place, the key bar."""
        yield StatusLine("runs")
        yield RunTable(cursor_type="row")
        yield Static("No run yet. Train one in the workbench.", id="empty", classes="quiet")
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin to look what other processes do; while another screen is shown, nothing is read."""
        self.set_interval(LOOK_SECONDS, self._look)

    def _look(self) -> None:
        if self.is_current:
            self.action_reload()

    def on_screen_resume(self) -> None:
        """Read the runs again: they may have changed while another screen was shown."""
        self.refresh_status()
        self.action_reload()

    def changed(self, event: Event) -> None:
        """Something happened to a run of ours."""
        self.refresh_status()
        if self.is_current and not isinstance(event, Progress):
            self._reload_due.request()

    def refresh_status(self) -> None:
        """Draw the status line."""
        if self.is_current and self.app.is_running:
            self.query_one(StatusLine).show(self.workbench.status(self.workbench.desk.dataset))

    def action_reload(self) -> None:
        """Read the run folder again, at most once in `RELOAD_SECONDS`."""
        self._reload_due.request()

    def _read_soon(self) -> None:
        self._read()

    @work(thread=True, exclusive=True, group="runs")
    def _read(self) -> None:
        self.post_message(self.Read([self._row_of(record) for record in self.workbench.store.runs()]))

    def _row_of(self, record: RunRecord) -> Row:
        """A row is made anew when something about its run has changed: making it reads many events."""
        stamp = (record.lives, record.last_change)
        if self._made.get(record.id, (None,))[0] != stamp:
            self._made[record.id] = stamp, _row(record)
        return self._made[record.id][1]

    @on(Read)
    def _rows_read(self, message: Read) -> None:
        self.refresh_status()
        rows = [{**row, "status": self._status_here(row)} for row in message.rows]
        if rows != self._rows or not rows:
            self._rows = rows
            self._fill()

    def _status_here(self, row: Row) -> str:
        """What waits in our own queue is not known to the store."""
        ours = self.workbench.state.runs.get(row["run"])
        return ours.status if ours and ours.here and ours.going else row["status"]

    def on_resize(self) -> None:
        """Which columns have room depends on the width."""
        if self._rows:
            self._fill()

    def _fill(self) -> None:
        table, chosen = self.query_one(RunTable), self._chosen
        columns = columns_for(self._rows, self.size.width - 2)
        table.clear(columns=True)
        table.add_columns(*columns)
        for row in self._rows:
            table.add_row(*(self._cell(row, column) for column in columns), key=row["run"])
        self.query_one("#empty").display = not self._rows
        table.display = bool(self._rows)
        ids = [row["run"] for row in self._rows]
        table.move_cursor(row=ids.index(chosen["run"]) if chosen and chosen["run"] in ids else 0)
        self.refresh_bindings()

    def _cell(self, row: Row, column: str) -> Text:
        if column != "status":
            return Text(row[column])
        mark, word, colour = STATE_STYLES[row["status"]]
        return Text(f"{mark} {word}", self.app.theme_variables.get(colour.removeprefix("$"), ""))

    @property
    def _chosen(self) -> Row | None:
        """The run under the cursor."""
        table = self.query_one(RunTable)
        if not table.is_valid_row_index(table.cursor_row):
            return None
        run_id = table.coordinate_to_cell_key(Coordinate(table.cursor_row, 0)).row_key.value
        return next((row for row in self._rows if row["run"] == run_id), None)

    @on(DataTable.RowHighlighted)
    def _moved(self) -> None:
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The run under the cursor decides: only one at rest can go on, only one that goes can be stopped."""
        known = ("open", "resume", "stop", "copy_id", "copy_command")
        chosen = self._chosen if action in known and self.is_mounted else None
        match action:
            case "open" | "copy_id" | "copy_command":
                return chosen is not None
            case "resume":
                return chosen is not None and chosen["status"] in RESUMABLE
            case "stop":
                return chosen is not None and chosen["status"] in GOING
        return True

    @on(DataTable.RowSelected)
    def action_open(self) -> None:
        """Show the run under the cursor in the workbench; nothing in an empty table."""
        if self._chosen:
            self.workbench.open_run(self._chosen["run"])

    def action_resume(self) -> None:
        """Let the run under the cursor go on and show it; if it cannot, a notice says why."""
        if self._chosen and self.workbench.resume_run(self._chosen["run"]):
            self.workbench.open_run(self._chosen["run"])

    def action_stop(self) -> None:
        """Stop the run under the cursor, whichever process trains it; its weights are kept."""
        if self._chosen:
            self.workbench.stop_run(self._chosen["run"])

    def action_copy_id(self) -> None:
        """Put the id of the run under the cursor on the clipboard."""
        if self._chosen:
            self._copy(self._chosen["run"])

    def action_copy_command(self) -> None:
        """Put the command that repeats the run under the cursor on the clipboard."""
        if self._chosen:
            self._copy_command(self._chosen["run"])

    @work(exclusive=True, group="taking")
    async def _copy(self, run_id: str) -> None:
        from aetui.taking import clipboard

        self.notify(f"{run_id}: {await clipboard.copy(self.app, run_id)}", markup=False)

    @work(exclusive=True, group="taking")
    async def _copy_command(self, run_id: str) -> None:
        from aetui.taking import clipboard
        from aetui.taking.command import Repeat, stored

        def read() -> Repeat:
            return stored(self.workbench.store.find(run_id), self.workbench.data_dir)

        try:
            again = await asyncio.to_thread(read)
        except EngineError as error:
            self.workbench.notice(error.title, error.message)
            return
        if not again.commands:
            self.workbench.notice("No command", again.remark)
            return
        told = await clipboard.copy(self.app, again.line)
        self.notify("\n".join(filter(None, (again.line, told, again.remark))), markup=False)


def _unnamed(record: RunRecord) -> str:
    """The beginning of its id, and the seed where others of its group begin like it."""
    seed = f"-{record.config.get('seed', '')}" if record.group else ""
    return plain(record.id[:STAMP_WIDTH] + seed)


def _row(record: RunRecord) -> Row:
    last = record.last_epoch
    cells = (
        record.status,
        plain(record.name, NAME_WIDTH) or _unnamed(record),
        plain(f"{record.variant} {record.preset}", NAME_WIDTH),
        plain(record.dataset, NAME_WIDTH),
        f"{numbers.count(last.epoch if last else 0)} / {numbers.count(record.epochs)}",
        numbers.loss(last.validation["loss"]) if last and "loss" in last.validation else numbers.UNKNOWN,
        time.strftime("%Y-%m-%d %H:%M", time.localtime(record.created)),
        plain(record.id),
    )
    return dict(zip(COLUMNS, cells, strict=True))
