"""Runs of the store, read off the screen's loop and folded like live ones."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual.message import Message

from aetui.state.fold import apply, apply_all
from aetui.state.run_state import RunState, RunStatus
from engine.errors import EngineError
from engine.events import CheckpointSaved, Event

if TYPE_CHECKING:
    from engine.runs.step_history import StepHistory
    from engine.runs.store import RunRecord, RunStore


class RunRead(Message):
    """A whole run. `offset` is where its event file was left, `asked` whether the user asked for this very run,
    `number` that of the reading."""

    def __init__(
        self, run: RunState, blank: RunState, events: list[Event], offset: int, number: int, *, asked: bool
    ) -> None:
        super().__init__()
        self.run = run
        self.blank = blank
        self.events = events
        self.offset = offset
        self.number = number
        self.asked = asked

    def until(self, seq: int) -> RunState:
        """The run as it was when event `seq` had happened."""
        run = apply_all(self.blank, (event for event in self.events if event.seq <= seq))
        return replace(run, steps=self.run.steps)


class Followed(Message):
    """What another process wrote since `before`, and how its run stands now."""

    def __init__(
        self,
        run_id: str,
        before: int,
        events: list[Event],
        offset: int,
        status: RunStatus | None,
        passing: Event | None,
        pid: int,
        steps: StepHistory | None = None,
    ) -> None:
        """`steps`: the losses of its steps, where its folder has newer ones."""
        super().__init__()
        self.run_id = run_id
        self.before = before
        self.events = events
        self.offset = offset
        self.status = status
        self.passing = passing
        self.pid = pid
        self.steps = steps

    def applied_to(self, run: RunState) -> RunState:
        """`run` with these events. A run that was going is interrupted where its folder is gone."""
        if self.status is None:  # its folder is gone
            return run.as_found("interrupted") if run.going else run
        now = apply_all(run, self.events)
        if self.steps is not None:
            now = replace(now, steps=self.steps)
        now = _as_it_stands(now, self.passing, self.status)
        return now if now.pid == self.pid else replace(now, pid=self.pid)


def read_run(record: RunRecord, number: int = 0, *, asked: bool) -> RunRead:
    """All that `record` holds."""
    from engine.runs.step_file import read_steps  # it imports numpy, for which the first frame must not wait

    blank = _blank(record)
    events, offset = record.events()
    run = replace(apply_all(blank, events), steps=read_steps(record.folder))
    run = _as_it_stands(run, record.passing, record.status)
    if run.name != record.name:  # it was called otherwise when it began
        run = replace(run, name=record.name)
    return RunRead(run.ready_to_draw(), blank, events, offset, number, asked=asked)


def _as_it_stands(run: RunState, passing: Event | None, status: RunStatus) -> RunState:
    """What passes counts until something is recorded."""
    if passing is not None and passing.seq >= run.seq:
        run = apply(run, passing)
    return run.as_found(status)


def unread_run(record: RunRecord) -> RunState:
    """What `record` tells without reading all its events; only newer ones count for it until its past is read."""
    return replace(_blank(record), status=record.status, seq=record.last_seq, whole=False)


def _blank(record: RunRecord) -> RunState:
    return RunState(
        record.id,
        variant=record.variant,
        preset=record.preset,
        config=record.config,
        dataset=record.dataset,
        data_kind=record.info.kind,
        name=record.name,
        group=record.group,
        planned=record.epochs,
        pid=record.info.pid,
    )


def follow(store: RunStore, run_id: str, offset: int) -> Followed:
    """What is new since `offset`; a run that is no longer there is not trained any more."""
    from engine.runs.step_file import read_steps

    try:
        record = store.find(run_id)
    except EngineError:
        return Followed(run_id, offset, [], offset, None, None, 0)
    events, after = record.events(offset)
    saved = any(isinstance(event, CheckpointSaved) for event in events)  # the losses of its steps are, just before
    steps = read_steps(record.folder) if saved else None
    return Followed(run_id, offset, events, after, record.status, record.passing, record.info.pid, steps)
