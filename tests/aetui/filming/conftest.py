"""Runs to be filmed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from fakes import FakeRun

from engine.runs.jobs import TrainJob
from engine.runs.store import RunRecord, RunStore

Filmed = Callable[..., RunRecord]


@pytest.fixture
def played(tmp_path: Path) -> Filmed:
    """Makes a run of so many epochs that is over; `variant`, `dataset` and `config` as in `TrainJob`."""

    def make(epochs: int = 3, variant: str = "vanilla", dataset: str = "mnist", **config: object) -> RunRecord:
        store = RunStore(tmp_path / "runs")
        job = TrainJob(variant=variant, dataset=dataset, preset="small", config={"epochs": max(1, epochs), **config})
        run = FakeRun(store, f"20260101T000000Z-{variant}-0001", job)
        run.stamp(run.started())
        for epoch in range(1, epochs + 1):
            run.stamp(run.epoch(epoch))
        run.stamp(run.finished("completed", epochs))
        return store.find(run.run_id)

    return make
