"""Runs that are left to a process without a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aetui.cli.options import Options
    from engine.runs.handover import Detached
    from engine.runs.jobs import HandOver


def detach(options: Options, handed: HandOver, *, watched: bool = False) -> Detached:
    """Have a process of its own go on with what was handed over; `watched` if its first events are to be read.

    Raises:
        RunError: it could not be started.
    """
    from engine.runs.handover import launch

    return launch(
        options.store.root,
        options.data_folder,
        options.device,
        handed,
        watched=watched,
        jobs=options.jobs or 1,
        isolate=options.isolate,
    )


def told(detached: Detached | None, handed: HandOver) -> str:
    """What went where, for people; nobody is `detached` where nothing waited."""
    alive = [f"{living.run_id} goes on in process {living.pid}" for living in handed.living]
    begins = [order.run_id for order in handed.orders]
    first = (*(living.run_id for living in handed.living), *begins)[0]
    if alive or detached is None:
        waiting = [f"  after {'it' if len(alive) == 1 else 'them'} {run_id}" for run_id in begins]
    else:
        waiting = [f"{first} goes on in process {detached.pid}", *(f"  after it {run_id}" for run_id in begins[1:])]
    lines = [
        *alive,
        *waiting,
        f"  aetui open {first}  shows it",
        f"  aetui stop {first}  ends it",
    ]
    return "\n".join(lines)
