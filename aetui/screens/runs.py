"""The screen of all runs: what can be done with the one under the cursor."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.message import Message

from aetui import keymap
from aetui.racing.marks import FULL, Marks
from aetui.render import run_cells
from aetui.screens.run_list import RunList
from aetui.state.fold import Read
from aetui.state.run_state import GOING, RESUMABLE
from aetui.widgets.run_table import RunTable
from engine.errors import EngineError, counted
from engine.runs import groups
from engine.runs.listing import labels, trash
from engine.runs.listing.waiting_rows import ABANDONED, WAITING

if TYPE_CHECKING:
    from engine.runs.listing.rows import Row

OF_A_RUN = frozenset(
    {"open", "mark", "resume", "stop", "move_queued", "rename", "tag", "note", "delete", "copy_id", "copy_command"}
)
LABELS = {"name": "name", "tags": "tags", "note": "note"}
"""What the line below the table is asked for, as its label."""

UNBEGUN = (WAITING, ABANDONED)
"""Of other processes, or of none any more."""


class RunsScreen(RunList):
    """Enter opens a run in the workbench."""

    scope: ClassVar[keymap.Scope] = "runs"

    class Labelled(Message):
        """A label was written, or could not be: `wrong` says why."""

        def __init__(self, run_id: str, purpose: str, text: str, wrong: str) -> None:
            super().__init__()
            self.run_id = run_id
            self.purpose = purpose
            self.text = text
            self.wrong = wrong

    class Done(Message):
        """Runs were deleted or brought back: what to say of it, and the error if it failed."""

        def __init__(self, said: str, error: EngineError | None = None) -> None:
            super().__init__()
            self.said = said
            self.error = error

    def __init__(self) -> None:
        super().__init__()
        self._labelled_run = ""
        self.marks = Marks()
        """The runs that are to race, whatever filter and order are."""

    @property
    def marked(self) -> int:
        """How many runs are to race."""
        return len(self.marks)

    def show_rows(self) -> None:
        """As `RunList.show_rows`; the marks of runs that are gone go, too."""
        if self._progress is None and self.marks:
            self.marks.keep({row.run.id for row in self._all.rows})
            if self.is_mounted:
                self.table.mark(self.marks.places)
        super().show_rows()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The run under the cursor decides: only one at rest can go on, only one that goes can be stopped."""
        if self.is_mounted and action in ("race", "unmark"):
            return bool(self.marks)
        if not self.is_mounted or action not in OF_A_RUN:
            return True
        row = self.chosen
        match action:
            case "resume":
                return row is not None and row.run.status in (*RESUMABLE, ABANDONED)
            case "stop":
                return row is not None and row.run.status in (*GOING, *UNBEGUN)
            case "move_queued":
                return row is not None and self._waits(row)
            case "delete":
                return row is not None and row.run.status not in (*GOING, *UNBEGUN)
            case "rename" | "tag" | "note":
                return row is not None and not self._unbegun(row)
        return row is not None

    def _waits(self, row: Row) -> bool:
        ours = self.workbench.state.runs.get(row.run.id)
        return ours is not None and ours.here and ours.status == "queued"

    def _unbegun(self, row: Row) -> bool:
        """Whether there is no folder of it yet."""
        return (self._waits(row) or row.run.status in UNBEGUN) and not (self.workbench.store.root / row.run.id).exists()

    @on(RunTable.Opened)
    def action_open(self) -> None:
        """Show the run under the cursor in the workbench; nothing in an empty table."""
        if self.chosen:
            self.workbench.open_run(self.chosen.run.id)

    def action_resume(self) -> None:
        """Let the run under the cursor go on and show it; if it cannot, a notice says why. One whose process was gone
        before it began is queued here."""
        chosen = self.chosen
        if chosen is not None and chosen.run.status == ABANDONED:
            if self.workbench.take_up(chosen.run.id):
                self.say("taken up: it trains here when its turn comes")
            self.action_reload()
        elif self.chosen and self.workbench.resume_run(self.chosen.run.id):
            self.workbench.open_run(self.chosen.run.id)

    def action_stop(self) -> None:
        """Stop the run under the cursor, whichever process trains it; its weights are kept. One that waits in another
        process, or in none any more, never begins."""
        if self.chosen and self.chosen.run.status in UNBEGUN and not self._waits(self.chosen):
            self.workbench.take_back(self.chosen.run.id)
            self.action_reload()
        elif self.chosen:
            self.workbench.stop_run(self.chosen.run.id)

    def action_move_queued(self, by: int) -> None:
        """Let the waiting run under the cursor begin `by` places later, sooner if negative."""
        if self.chosen:
            self.workbench.move_run(self.chosen.run.id, by)
            self.show_rows()

    def action_sweeps(self) -> None:
        """Show the newest sweep, or that of the run under the cursor."""
        from aetui.screens import sweep_commands
        from engine.sweeps import sweep

        group = self.chosen.run.group if self.chosen else ""
        known = {each.id for each in sweep.kept(self.workbench.store)} if group else set()
        sweep_commands.show(self.workbench, group if group in known else "")

    # Racing.

    def action_mark(self) -> None:
        """Mark the run under the cursor to race, or take its mark away; a seventh is refused."""
        row = self.chosen
        if row is None:
            return
        if self._unbegun(row):
            self.say("it has not begun: there is nothing to race with yet")
        elif not self.marks.switch(row.run.id):
            self.say(FULL)
        else:
            self._marks_changed()

    def action_unmark(self) -> None:
        """Take all marks away."""
        self.marks.clear()
        self._marks_changed()

    def _marks_changed(self) -> None:
        self.table.mark(self.marks.places)
        self.say(self._marks_told() if self.marks else "no run is marked")
        self.refresh_bindings()

    def _marks_told(self) -> str:
        key = keymap.first_key(keymap.BY_ID["race"], self.workbench.key_overrides)
        return f"{counted(len(self.marks), 'run')} marked; {key} races them"

    def action_race(self) -> None:
        """Race the runs that are marked."""
        if self.marks:
            from aetui.screens.race import RaceScreen

            self.app.push_screen(RaceScreen(self.marks.places, self.workbench.key_overrides))

    # Taking away.

    def action_copy_id(self) -> None:
        """Put the id of the run under the cursor on the clipboard."""
        if self.chosen:
            self._copy(self.chosen.run.id)

    def action_copy_command(self) -> None:
        """Put the command that repeats the run under the cursor on the clipboard."""
        if self.chosen:
            self._copy_command(self.chosen.run.id)

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

    # Labels.

    def action_rename(self) -> None:
        """Ask what the run under the cursor is to be called."""
        if self.chosen:
            self._ask("name", self.chosen, self.chosen.run.name, "what it is called; nothing for no name")

    def action_tag(self) -> None:
        """Ask for the tags of the run under the cursor."""
        if self.chosen:
            self._ask("tags", self.chosen, " ".join(self.chosen.run.tags), "words to find it by: tag=good")

    def action_note(self) -> None:
        """Ask for the note of the run under the cursor."""
        if self.chosen:
            self._ask("note", self.chosen, self.chosen.run.note, "one line to remember it by")

    def _ask(self, purpose: str, row: Row, text: str, placeholder: str) -> None:
        self._labelled_run = row.run.id
        self.line.ask(purpose, f"{LABELS[purpose]} of {run_cells.name(row.run, 20)}:", text, placeholder)

    def label(self, purpose: str, text: str) -> None:
        """Write what was typed: on a disk far away that takes its time."""
        self._write_label(self._labelled_run, purpose, text)

    @work(thread=True, group="labels", exit_on_error=False)
    def _write_label(self, run_id: str, purpose: str, text: str) -> None:
        store, wrong = self.workbench.store, ""
        try:
            record = store.find(run_id)
            if purpose == "name":
                text = labels.checked_name(text)
                groups.check_run_name(text, store, record.id)
                record.relabel(name=text)
            elif purpose == "tags":
                record.relabel(tags=labels.checked_tags([text]))
            else:
                record.relabel(note=labels.checked_note(text))
        except EngineError as error:
            wrong = error.message
        self.post_message(self.Labelled(run_id, purpose, text, wrong))

    @on(Labelled)
    def _labelled(self, message: Labelled) -> None:
        if message.wrong:
            self.line.complain(message.wrong)
            return
        known = self.workbench.state.runs.get(message.run_id)
        if message.purpose == "name" and known is not None:
            self.workbench.hear(Read(replace(known, name=message.text)))
            self.workbench.desk.refresh_run()  # the title of its chart is the name
        if self.line.purpose == message.purpose:
            self.close_line()
        self.action_reload()

    # Deleting.

    def action_delete(self) -> None:
        """Ask, then take the run under the cursor out of the store."""
        from aetui.screens.delete_dialog import DeleteDialog

        row = self.chosen
        if row is None:
            return
        run = row.run
        done = counted(run.epochs, "epoch")
        what = f"{run_cells.name(run)}\n{run_cells.model(run)} on {run.dataset}, {done}, {run_cells.metric(row)}"

        def answered(go: bool | None) -> None:
            if go:
                self._delete(run.id)

        self.app.push_screen(DeleteDialog(what, self.workbench.key_overrides), answered)

    @work(thread=True, group="deleting", exit_on_error=False)
    def _delete(self, run_id: str) -> None:
        store = self.workbench.store
        undo = keymap.first_key(keymap.BY_ID["undelete_run"], self.workbench.key_overrides)
        try:
            record = store.find(run_id)
            trash.delete(store, [record])
        except EngineError as error:
            self.post_message(self.Done("", error))
        else:
            self.post_message(self.Done(f"{record.name or run_id} deleted; {undo} brings it back"))

    def action_undelete(self) -> None:
        """Bring back what was deleted last."""
        self._undelete()

    @work(thread=True, group="deleting", exit_on_error=False)
    def _undelete(self) -> None:
        try:
            back = trash.undelete(self.workbench.store)
        except EngineError as error:
            self.post_message(self.Done(error.message))
        else:
            beside = f" and {', '.join(back.beside)}" if back.beside else ""
            self.post_message(self.Done(f"{counted(len(back.runs), 'run')}{beside} brought back"))

    @on(Done)
    def _done(self, message: Done) -> None:
        if message.error is not None:
            self.workbench.notice(message.error.title, message.error.message)
        if message.said:
            self.say(message.said)
        self.action_reload()
