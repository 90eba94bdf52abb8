"""What happened makes the state, and nothing else does: live, finished and foreign runs go through the same code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby
from typing import cast

from aetui.follow.group import Others
from aetui.state.family import Family
from aetui.state.run_state import Level, LogLine, RunState, WorkbenchState
from engine.errors import counted
from engine.events import (
    CheckpointSaved,
    DataProgress,
    EngineFailed,
    EngineLoading,
    EngineReady,
    EpochEnded,
    Event,
    Logged,
    Progress,
    RunCancelled,
    RunFinished,
    RunHandedOver,
    RunHeld,
    RunInterrupted,
    RunPaused,
    RunResumed,
    RunStarted,
    SettingsChanged,
    WorkersReported,
)
from engine.runs import changes
from engine.runs.repeating import Plan


@dataclass(frozen=True)
class Queued:
    """`run` waits for this process's engine."""

    run: RunState


@dataclass(frozen=True)
class Unqueued:
    """A run was taken out of the queue."""

    run_id: str


@dataclass(frozen=True)
class Reordered:
    """The runs that wait begin in this order."""

    run_ids: tuple[str, ...]


@dataclass(frozen=True)
class Read:
    """`run` is what its folder tells, and what is known of it here."""

    run: RunState


@dataclass(frozen=True)
class GroupRead:
    """What the other runs of a run's group say; `reached` is a line for its log, if they reached anything."""

    run_id: str
    others: Others | None
    reached: str
    at: float


@dataclass(frozen=True)
class FamilyRead:
    """What the store says of the runs that a run is related to."""

    run_id: str
    family: Family


@dataclass(frozen=True)
class QueryOver:
    """A query about a run has its answer, or broke off."""

    run_id: str


Change = Event | Queued | Unqueued | Reordered | Read | GroupRead | FamilyRead | QueryOver
"""All that the state can hear of: the engine's events, and what this process did or read itself."""


def fold(state: WorkbenchState, change: Change) -> WorkbenchState:
    """`state` after `change`; costs the same however many epochs a run has."""
    match change:
        case Queued(run):
            return state.queued(run)
        case Unqueued(run_id):
            return state.unqueued(run_id)
        case Reordered(run_ids):
            return state.reordered(run_ids)
        case Read(run):
            return state.with_run(run)
        case GroupRead(run_id, others, reached, at):
            known = state.runs.get(run_id)
            return state if known is None else state.with_run(known.beside(others, reached, at))
        case FamilyRead(run_id, family):
            known = state.runs.get(run_id)
            return state if known is None else state.with_run(replace(known, family=family))
        case QueryOver(run_id):
            if run_id in state.runs:
                state = state.with_run(replace(state.runs[run_id], activity=""))
            over = state.data is not None and state.data.run_id == run_id
            return replace(state, data=None) if over else state
    return _after_event(state, change)


def _after_event(state: WorkbenchState, event: Event) -> WorkbenchState:
    match event:
        case EngineLoading():
            return replace(state, engine="loading")
        case EngineReady(device=device):
            return replace(state, engine="ready", device=device)
        case EngineFailed(run_id="") as failure:
            return replace(_all_failed(state, failure), engine="failed", failure=failure)
        case RunCancelled(run_id=run_id):
            return replace(state.unqueued(run_id), data=None)
        case DataProgress():
            done = bool(event.total) and event.done >= event.total
            state = replace(state, data=None if done else event)
            known = state.runs.get(event.run_id)
            return state if known is None else state.with_run(apply(known, event))
    run = state.runs.get(event.run_id) or RunState(event.run_id)
    changed = apply(run, event)
    return state if changed is run else replace(state.with_run(changed), data=None)


def _all_failed(state: WorkbenchState, failure: EngineFailed) -> WorkbenchState:
    """Without an engine nothing that waits for it ever begins."""
    for run in state.runs.values():
        if run.here and run.going:
            state = state.with_run(apply(run, failure))
    return state


Steady = EpochEnded | CheckpointSaved | Logged | WorkersReported
"""Recorded events that long runs consist of. What many of them in a row come to is found at once."""


def apply_all(run: RunState, events: Iterable[Event]) -> RunState:
    """`run` after all `events`, in order."""
    for steady, group in groupby(events, lambda event: isinstance(event, Steady)):
        if steady:
            run = _after_steady(run, cast("Iterable[Steady]", group))
        else:
            for event in group:
                run = apply(run, event)
    return run


def _after_steady(run: RunState, events: Iterable[Steady]) -> RunState:
    """What was folded in before changes nothing."""
    seq = run.seq
    ended: list[EpochEnded] = []
    lines: list[LogLine] = []
    workers = run.workers
    for event in events:
        if event.seq <= seq:
            continue
        seq = event.seq
        if isinstance(event, EpochEnded):
            ended.append(event)
        elif isinstance(event, Logged):
            lines.append(LogLine(event.at, event.level, event.text))
        elif isinstance(event, WorkersReported):
            workers = event.workers
    if seq == run.seq:
        return run
    run = replace(_lively(run), seq=seq, workers=workers)
    if lines:
        run = run.with_lines(lines)
    return replace(run.with_epochs(ended), progress=None, moving=True) if ended else run


