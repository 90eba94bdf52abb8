"""Sweeps that the user deletes, with their runs or without: kept aside until the next deletion, as runs are."""

from __future__ import annotations

from engine.errors import RunError
from engine.runs.groups import SWEEPS
from engine.runs.listing import trash
from engine.runs.record import RunRecord
from engine.runs.store import RunStore
from engine.sweeps.coordinator import held
from engine.sweeps.left import left
from engine.sweeps.sweep import Sweep


def runs_of(store: RunStore, sweep: Sweep) -> list[RunRecord]:
    """The runs that it has begun and that are in the store still."""
    found = (store.get(run.id) for run in store.summaries() if run.group == sweep.id)
    return [record for record in found if record is not None]


def delete(store: RunStore, sweep: Sweep, *, with_runs: bool, for_good: bool = False) -> None:
    """Take it out of the store; runs that stay keep its id as their group.

    Raises:
        UsageError: a process carries it out.
        RunError: a run of it is in use, or something cannot be moved.
    """
    with held(sweep, store):
        if trained := left(store, sweep):
            raise RunError(
                "Run in use", f"{trained[0]} is being trained; stop it first (`aetui sweep stop {sweep.called}`)"
            )
        records = runs_of(store, sweep) if with_runs else []
        trash.delete(store, records, beside=[f"{SWEEPS}/{sweep.id}"], for_good=for_good)
