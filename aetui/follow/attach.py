"""Runs of the store on the screen: read, followed while another process trains them, and steered there."""

from __future__ import annotations

from collections.abc import Callable
from time import time
from typing import TYPE_CHECKING

from textual import on, work

from aetui.follow.group import OthersRead, read_others
from aetui.follow.reading import Followed, RunRead, follow, read_run
from aetui.screens.faults import Unfailing
from aetui.state.fold import Change, GroupRead, Read, fold
from aetui.state.run_state import WorkbenchState
from engine import registry
from engine.errors import EngineError
from engine.registry import VARIANTS

if TYPE_CHECKING:
    from aetui.screens.workbench import WorkbenchScreen
    from engine.runs.control import Command
    from engine.runs.store import RunRecord, RunStore

FOLLOW_SECONDS = 0.5


class RunFollower(Unfailing):
    """An app, not a mixin: Textual collects handlers and workers from the classes of message pumps only."""

    store: RunStore
    desk: WorkbenchScreen
    _state = WorkbenchState()
    _followed: tuple[str, int] | None = None
    """The run of another process, and how far its events are read."""
    _reading = 0
    """Number of the newest reading; what older ones find is not wanted any more."""

    if TYPE_CHECKING:  # what the workbench has

        def show_workbench(self) -> None: ...

        def heard_of(self, run_id: str) -> None:
            """The run has another status now."""

    @property
    def state(self) -> WorkbenchState:
        """All that is known so far."""
        return self._state

    def hear(self, change: Change) -> None:
        """Take `change` into the state: the one way in which it becomes another."""
        self._state = fold(self._state, change)

    def send_command(self, run_id: str, command: Command) -> None:
        """Ask the process that trains a run for something; it takes that process up to half a second."""
        from engine.runs.commands import put_command

        try:
            put_command(self.store.find(run_id).folder, command)
        except EngineError as error:
            self.notice(error.title, error.message)
        except OSError as error:
            self.notice("Not asked", f"the process that trains {run_id} could not be asked: {error}")

    def show_last(self, variant: str) -> None:
        """Show the run of `variant` that is going here, else its newest stored one, if there is any."""
        active = self.state.active
        if active is not None and active.variant == variant:
            self._reading += 1
            self.desk.show_run(active.run_id)
        else:
            self._read(lambda: next(self.store.picked(lambda run: run.variant == variant), None), asked=False)

    def show_first(self, variant: str) -> None:
        """Show a run that another process trains, so that coming back finds it; else the last one of `variant`."""

        def find() -> RunRecord | None:
            known = [run for run in self.store.summaries() if run.variant in VARIANTS]
            of_variant = (run for run in known if run.variant == variant)
            first = next((run for run in known if run.going), next(of_variant, None))
            return self.store.get(first.id) if first else None

        self._read(find, asked=False)

    def open_run(self, text: str) -> None:
        """Show the run that `text` means (an id, the beginning of one, a name, "last")."""
        self._read(lambda: self.store.find(text), asked=True)

    def _read(self, find: Callable[[], RunRecord | None], *, asked: bool) -> None:
        self._reading += 1
        self._read_run(find, self._reading, asked=asked)

    @work(thread=True, exclusive=True, group="run")
    def _read_run(self, find: Callable[[], RunRecord | None], number: int, *, asked: bool) -> None:
        try:
            record = find()
        except EngineError as error:
            self.call_from_thread(self.notice, error.title, error.message)
            return
        if record is not None:
            self.post_message(read_run(record, number, asked=asked))

    @on(RunRead)
    def _run_read(self, message: RunRead) -> None:
        if message.number != self._reading or (self.desk.run_id and not message.asked):
            return
        if registry.known(message.run.variant) is None:
            self.notice("Unknown model", f"{message.run.run_id} is of a model that this version does not have")
            return
        run, known = message.run, self.state.runs.get(message.run.run_id)
        if known is None or not (known.here and known.going):
            self.hear(Read(run))
            self._followed = (run.run_id, message.offset)  # also one at rest: another process may resume it
        elif not known.whole:
            # Events are written before they are sent, so a second reading has all that was sent meanwhile.
            if run.seq < known.seq:
                self._read(lambda: self.store.find(run.run_id), asked=message.asked)
                return
            self.hear(Read(known.with_past(message.until(known.seq))))
        self.desk.show_run(run.run_id, asked=message.asked)
        if message.asked:
            self.show_workbench()

        self.look_at_group(message.run.run_id)

    def look_at_group(self, run_id: str) -> None:
        """Read what the runs of the same group reached."""
        run = self.state.runs.get(run_id)
        if run is not None and run.group:
            self._read_others(run_id, run.group)

    @work(thread=True, exclusive=True, group="others", exit_on_error=False)
    def _read_others(self, run_id: str, group: str) -> None:
        self.post_message(read_others(self.store, run_id, group))

    @on(OthersRead)
    def _others_read(self, message: OthersRead) -> None:
        if message.run_id in self.state.runs:
            self.hear(GroupRead(message.run_id, message.others, message.reached, time()))
            self.desk.refresh_run()

    def _follow(self) -> None:
        """Look for news of a run that another process trains."""
        if self._followed is not None:
            self._read_news(*self._followed)

    @work(thread=True, exclusive=True, group="follow")
    def _read_news(self, run_id: str, offset: int) -> None:
        self.post_message(follow(self.store, run_id, offset))

    @on(Followed)
    def _news(self, message: Followed) -> None:
        run = self.state.runs.get(message.run_id)
        if run is None or (run.here and run.going) or self._followed != (run.run_id, message.before):
            return
        now = message.applied_to(run)
        self.hear(Read(now))
        self._followed = (run.run_id, message.offset)
        if now.status != run.status:
            self.heard_of(run.run_id)
        if message.events or now.status != run.status:
            self.desk.refresh_run()
        elif now is not run:
            self.desk.refresh_progress()
