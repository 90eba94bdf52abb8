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

    return launch(options.store.root, options.data_folder, options.device, handed, watched=watched)


def told(detached: Detached, handed: HandOver) -> str:
    """What went where, for people."""
    first, *others = (order.run_id for order in handed.orders)
    lines = [
        f"{first} goes on in process {detached.pid}",
        *(f"  after it {run_id}" for run_id in others),
        f"  aetui open {first}  shows it",
        f"  aetui stop {first}  ends it",
    ]
    return "\n".join(lines)
