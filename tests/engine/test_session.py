from __future__ import annotations

import shutil
import time
from pathlib import Path
from queue import Empty, SimpleQueue
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from engine.backend import Diverged
from engine.datasets import image_reader
from engine.errors import RunError, SettingError, UsageError
from engine.events import (
    CheckpointSaved,
    DataProgress,
    EngineFailed,
    EngineLoading,
    EpochEnded,
    Logged,
    Progress,
    RunCancelled,
    RunFinished,
    RunHeld,
    RunPaused,
    RunResumed,
    RunStarted,
    complete_epochs,
)
from engine.queries.messages import Reconstruct
from engine.runs import full_disk, loop
from engine.runs.checkpoint import read_checkpoint
from engine.runs.jobs import ResumeJob, TrainJob
from engine.runs.reins import Reins
from engine.runs.snapshot_writer import SnapshotWriter
from engine.runs.store import RunStore
from engine.session import Engine


def job(**config: Any) -> TrainJob:
    return TrainJob(variant="vanilla", dataset="digits", config={"epochs": 3, **config})


def test_a_run_begins_ends_once_and_is_recorded_as_it_was_emitted(scripted: Any) -> None:
    driven = scripted()
    run_id = driven.engine.submit(job())
    finished = driven.finished(run_id)
    assert (finished.outcome, finished.epochs) == ("completed", 3)
    said = [event for event in driven.events if event.run_id == run_id and event.recorded]
    assert said == driven.store.find(run_id).events()[0]
    assert isinstance(said[0], RunStarted)
    assert [event.seq for event in said] == list(range(1, len(said) + 1))
    assert sum(isinstance(event, RunFinished) for event in said) == 1
    assert [event.epoch for event in said if isinstance(event, EpochEnded)] == [1, 2, 3]


def test_jobs_wait_for_their_turn(scripted: Any) -> None:
    driven = scripted()
    first, second = driven.engine.submit(job()), driven.engine.submit(job())
    driven.finished(second)
    order = [event.run_id for event in driven.events if isinstance(event, RunStarted | RunFinished)]
    assert order == [first, first, second, second]


def test_cancel_acts_within_half_a_second_and_keeps_the_weights(scripted: Any) -> None:
    driven = scripted(seconds=0.1)
    run_id = driven.engine.submit(job(epochs=50))
    driven.until(Progress)
    began = time.monotonic()
    driven.engine.cancel(run_id)
    assert driven.finished(run_id).outcome == "stopped"
    assert time.monotonic() - began < 0.5
    assert (driven.store.find(run_id).folder / "checkpoint.safetensors").exists()


def test_a_run_that_loses_to_a_baseline_says_so_before_it_ends(scripted: Any) -> None:
    driven = scripted(seconds=0)
    finished = driven.finished(driven.engine.submit(job()))
    assert finished.metrics["test_mse"] > finished.metrics["pca_mse"]
    *_, last = [event for event in driven.events if event.recorded and event is not finished]
    assert isinstance(last, Logged)
    assert last.level == "warning"
    assert "loses to PCA of the same size" in last.text


