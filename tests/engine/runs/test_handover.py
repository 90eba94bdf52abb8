"""Runs that another process goes on with; here it is another engine."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from engine.errors import RunError, UsageError
from engine.events import (
    EpochEnded,
    Progress,
    RunFinished,
    RunHandedOver,
    RunHeld,
    RunPaused,
    RunResumed,
    RunStarted,
    complete_epochs,
    decode,
)
from engine.runs import full_disk
from engine.runs.jobs import Order, TrainJob
from engine.runs.store import RunStore
from engine.runs.writer import RunWriter


def job(**config: Any) -> TrainJob:
    return TrainJob(variant="vanilla", dataset="digits", config={"epochs": 3, **config})


def kinds(store: RunStore, run_id: str) -> list[type]:
    return [type(event) for event in store.find(run_id).events()[0]]


def left_paused(here: Any) -> tuple[str, Order]:
    """A run that was paused before it was handed over."""
    run_id = here.engine.submit(job())
    here.until(Progress)
    here.engine.pause(run_id)
    here.until(RunPaused)
    [order] = here.engine.hand_over().orders
    return run_id, order


def put_down(here: Any, order: Order) -> Path:
    """The folder of a run that nobody took over."""
    record = here.store.find(order.run_id)
    RunWriter(record.folder, record.info, order.descriptor).__exit__()
    return record.folder


def test_a_run_goes_on_at_the_next_step_and_no_epoch_is_missing_or_told_twice(scripted: Any) -> None:
    here = scripted(seconds=0.05)
    run_id = here.engine.submit(job())
    here.until(Progress, where=lambda event: event.epoch == 2)
    handed = here.engine.hand_over()
    assert handed.clean
    record = here.store.find(run_id)
    assert record.status == "running"  # the lock goes with the order
    there = scripted()
    for order in handed.orders:
        assert there.engine.adopt(order) == run_id
    there.finished(run_id)
    events = record.events()[0]
    left = next(event for event in events if isinstance(event, RunHandedOver))
    resumed = next(event for event in events if isinstance(event, RunResumed))
    assert (resumed.epoch, resumed.step) == (left.epoch, left.step)
    assert [event.epoch for event in complete_epochs(events)] == [1, 2, 3]
    assert [event.epoch for event in events if isinstance(event, EpochEnded)] == [1, 2, 3]
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert sum(isinstance(event, RunFinished) for event in events) == 1
    assert record.status == "completed"


def test_nobody_else_can_take_a_run_while_it_changes_hands(scripted: Any) -> None:
    here = scripted(seconds=0.05)
    run_id = here.engine.submit(job())
    here.until(Progress)
    handed = here.engine.hand_over()
    record = here.store.find(run_id)
    with pytest.raises(RunError, match="another process"):
        RunWriter(record.folder, record.info)
    RunWriter(record.folder, record.info, handed.orders[0].descriptor).__exit__()
    assert record.status == "interrupted"


def test_runs_that_wait_are_handed_over_in_their_order(scripted: Any) -> None:
    here = scripted(seconds=0.05)
    run_ids = [here.engine.submit(job(epochs=1)) for _ in range(3)]
    here.until(Progress)
    handed = here.engine.hand_over()
    assert [order.run_id for order in handed.orders] == run_ids
    there = scripted()
    for order in handed.orders:
        there.engine.adopt(order)
    there.finished(run_ids[-1])
    assert [here.store.find(run_id).status for run_id in run_ids] == ["completed"] * 3
    assert kinds(here.store, run_ids[2])[0] is RunStarted


def test_a_paused_run_stays_paused_and_can_be_let_go_on(scripted: Any) -> None:
    here = scripted(seconds=0.05)
    run_id, order = left_paused(here)
    there = scripted()
    there.engine.adopt(order)
    there.until(RunPaused)
    assert here.store.find(run_id).status == "paused"
    there.engine.resume(run_id)
    assert there.finished(run_id).epochs == 3


def test_a_run_that_has_ended_or_was_stopped_is_not_handed_over(scripted: Any) -> None:
    here = scripted()
    here.finished(here.engine.submit(job(epochs=1)))
    assert here.engine.hand_over().orders == []
    with pytest.raises(UsageError):
        here.engine.submit(job())


def test_what_a_dead_process_had_not_begun_begins_anew_under_its_id(scripted: Any) -> None:
    here = scripted(seconds=0.05)
    run_id = here.engine.submit(job(epochs=1))
    here.until(Progress)
    [order] = here.engine.hand_over().orders
    folder = put_down(here, order)
    (folder / "checkpoint.safetensors").unlink(missing_ok=True)
    (folder / "events.jsonl").write_bytes(b"")  # as if it had been killed right after making the folder
    there = scripted()
    there.engine.adopt(type(order)(run_id=run_id, job=order.job))
    there.finished(run_id)
    assert kinds(here.store, run_id)[0] is RunStarted


@pytest.mark.parametrize(("command", "expected"), [("stop", RunFinished), ("pause", RunPaused)])
def test_another_process_can_ask_a_run_for_something(scripted: Any, command: Any, expected: type) -> None:
    from engine.runs.commands import put_command

    here = scripted(seconds=0.02)
    run_id = here.engine.submit(job(epochs=500))
    here.until(Progress)
    folder = here.store.find(run_id).folder
    began = time.monotonic()
    put_command(folder, command)
    here.until(expected)
    assert time.monotonic() - began < 1
    assert not (folder / "request").exists()


def test_a_paused_run_hears_another_process(scripted: Any) -> None:
    from engine.runs.commands import put_command

    here = scripted(seconds=0.02)
    run_id = here.engine.submit(job())
    here.until(Progress)
    here.engine.pause(run_id)
    here.until(RunPaused)
    put_command(here.store.find(run_id).folder, "run")
    assert here.finished(run_id).outcome == "completed"


def test_what_was_asked_of_a_run_that_is_gone_is_not_asked_of_the_next_life(scripted: Any) -> None:
    from engine.runs.commands import put_command
    from engine.runs.jobs import ResumeJob

    here = scripted(seconds=0.02)
    run_id = here.engine.submit(job())
    here.until(Progress)
    here.engine.cancel(run_id)
    here.finished(run_id)
    put_command(here.store.find(run_id).folder, "stop")
    here.engine.submit(ResumeJob(run_id=run_id))
    assert here.finished(run_id).outcome == "completed"


def test_a_run_whose_record_is_damaged_is_gone_on_with_and_never_deleted(scripted: Any) -> None:
    here = scripted(seconds=0.05)
    run_id = here.engine.submit(job())
    here.until(Progress, where=lambda event: event.epoch == 2)
    [order] = here.engine.hand_over().orders
    folder = put_down(here, order)
    (folder / "events.jsonl").write_bytes(bytes(1000))  # as a power cut may leave it
    there = scripted()
    there.engine.adopt(Order(run_id=run_id, job=order.job))
    assert there.finished(run_id).epochs == 3


def test_a_folder_that_was_half_made_is_made_again(scripted: Any) -> None:
    there = scripted()
    folder = there.store.root / "20260101T000000Z-vanilla-0001"
    folder.mkdir(parents=True)
    there.engine.adopt(Order(run_id=folder.name, job=job()))
    assert there.finished(folder.name).outcome == "completed"


@pytest.mark.parametrize("kind", [RunFinished, RunResumed])
def test_a_full_disk_at_the_beginning_or_the_end_does_not_stop_who_takes_a_run_over(
    scripted: Any, monkeypatch: pytest.MonkeyPatch, kind: type
) -> None:
    full, append = [True], RunWriter._append

    def sometimes_full(self: RunWriter, line: bytes, **settings: Any) -> None:
        if full[0] and isinstance(decode(line), kind):
            raise OSError(28, "No space left on device")
        append(self, line, **settings)

    monkeypatch.setattr(RunWriter, "_append", sometimes_full)
    monkeypatch.setattr(full_disk, "RETRY_SECONDS", 0.05)
    here = scripted(seconds=0.05)
    run_id = here.engine.submit(job())
    here.until(RunHeld if kind is RunFinished else Progress)
    [order] = here.engine.hand_over().orders
    there = scripted()
    there.engine.adopt(order)
    there.until(RunHeld)
    assert here.store.find(run_id).status == "held"
    full[0] = False
    assert there.finished(run_id).outcome == "completed"
    assert [event.epoch for event in complete_epochs(here.store.find(run_id).events()[0])] == [1, 2, 3]


def test_a_run_between_two_processes_stands_as_it_stood(scripted: Any) -> None:
    here = scripted(seconds=0.05)
    run_id, order = left_paused(here)
    record = here.store.find(run_id)
    assert record.status == "paused"
    assert (record.folder / "pulse").exists()  # for hosts that do not see the lock
    os.close(order.descriptor)
    assert record.status == "interrupted"
