"""A fork that changes nothing is its parent to the bit, from whichever epoch; and in what changes, the rest stays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.datasets import image_reader
from engine.events import complete_epochs
from engine.nn.tensorflow_backend import KerasBackend
from engine.runs import execution
from engine.runs.checkpoint import read_checkpoint
from engine.runs.jobs import ForkJob, TrainJob
from engine.runs.store import RunRecord, RunStore
from tests.engine.conftest import Driven

CASES: dict[str, tuple[TrainJob, range]] = {
    "vanilla": (TrainJob(variant="vanilla", dataset="digits", preset="small", config={"epochs": 8}), range(0, 8, 2)),
    "greedy": (
        TrainJob(
            variant="stacked",
            dataset="digits",
            preset="greedy",
            config={"epochs": 6, "layers": "8-3", "pretrain_epochs": 2},
        ),
        range(1, 6, 2),
    ),
    "patience": (
        TrainJob(
            variant="denoising",
            dataset="digits",
            preset="small",
            config={"epochs": 9, "patience": 2, "schedule": "constant", "learning_rate": 1.0},
        ),
        range(1, 2),
    ),
}


@pytest.fixture(scope="module")
def backend() -> KerasBackend:
    return KerasBackend("cpu")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["vanilla", pytest.param("greedy", marks=pytest.mark.long), "patience"])
def test_a_fork_that_changes_nothing_becomes_what_its_parent_became(
    backend: KerasBackend, store: RunStore, small_data: Any, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(image_reader, "read", lambda entry, location: small_data(items=30))
    monkeypatch.setattr(execution, "cache_dir", lambda: store.root.parent / "cache")
    driven = Driven(store, backend)
    driven.engine.start()
    job, epochs = CASES[name]
    try:
        parent = trained(driven, job)
        for epoch in epochs:
            fork = trained(driven, ForkJob(run_id=parent.id, epoch=epoch))
            assert outcome(fork) == outcome(parent), f"forked after epoch {epoch}"
            assert_same_weights(fork, parent)
        changed = trained(driven, ForkJob(run_id=parent.id, epoch=2, config={"learning_rate": 0.5}))
        assert outcome(changed)[0][:2] == outcome(parent)[0][:2]
        assert outcome(changed)[0][2:3] != outcome(parent)[0][2:3]
    finally:
        driven.engine.close()


def trained(driven: Driven, job: Any) -> RunRecord:
    run_id = driven.engine.submit(job)
    driven.finished(run_id)
    return driven.store.find(run_id)


def outcome(run: RunRecord) -> tuple[Any, ...]:
    epochs = [(ended.stage, ended.train, ended.validation, ended.health) for ended in complete_epochs(run.events()[0])]
    assert run.end is not None
    return epochs, run.end.outcome, run.end.metrics, run.end.weights_epoch


def assert_same_weights(fork: RunRecord, parent: RunRecord) -> None:
    for file in ("checkpoint.safetensors", "best.safetensors"):
        found, expected = read_checkpoint(fork.folder / file), read_checkpoint(parent.folder / file)
        assert found is not None
        assert expected is not None
        assert found.best == expected.best
        assert found.arrays.keys() == expected.arrays.keys()
        for weights, array in expected.arrays.items():
            np.testing.assert_array_equal(found.arrays[weights], array, err_msg=f"{file}: {weights}")
