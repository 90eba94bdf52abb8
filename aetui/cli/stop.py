"""`aetui stop`: end a run that another process trains."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

import typer

from aetui.cli.arguments import Run
from aetui.render.text import plain

if TYPE_CHECKING:
    from engine.events import RunFinished
    from engine.runs.store import RunRecord, RunStore

ANSWER_SECONDS = 60.0
"""How long the other process may take: a chunk, an answer it works at, and writing its weights."""
TICK_SECONDS = 0.05


def stop(context: typer.Context, run: Run) -> None:
    """Stop a run that another process trains; its weights are kept, and `aetui resume` goes on with it.

    One that waits in another process, or in one that is gone, never begins.
    """
    from aetui.cli.train import summary
    from engine.errors import RunError, UsageError
    from engine.runs import waiting
    from engine.runs.commands import put_command, withdraw_command

    store = context.obj.store
    left = waiting.find_left(store.root, run)
    if left is not None:
        waiting.forget(store.root, left.run_id)
        typer.echo(f"{plain(left.run_id)} will not begin: its process was gone, and it is taken from what waits")
        return
    _refuse_sweep(store, run)
    run_id = waiting.find(store.root, run) or store.find(run).id
    before, waits = _last_seq(store, run_id), waiting.waits(store.root, run_id)
    if waits and _taken_back(store, run_id, before):
        typer.echo(f"{plain(run_id)} was stopped before it {'went on' if before else 'began to train'}")
        return
    record = store.find(run_id)
    if not (waits or record.lives):
        raise UsageError("Nothing to stop", f"no process trains {record.id}; it is {record.status}")
    if record.lives:
        put_command(record.folder, "stop")
    finished = _awaited(record, before)
    if finished is None:
        withdraw_command(record.folder)
        raise RunError(
            "No answer",
            f"process {record.info.pid} on {record.info.host} still trains {record.id} after {ANSWER_SECONDS:.0f} s; "
            f"it is being prepared or hangs: try again, or `kill {record.info.pid}` there",
        )
    typer.echo(summary(record, finished))


def _refuse_sweep(store: RunStore, text: str) -> None:
    """Raises UsageError where `text` means a sweep: its runs would be taken for what is meant."""
    from engine.errors import UsageError
    from engine.sweeps import sweep as sweeps

    for sweep in sweeps.kept(store) if store.get(text) is None else ():
        if text in (sweep.id, sweep.name):
            raise UsageError("A sweep", f"{text} is a sweep: `aetui sweep stop {sweep.called}` stops it")


def _taken_back(store: RunStore, run_id: str, before: int) -> bool:
    """Whether a run that waits in another process never begins; it may begin in that very moment."""
    from engine.errors import RunError
    from engine.runs import waiting

    until = time.monotonic() + ANSWER_SECONDS
    with suppress(OSError):
        waiting.take_back(store.root, run_id)
    while waiting.waits(store.root, run_id):
        if time.monotonic() > until:
            told = f"{run_id} is still being prepared after {ANSWER_SECONDS:.0f} s; it is stopped as soon as it can be"
            raise RunError("No answer", told)
        time.sleep(TICK_SECONDS)
    return _last_seq(store, run_id) == before


def _last_seq(store: RunStore, run_id: str) -> int:
    record = store.get(run_id)
    return record.last_seq if record else 0


def _awaited(record: RunRecord, before: int) -> RunFinished | None:
    """How the run ended after event `before`, once it has; None if it goes on."""
    from engine.errors import RunError
    from engine.events import RunFinished

    until = time.monotonic() + ANSWER_SECONDS
    while record.lives:
        if time.monotonic() > until:
            return None
        time.sleep(TICK_SECONDS)
    ends = [event for event in record.last_events() if isinstance(event, RunFinished) and event.seq > before]
    if not ends:
        raise RunError("Interrupted", f"the process that trained {record.id} is gone; `aetui resume {record.id}`")
    return ends[-1]
