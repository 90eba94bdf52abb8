"""Runs of a sweep that are in the hands of processes of their own: these outlive a coordinator that is killed."""

from __future__ import annotations

from contextlib import suppress

from engine.runs import waiting
from engine.runs.commands import put_command
from engine.runs.store import RunStore
from engine.sweeps import trials
from engine.sweeps.sweep import Sweep, folder
from engine.sweeps.trials import JUDGED


def in_hand(store: RunStore, run_id: str) -> bool:
    """Whether a living process trains the run, or is about to."""
    if store.in_hand(run_id):
        return True
    record = store.get(run_id)
    return record is not None and record.lives  # on another host


def left(store: RunStore, sweep: Sweep) -> list[str]:
    """The runs of `sweep` that living processes have in hand."""
    known = trials.read(folder(store, sweep.id))
    begun = (trial.number for trial in known.values() if trial.state not in JUDGED)
    seeds = range(sweep.seed, sweep.seed + sweep.seeds)
    ids = (sweep.run_id(number, seed) for number in begun for seed in seeds)
    return [run_id for run_id in ids if in_hand(store, run_id)]


def ask_to_stop(store: RunStore, run_id: str) -> None:
    """Have whoever has the run in hand stop it, keeping its weights, or never begin it."""
    with suppress(OSError):  # it is over in this very moment
        if waiting.waits(store.root, run_id):
            waiting.take_back(store.root, run_id)
        else:
            put_command(store.root / run_id, "stop")