def test_a_run_can_be_cancelled_while_its_baselines_are_fitted(scripted: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(items: Any, shape: Any, pairs: Any, activity: str, report: Any) -> None:
        while True:
            report(activity, 0, 0)
            time.sleep(0.01)

    monkeypatch.setattr("engine.analysis.pca.moments", endless)
    driven = scripted()
    run_id = driven.engine.submit(job())
    driven.until(DataProgress, where=lambda event: event.activity == "fitting PCA with 3 components")
    driven.engine.cancel(run_id)
    driven.until(RunCancelled)
    assert driven.store.runs() == []


def test_a_run_that_waits_can_be_cancelled_and_leaves_nothing(scripted: Any) -> None:
    driven = scripted(seconds=0.05)
    first, second = driven.engine.submit(job()), driven.engine.submit(job())
    driven.engine.cancel(second)
    driven.finished(first)
    driven.engine.close()
    assert [record.id for record in driven.store.runs()] == [first]


def test_a_paused_run_holds_still_and_goes_on(scripted: Any) -> None:
    driven = scripted()
    run_id = driven.engine.submit(job())
    driven.until(Progress)
    driven.engine.pause(run_id)
    driven.until(RunPaused)
    assert driven.store.find(run_id).status == "paused"
    with pytest.raises(Empty):
        driven.until(Progress, timeout=0.2)
    driven.engine.resume(run_id)
    driven.until(RunResumed)
    assert driven.finished(run_id).outcome == "completed"
    epochs = [event.epoch for event in driven.events if isinstance(event, EpochEnded)]
    assert epochs == [1, 2, 3]


def test_questions_are_answered_while_a_run_trains_and_while_it_is_paused(scripted: Any) -> None:
    driven = scripted(seconds=0.05)
    run_id = driven.engine.submit(job())
    driven.until(Progress)
    images = np.ones((2, 4, 4, 1), np.float32)
    assert len(driven.engine.query(Reconstruct(run_id=run_id, inputs=images)).result(5).errors) == 2
    driven.engine.pause(run_id)
    driven.until(RunPaused)
    assert len(driven.engine.query(Reconstruct(run_id=run_id)).result(5).errors) == 10
    driven.engine.resume(run_id)
    driven.finished(run_id)


def test_a_question_about_an_unknown_run_is_refused(scripted: Any) -> None:
    future = scripted().engine.query(Reconstruct(run_id="nobody"))
    with pytest.raises(UsageError, match="no run is called 'nobody'"):
        future.result(5)


@pytest.mark.parametrize(
    ("fault", "outcome", "words"),
    [
        (ValueError("boom"), "failed", "ValueError: boom"),
        (MemoryError(), "failed", "smaller batch_size"),
        (Diverged(2, 2), "diverged", "step 2 of epoch 2"),
    ],
)
def test_a_failure_inside_a_step_becomes_one_run_finished(
    scripted: Any, fault: Exception, outcome: str, words: str
) -> None:
    driven = scripted(fault=fault)
    run_id = driven.engine.submit(job())
    finished = driven.finished(run_id)
    assert (finished.outcome, finished.epochs) == (outcome, 1)
    assert words in finished.message
    assert driven.store.find(run_id).status == outcome
    assert driven.finished(driven.engine.submit(job(epochs=1))).outcome == "completed"  # the engine lives on


def test_a_stopped_run_is_continued_at_the_next_step(scripted: Any) -> None:
    driven = scripted(seconds=0.03)
    run_id = driven.engine.submit(job())
    driven.until(Progress, where=lambda event: event.epoch == 2)
    driven.engine.cancel(run_id)
    driven.finished(run_id)
    assert driven.engine.submit(ResumeJob(run_id=run_id)) == run_id
    resumed = driven.until(RunResumed)
    assert (resumed.epoch, resumed.epochs) == (2, 3)
    assert driven.finished(run_id).outcome == "completed"
    history = driven.store.find(run_id).events()[0]
    assert [event.epoch for event in history if isinstance(event, EpochEnded)] == [1, 2, 3]
    assert [event.seq for event in history] == list(range(1, len(history) + 1))


def test_a_completed_run_goes_on_only_for_more_epochs(scripted: Any) -> None:
    driven = scripted()
    run_id = driven.engine.submit(job())
    driven.finished(run_id)
    with pytest.raises(SettingError, match="3 complete epochs"):
        driven.engine.submit(ResumeJob(run_id=run_id))
    driven.engine.submit(ResumeJob(run_id=run_id, epochs=5))
    assert driven.finished(run_id).epochs == 5
    assert driven.store.find(run_id).epochs == 5


def test_a_run_in_the_queue_cannot_be_resumed_at_the_same_time(scripted: Any) -> None:
    driven = scripted(seconds=0.05)
    run_id = driven.engine.submit(job())
    driven.until(Progress)
    with pytest.raises(UsageError, match="is being trained"):
        driven.engine.submit(ResumeJob(run_id=run_id))


@pytest.mark.parametrize(
    "wrong",
    [
        TrainJob(variant="nothing", dataset="digits"),
        TrainJob(variant="vanilla", dataset="nothing"),
        TrainJob(variant="vanilla", dataset="digits", preset="nothing"),
        TrainJob(variant="vanilla", dataset="digits", config={"epochs": 0}),
        TrainJob(variant="vanilla", dataset="digits", config={"reconstruction": "bce"}),
        TrainJob(variant="vanilla", dataset="digits", name="red\x1b[31m"),
        TrainJob(variant="vanilla", dataset="digits", name="x" * 61),
        ResumeJob(run_id="nothing"),
    ],
)
def test_an_impossible_job_is_refused_at_once(scripted: Any, wrong: Any) -> None:
    with pytest.raises(UsageError):
        scripted().engine.submit(wrong)


def test_changed_data_are_refused_with_both_fingerprints(
    scripted: Any, small_data: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    driven = scripted(seconds=0.03)
    run_id = driven.engine.submit(job())
    driven.until(Progress)
    driven.engine.cancel(run_id)
    driven.finished(run_id)
    monkeypatch.setattr(image_reader, "read", lambda entry, location: small_data(seed=1))
    later = scripted()
    later.engine.submit(ResumeJob(run_id=run_id))
    failed = later.until(EngineFailed)
    assert failed.run_id == run_id
    for seed in (0, 1):
        assert small_data(seed=seed).fingerprint[:16] in failed.message


def test_a_stop_is_not_taken_back(scripted: Any) -> None:
    driven = scripted(seconds=0.1)
    run_id = driven.engine.submit(job(epochs=50))
    driven.until(Progress)
    driven.engine.cancel(run_id)
    driven.engine.pause(run_id)
    driven.engine.resume(run_id)
    assert driven.finished(run_id).outcome == "stopped"


def test_zero_epochs_are_refused_for_a_resumption_too(scripted: Any) -> None:
    driven = scripted()
    run_id = driven.engine.submit(job())
    driven.finished(run_id)
    with pytest.raises(SettingError):
        driven.engine.submit(ResumeJob(run_id=run_id, epochs=0))


def test_a_run_that_another_engine_trained_meanwhile_is_not_overwritten(scripted: Any) -> None:
    first = scripted(seconds=0.02)
    stopped = first.engine.submit(job())
    first.until(Progress, where=lambda event: event.epoch == 2)
    first.engine.cancel(stopped)
    first.finished(stopped)
    busy = (second := scripted(seconds=0.1)).engine.submit(job())
    second.engine.submit(ResumeJob(run_id=stopped))  # waits behind the other run
    with pytest.raises(UsageError, match="waits for its turn in another process"):
        first.engine.submit(ResumeJob(run_id=stopped))
    second.engine.withdraw()  # as where that could not be written down
    first.engine.submit(ResumeJob(run_id=stopped))
    first.finished(stopped)
    second.finished(busy)
    failed = second.until(EngineFailed)
    assert "trained elsewhere meanwhile" in failed.message
    assert first.store.find(stopped).status == "completed"


def test_after_a_pause_that_ends_in_a_crash_the_run_goes_on_from_the_pause(scripted: Any, tmp_path: Path) -> None:
    driven = scripted(seconds=0.03)
    run_id = driven.engine.submit(job())
    driven.until(Progress, where=lambda event: event.epoch == 2)
    driven.engine.pause(run_id)
    paused = driven.until(RunPaused)
    # The folder as a crash would leave it now.
    crashed = RunStore(tmp_path / "crashed")
    shutil.copytree(driven.store.root, crashed.root)
    assert crashed.find(run_id).status == "interrupted"
    checkpoint = read_checkpoint(crashed.find(run_id).folder / "checkpoint.safetensors")
    assert checkpoint is not None
    assert (checkpoint.position.epoch, checkpoint.position.step) == (paused.epoch, paused.step)


def test_checkpoints_are_written_while_a_run_trains(scripted: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", 0.0)
    driven = scripted(seconds=0.1)
    run_id = driven.engine.submit(job())
    driven.finished(run_id)
    saved = [event for event in driven.events if isinstance(event, CheckpointSaved)]
    assert len(saved) > 2


def test_a_run_that_cannot_be_written_down_holds_still_and_goes_on_when_it_can(
    scripted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    full, write = [True], SnapshotWriter.write

    def sometimes_full(*arguments: Any) -> None:
        if full[0]:
            raise OSError(28, "No space left on device")
        write(*arguments)

    monkeypatch.setattr(SnapshotWriter, "write", sometimes_full)
    monkeypatch.setattr(full_disk, "RETRY_SECONDS", 0.1)
    driven = scripted()
    run_id = driven.engine.submit(job())
    held = driven.until(RunHeld)
    assert "No space left" in held.reason
    assert "make room" in held.reason
    assert driven.store.find(run_id).status == "held"
    full[0] = False
    assert driven.finished(run_id).outcome == "completed"
    assert [event.epoch for event in complete_epochs(driven.store.find(run_id).events()[0])] == [1, 2, 3]


def test_a_run_that_is_held_can_be_stopped(scripted: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("engine.runs.writer.write_checkpoint", full)
    driven = scripted()
    run_id = driven.engine.submit(job())
    driven.until(RunHeld)
    driven.engine.cancel(run_id)
    finished = driven.finished(run_id)
    assert finished.outcome == "failed"
    assert f"aetui resume {run_id}" in finished.message


def test_an_engine_that_is_closed_leaves_nobody_waiting(scripted: Any, store: RunStore) -> None:
    driven = scripted(seconds=0.1)
    first, second = driven.engine.submit(job()), driven.engine.submit(job())
    driven.until(Progress)
    driven.engine.close()
    driven.until(RunCancelled, where=lambda event: event.run_id == second)
    assert driven.store.find(first).status == "stopped"

    never_started = Engine(driven.events.append, store)
    cancelled = never_started.query(Reconstruct(run_id=first))
    cancelled.cancel()
    waiting = never_started.query(Reconstruct(run_id=first))
    never_started.close()
    with pytest.raises(UsageError):
        waiting.result(1)


def test_a_listener_that_fails_does_not_stop_the_training(scripted: Any, store: RunStore) -> None:
    driven = scripted()
    driven.engine._send = lambda event: 1 / 0
    run_id = driven.engine.submit(job())
    until = time.monotonic() + 10
    while not store.runs() or store.find(run_id).status != "completed":
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_folder_that_cannot_be_written_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    engine = Engine(lambda event: None, RunStore(tmp_path / "file"))
    with pytest.raises(RunError, match="--runs-dir"):
        engine.submit(job())


def test_close_stops_and_saves_what_runs(scripted: Any) -> None:
    driven = scripted(seconds=0.05)
    run_id = driven.engine.submit(job(epochs=50))
    driven.until(Progress)
    driven.engine.close()
    assert driven.store.find(run_id).status == "stopped"
    with pytest.raises(UsageError):
        driven.engine.submit(job())
    with pytest.raises(UsageError):
        driven.engine.query(Reconstruct(run_id=run_id)).result(1)


def test_a_backend_that_does_not_load_is_said_not_raised(store: Any) -> None:
    said: SimpleQueue[Any] = SimpleQueue()

    def broken(device: str) -> Any:
        raise ImportError("libcudart")

    engine = Engine(said.put, store, backend=broken)
    engine.start()
    assert isinstance(said.get(timeout=5), EngineLoading)
    failed = said.get(timeout=5)
    assert isinstance(failed, EngineFailed)
    assert "libcudart" in failed.message


def test_nobody_rests_who_was_told_to_stop_before() -> None:
    queue: Any = SimpleNamespace(asked=lambda run_id: "stop", sleep=lambda *asleep: pytest.fail("it rests"))
    run: Any = SimpleNamespace(run_id="run", command=lambda: None)
    nothing: Any = dict.fromkeys(("look", "heed", "ask", "answer"), lambda *_: None)
    assert Reins(run, queue, queries=(), **nothing).rest(60) == "stop"
