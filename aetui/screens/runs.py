"""The table of all runs, newest first."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar, cast

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.message import Message
from textual.screen import Screen
from textual.widgets import DataTable, Static

from aetui import keymap
from aetui.bridge import Throttle
from aetui.render import numbers
from aetui.widgets.key_bar import KeyBar
from aetui.widgets.status_line import STATE_STYLES, StatusLine
from engine.events import Event, Progress

if TYPE_CHECKING:
    from aetui.app import Workbench
    from engine.store import RunRecord

COLUMNS = ("status", "model", "data", "epochs", "validation", "begun", "run")
RELOAD_SECONDS = 1.0

Row = tuple[str, ...]


class RunTable(DataTable[str | Text]):
    """The rows; the keys of lists work in it, and those of the screen, which would lose enter to it otherwise."""

    BINDINGS = keymap.bindings("lists", "runs")

    def action_move(self, by: int) -> None:
        self.move_cursor(row=self.cursor_row + by)

    def action_edge(self, side: int) -> None:
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
        self._reload_due = Throttle(self, RELOAD_SECONDS, self._read_soon)

    @property
    def workbench(self) -> Workbench:
        return cast("Workbench", self.app)

    def compose(self) -> ComposeResult:
        yield StatusLine("runs")
        yield RunTable(cursor_type="row")
        yield Static("No run yet. Train one in the workbench.", id="empty", classes="quiet")
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one(RunTable).add_columns(*COLUMNS)

    def on_screen_resume(self) -> None:
        self._show_status()
        self.action_reload()

    def changed(self, event: Event) -> None:
        """Something happened to a run of ours."""
        if self.is_current:
            self._show_status()
            if not isinstance(event, Progress):
                self._reload_due.request()

    def _show_status(self) -> None:
        self.query_one(StatusLine).show(self.workbench.status(self.workbench.desk.dataset))

    def action_reload(self) -> None:
        self._reload_due.request()

    def _read_soon(self) -> None:
        self._read()

    @work(thread=True, exclusive=True, group="runs", exit_on_error=False)
    def _read(self) -> None:
        self.post_message(self.Read([_row(record) for record in self.workbench.store.runs()]))

    @on(Read)
    def _show(self, message: Read) -> None:
        table = self.query_one(RunTable)
        at = table.cursor_row
        table.clear()
        for status, *rest in message.rows:
            table.add_row(self._status(status), *rest, key=rest[-1])
        self.query_one("#empty").display = not message.rows
        table.display = bool(message.rows)
        table.move_cursor(row=min(at, table.row_count - 1))

    def _status(self, status: str) -> Text:
        mark, word, colour = STATE_STYLES[status]
        return Text(f"{mark} {word}", self.app.theme_variables.get(colour.removeprefix("$"), ""))

    @property
    def _chosen(self) -> str | None:
        table = self.query_one(RunTable)
        return str(table.get_row_at(table.cursor_row)[-1]) if table.row_count else None

    @on(DataTable.RowSelected)
    def action_open(self) -> None:
        if self._chosen:
            self.workbench.open_run(self._chosen)

    def action_resume(self) -> None:
        if self._chosen:
            self.workbench.resume_run(self._chosen)
            self.workbench.open_run(self._chosen)


def _row(record: RunRecord) -> Row:
    last = record.last_epoch
    return (
        record.status,
        f"{record.variant} {record.preset}",
        record.dataset,
        f"{numbers.count(last.epoch if last else 0)} / {numbers.count(record.epochs)}",
        numbers.loss(last.validation["loss"]) if last and "loss" in last.validation else numbers.UNKNOWN,
        time.strftime("%Y-%m-%d %H:%M", time.localtime(record.created)),
        record.id,
    )
