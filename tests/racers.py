"""Runs that race in tests: a few epochs of each, in a store."""

from __future__ import annotations

from typing import Any

import msgspec
from fakes import FakeRun

from aetui.racing import cars, probe
from aetui.racing.race import Race
from engine.runs.jobs import TrainJob
from engine.runs.store import RunStore


def begun(
    store: RunStore, number: int, *, epochs: int = 4, pace: float = 0.1, print_: str = "f" * 64, **job: Any
) -> FakeRun:
    """A run of so many epochs, `pace` seconds each; the higher its number, the higher its loss."""
    config = {"epochs": 10, **job.pop("config", {})}
    wanted = TrainJob(**{"variant": "vanilla", "dataset": "digits", "preset": "small", **job}, config=config)
    run = FakeRun(store, f"20260101T0000{number:02d}Z-{wanted.variant}-{number:04x}", wanted, print_)
    run.stamp(run.started())
    for epoch in range(1, epochs + 1):
        goes_on(run, epoch, number, pace)
    return run


def goes_on(run: FakeRun, epoch: int, number: int = 0, pace: float = 0.1) -> None:
    """One epoch more."""
    ended, by = run.epoch(epoch), 1 + number / 10
    terms = {name: value * by for name, value in ended.train.items()}
    run.stamp(msgspec.structs.replace(ended, train=terms, validation=terms, seconds=pace))


def over(run: FakeRun, **metrics: float) -> None:
    """It ends."""
    run.stamp(msgspec.structs.replace(run.finished("completed", 4), metrics=metrics))


def race_of(store: RunStore, *runs: FakeRun) -> Race:
    """These runs, read from the store."""
    known = cars.loaded(store, {run.run_id: place for place, run in enumerate(runs)})
    found = {car.place: probe.measured(car.folder, None, car.run.last_epoch) for car in known if car.run.epochs}
    return Race(known, {place: each for place, each in found.items() if each is not None})
