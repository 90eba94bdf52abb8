"""`aetui stop`: end a run that another process trains."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import typer

from aetui.cli.arguments import Run

if TYPE_CHECKING:
    from engine.events import RunFinished
    from engine.runs.store import RunRecord

ANSWER_SECONDS = 60.0
"""How long the other process may take: a chunk, an answer it works at, and writing its weights."""
TICK_SECONDS = 0.05


def stop(context: typer.Context, run: Run) -> None:
    """Stop a run that another process trains; its weights are kept, and `aetui resume` goes on with it."""
    from aetui.cli.train import summary
    from engine.errors import RunError, UsageError
    from engine.runs.commands import put_command, withdraw_command

    record = context.obj.store.find(run)
    if not record.lives:
        raise UsageError("Nothing to stop", f"no process trains {record.id}; it is {record.status}")
    before = record.last_seq
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
