"""Runs of the store, read off the screen's loop and folded like live ones."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual.message import Message

from aetui.state import RunState, RunStatus, apply_all
from engine.errors import EngineError
from engine.events import Event

if TYPE_CHECKING:
    from engine.store import RunRecord, RunStore


class RunRead(Message):
    """A whole run. `offset` is where its event file was left, `asked` whether the user asked for this very run."""

    def __init__(self, run: RunState, blank: RunState, events: list[Event], offset: int, *, asked: bool) -> None:
        super().__init__()
        self.run = run
        self.blank = blank
        self.events = events
        self.offset = offset
        self.asked = asked

    def until(self, seq: int) -> RunState:
        """The run as it was when event `seq` had happened."""
        return apply_all(self.blank, (event for event in self.events if event.seq <= seq))


class Followed(Message):
    """What another process wrote since `before`, and how its run stands now."""

    def __init__(self, run_id: str, before: int, events: list[Event], offset: int, status: RunStatus) -> None:
        super().__init__()
        self.run_id = run_id
        self.before = before
        self.events = events
        self.offset = offset
        self.status = status


def read_run(record: RunRecord, *, asked: bool) -> RunRead:
    """All that `record` holds."""
    blank = _blank(record)
    events, offset = record.events()
    return RunRead(apply_all(blank, events).as_found(record.status), blank, events, offset, asked=asked)


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
        name=record.name,
        planned=record.epochs,
        pid=record.info.pid,
    )


def follow(store: RunStore, run_id: str, offset: int) -> Followed | None:
    """What is new since `offset`; None when the run is no longer there."""
    try:
        record = store.find(run_id)
    except EngineError:
        return None
    events, after = record.events(offset)
    return Followed(run_id, offset, events, after, record.status)