def apply(run: RunState, event: Event) -> RunState:
    """`run` after `event`. A recorded event that was folded in before changes nothing."""
    if isinstance(event, WorkersReported) and not event.recorded:
        return replace(_lively(run), workers=event.workers) if run.going else run
    if isinstance(event, Steady):
        return _after_steady(run, (event,))
    if event.recorded:
        if event.seq <= run.seq:
            return run
        run = replace(run, seq=event.seq)
    if isinstance(event, DataProgress):
        return replace(run, activity=event.activity) if run.going else run
    run = _lively(run, held=isinstance(event, RunHeld))
    match event:
        case RunStarted():
            return _started(run, event)
        case Progress():
            return run.under_way(event) if run.going else run
        case SettingsChanged():
            return _changed(run, event)
        case RunPaused():
            return replace(run.logged(event.at, "paused"), status="paused")
        case RunResumed():
            return _resumed(run, event)
        case RunHandedOver():
            return replace(run.logged(event.at, "handed over to a process of its own"), progress=None, moving=False)
        case RunHeld():
            return _held(run, event)
        case RunFinished():
            return _finished(run, event)
        case RunInterrupted():
            run = run.logged(event.at, event.message, "error")
            return replace(run, status="interrupted", progress=None, message=event.message)
        case EngineFailed():
            line = f"{event.title}: {event.message}"
            return replace(run.logged(event.at, line, "error"), status="failed", message=event.message)
    return run


def _lively(run: RunState, *, held: bool = False) -> RunState:
    """Whatever happens to a run, nothing else is done for it any more, and unless it is `held` it goes on."""
    if run.activity:
        run = replace(run, activity="")
    return replace(run, status="running", message="") if run.status == "held" and not held else run


def _started(run: RunState, event: RunStarted) -> RunState:
    run = replace(
        run,
        status="running",
        variant=event.variant,
        preset=event.preset,
        config=event.config,
        dataset=event.dataset,
        data_kind=event.kind,
        device=event.device,
        name=event.name,
        group=event.group,
        parent=event.parent,
        forked_at=event.forked_at,
        begun=event.config,
        changes=(),
        anew=0,
        moving=False,
        started=event.at,
        planned=event.epochs,
        plans=(Plan(event.config.get("epochs", event.epochs), over=True),),
        aimed=event.config.get("epochs", event.epochs),
        steps_per_epoch=event.steps_per_epoch,
        stages=event.stages,
        layers=event.layers,
        code_size=event.code_size,
        train_items=event.train_items,
        validation_items=event.validation_items,
        metadata=event.metadata,
        spread=event.spread,
    )
    began = f"started: {event.variant} on {event.dataset}, {event.device}"
    branched = f"; a fork of {event.parent} after epoch {event.forked_at}" if event.parent else ""
    return run.logged(event.at, began + branched)


def _changed(run: RunState, event: SettingsChanged) -> RunState:
    from aetui.render.run_cells import changed  # with what tables need, which the first frame does not wait for

    settings = changed(event.config)
    after = run.changed(changes.Change(epoch=event.epoch, config=event.config))
    return run if after is run else after.logged(event.at, f"{settings} from epoch {event.epoch + 1} on")


def _resumed(run: RunState, event: RunResumed) -> RunState:
    """What was recorded from the epoch in progress on is void and comes again."""
    run = replace(
        run.before(event.epoch),
        steps=run.steps.until(event.epoch - 1 + event.step / max(1, run.steps_per_epoch)),
        status="running",
        progress=None,
        moving=False,
        planned=event.epochs,
        plans=_plans(run, event.epochs),
        aimed=event.epochs,
        device=event.device or run.device,
        workers=(),  # who trains it now will report
        message="",
    )
    return run.logged(event.at, f"goes on in epoch {event.epoch} of {event.epochs}, {run.device}")


def _plans(run: RunState, epochs: int) -> tuple[Plan, ...]:
    """Those of `run`, which goes on to so many epochs."""
    if not run.plans or run.aimed == epochs:
        return run.plans
    before = run.found if run.status == "queued" else run.status
    return (*run.plans, Plan(epochs, over=before == "completed"))


def _held(run: RunState, event: RunHeld) -> RunState:
    """It is told again and again; one line will do."""
    if not run.going or run.status == "held":
        return run
    return replace(run.logged(event.at, event.reason, "error"), status="held", message=event.reason)


def _finished(run: RunState, event: RunFinished) -> RunState:
    level: Level = "error" if event.outcome in ("failed", "diverged") else "info"
    text = f"{event.outcome} after {counted(event.epochs, 'epoch')}"
    if event.message:
        text = f"{text}: {event.message}"
    run = run.logged(event.at, text, level)
    return replace(
        run,
        status=event.outcome,
        progress=None,
        metrics=event.metrics,
        weights=event.weights,
        weights_epoch=event.weights_epoch,
        message=event.message,
    )
