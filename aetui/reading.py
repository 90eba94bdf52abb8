"""Runs of the store, read off the screen's loop and folded like live ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from aetui.state import RunState, RunStatus, apply_all
from engine.errors import EngineError
from engine.events import Event

if TYPE_CHECKING:
    from engine.store import RunRecord, RunStore


class RunRead(Message):
    """A whole run. `offset` is where its event file was left, `asked` whether the user asked for this very run."""

    def __init__(self, run: RunState, offset: int, *, asked: bool) -> None:
        super().__init__()
        self.run = run
        self.offset = offset
        self.asked = asked


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
    blank = RunState(
        record.id,
        variant=record.variant,
        preset=record.preset,
        config=record.config,
        dataset=record.dataset,
        name=record.name,
        planned=record.epochs,
    )
    events, offset = record.events()
    return RunRead(apply_all(blank, events).as_found(record.status), offset, asked=asked)


def follow(store: RunStore, run_id: str, offset: int) -> Followed | None:
    """What is new since `offset`; None when the run is no longer there."""
    try:
        record = store.find(run_id)
    except EngineError:
        return None
    events, after = record.events(offset)
    return Followed(run_id, offset, events, after, record.status)
