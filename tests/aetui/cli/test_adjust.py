"""Settings of a run that trains are changed from the command line, and planned with `--at`."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest
from click.testing import Result
from fakes import FakeRun

from engine.errors import EngineError, RunError, UsageError
from engine.events import Logged, SettingsChanged
from engine.runs.jobs import TrainJob
from engine.runs.store import RunStore
from engine.runs.writer import RunWriter

JOB = TrainJob(variant="sparse", dataset="digits", preset="small", config={"epochs": 10})


def begun(store: RunStore) -> RunWriter:
    run = FakeRun(store, "r1", JOB)
    for event in (run.started(), run.epoch(1), run.epoch(2)):
        run.stamp(event)
    record = store.find("r1")
    return RunWriter(record.folder, record.info)


@pytest.mark.parametrize("takes_it", [True, False])
def test_whoever_trains_the_run_is_asked_and_answers(
    instantly: Callable[..., Result], store: RunStore, takes_it: bool
) -> None:
    with begun(store) as writer, ThreadPoolExecutor(1) as pool:

        def other_process() -> None:
            while not (asked := writer.settings()):
                time.sleep(0.01)
            answer = SettingsChanged(epoch=3, config=asked[0])
            late = Logged(level="warning", text="settings stay as they are: epoch 10 is the last one")
            writer.record(answer if takes_it else late)

        pool.submit(other_process)
        result = instantly("set", "r1", "rate=1e-4", "beta=2", *(["--json"] if takes_it else []))
    if takes_it:
        told = json.loads(result.stdout)
        assert (told["type"], told["epoch"], told["config"]) == (
            "settings_changed",
            3,
            {"learning_rate": 1e-4, "beta": 2.0},
        )
    else:
        assert isinstance(result.exception, RunError)
        assert "is the last one" in str(result.exception)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("beta=-1",), "expected a number, 0 to 1,000,000"),
        (("hidden_dim=3",), "cannot change while a run trains"),
        (("beta",), "expected FIELD=VALUE"),
        (("activation=relu",), "cannot change while a run trains"),
    ],
)
def test_what_cannot_be_meant_is_told_at_once(
    instantly: Callable[..., Result], store: RunStore, words: tuple[str, ...], told: str
) -> None:
    with begun(store):
        result = instantly("set", "r1", *words)
    assert isinstance(result.exception, EngineError)
    assert told in str(result.exception)
    ended = instantly("set", "r1", "beta=1")
    assert isinstance(ended.exception, UsageError)
    assert "no process trains it" in str(ended.exception)


def test_settings_that_a_sweep_compares_stay(instantly: Callable[..., Result], store: RunStore) -> None:
    with begun(store) as writer:
        writer.describe(msgspec.structs.replace(writer.info, tested=False))
        result = instantly("set", "r1", "beta=1")
    assert isinstance(result.exception, UsageError)
    assert "is a trial" in str(result.exception)


@pytest.mark.parametrize(
    ("at", "told"),
    [
        ("beta=1", "expected EPOCH:FIELD=VALUE"),
        ("3:beta", "expected FIELD=VALUE"),
        ("3:width=4", "there is no such setting"),
    ],
)
def test_what_is_planned_is_checked_before_anything_is_trained(
    instantly: Callable[..., Result], store: RunStore, at: str, told: str
) -> None:
    result = instantly("train", "sparse", "--dataset", "digits", "--preset", "small", "--epochs", "10", "--at", at)
    assert isinstance(result.exception, UsageError)
    assert told in str(result.exception)
    assert store.runs() == []
