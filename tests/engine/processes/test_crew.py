from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from queue import Empty, SimpleQueue
from types import SimpleNamespace
from typing import Any

import pytest
from puppets import Agency, Puppet

from engine.datasets import image_reader
from engine.errors import UsageError
from engine.events import (
    EngineFailed,
    EngineReady,
    EpochEnded,
    Event,
    Logged,
    RunCancelled,
    RunFinished,
    RunInterrupted,
    RunStarted,
)
from engine.processes import shares
from engine.processes.crew import END
from engine.processes.messages import Begin, Tell
from engine.processes.shares import Gpu
from engine.runs import execution, waiting
from engine.runs.jobs import Order, TrainJob
from engine.runs.store import RunStore
from engine.runs.waiting import Waiting
from engine.session import Engine

JOB = TrainJob(variant="vanilla", dataset="digits", config={"epochs": 3})


class Stage:
    """An engine whose processes are puppets, and all that it said."""

    def __init__(self, store: RunStore, **engine: Any) -> None:
        self.store = store
        self.agency = Agency(store)
        self.said: list[Event] = []
        self._queue: SimpleQueue[Event] = SimpleQueue()
        self.engine = Engine(self._queue.put, store, hire=self.agency.hire, **engine)
        self.engine.start()

    def until(self, kind: Any, run_id: str = "") -> Any:
        while True:
            event = self._queue.get(timeout=60)
            self.said.append(event)
            if isinstance(event, kind) and run_id in ("", event.run_id):
                return event

    def ends(self, run_id: str) -> list[type]:
        return [type(event) for event in self.said if event.run_id == run_id and isinstance(event, END)]


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


@pytest.fixture
def staged(store: RunStore) -> Iterator[Any]:
    made: list[Stage] = []

    def make(**engine: Any) -> Stage:
        made.append(Stage(store, **engine))
        return made[-1]

    yield make
    for stage in made:
        stage.engine.close(0.1)


def live(puppet: Puppet, epochs: int = 3) -> None:
    puppet.play(puppet.run.started(), *(puppet.run.epoch(number) for number in range(1, epochs + 1)))
    puppet.play(puppet.run.finished("completed", epochs))


def test_two_runs_train_at_once_and_a_third_waits_for_a_free_process(staged: Any) -> None:
    stage = staged(jobs=2)
    first, second, third = (stage.engine.submit(JOB) for _ in range(3))
    one, two = stage.agency.next(), stage.agency.next()
    assert [one.told(Begin).order.run_id, two.told(Begin).order.run_id] == [first, second]
    assert [found.run_id for found in waiting.listed(stage.store.root)][-1] == third
    two.play(two.run.started())
    live(one)
    assert one.told(Begin).order.run_id == third
    live(two)
    live(one)
    stage.until(RunFinished, third)
    for run_id in (first, second, third):
        recorded = [event for event in stage.said if event.run_id == run_id and event.recorded]
        assert recorded == stage.store.find(run_id).events()[0]
        assert stage.ends(run_id) == [RunFinished]
    assert stage.agency.nobody()


def test_what_is_asked_of_a_run_reaches_its_process(staged: Any) -> None:
    stage = staged(isolate=True)
    run_id, waits = stage.engine.submit(JOB), stage.engine.submit(JOB)
    puppet = stage.agency.next()
    puppet.told(Begin)
    puppet.play(puppet.run.started())
    stage.until(RunStarted)
    stage.engine.pause(run_id)
    stage.engine.resume(run_id)
    stage.engine.pause(waits)
    stage.engine.cancel(run_id)
    assert [puppet.told(Tell).command for _ in range(3)] == ["pause", "run", "stop"]
    puppet.play(puppet.run.finished("stopped", 0))
    assert stage.until(RunFinished).outcome == "stopped"
    assert puppet.told(Begin).order.paused
    stage.engine.cancel(waits)
    assert puppet.told(Tell).command == "stop"


def test_a_process_that_is_killed_costs_its_run_alone_and_the_next_one_trains(staged: Any) -> None:
    stage = staged(isolate=True)
    run_id, after = stage.engine.submit(JOB), stage.engine.submit(JOB)
    puppet = stage.agency.next()
    puppet.told(Begin)
    puppet.play(puppet.run.started(), puppet.run.epoch(1))
    stage.until(EpochEnded)
    puppet.run.stamp(puppet.run.epoch(2))  # written, but not told any more
    puppet.die(-signal.SIGKILL)
    end = stage.until(RunInterrupted)
    assert "out of memory" in end.message
    assert f"aetui resume {run_id}" in end.message
    assert [event.epoch for event in stage.said if isinstance(event, EpochEnded)] == [1, 2]
    record = stage.store.find(run_id)
    assert record.status == "interrupted"
    last = record.events()[0][-1]
    assert isinstance(last, Logged)
    assert last.text == end.message
    successor = stage.agency.next()
    assert successor.told(Begin).order.run_id == after
    live(successor)
    stage.until(RunFinished, after)
    assert (stage.ends(run_id), stage.ends(after)) == ([RunInterrupted], [RunFinished])


def test_a_run_whose_end_was_written_but_not_told_has_that_end(staged: Any) -> None:
    stage = staged(isolate=True)
    run_id = stage.engine.submit(JOB)
    puppet = stage.agency.next()
    puppet.told(Begin)
    puppet.play(puppet.run.started())
    puppet.run.stamp(puppet.run.finished("completed", 3))
    puppet.die(-signal.SIGSEGV)
    assert stage.until(END, run_id).outcome == "completed"


def test_a_run_whose_process_dies_before_it_begins_is_said_to_have_failed_and_leaves_nothing(staged: Any) -> None:
    stage = staged(isolate=True)
    run_id = stage.engine.submit(JOB)
    puppet = stage.agency.hired.get(timeout=60)
    puppet.heard.get(timeout=60)
    puppet.heard.get(timeout=60)
    puppet.die(1)
    failed = stage.until(END, run_id)
    assert isinstance(failed, EngineFailed)
    assert "status 1" in failed.message
    assert stage.store.runs() == []
    assert stage.engine.submit(JOB)  # the engine lives on
    assert stage.agency.next().told(Begin)


def test_without_tensorflow_there_is_no_engine_and_it_is_said_once(staged: Any) -> None:
    stage = staged(isolate=True)
    run_id = stage.engine.submit(JOB)
    puppet = stage.agency.hired.get(timeout=60)
    puppet.tell(EngineFailed(title="TensorFlow did not load", message="no libcudart"))
    assert stage.until(EngineFailed).message == "no libcudart"
    stage.until(RunCancelled, run_id)
    with pytest.raises(UsageError, match="no more jobs"):
        stage.engine.submit(JOB)


def test_handing_over_leaves_processes_to_their_runs_and_others_the_queue(staged: Any) -> None:
    stage = staged(isolate=True)
    first, second = stage.engine.submit(JOB), stage.engine.submit(JOB)
    puppet = stage.agency.next()
    puppet.told(Begin)
    handed = stage.engine.hand_over()
    assert [order.run_id for order in handed.orders] == [second]
    assert handed.living == ((first, puppet.pid),)
    assert handed.clean
    assert puppet.told(object) is None  # nobody gives orders any more: it was not told to stop
    assert waiting.waits(stage.store.root, second)  # its place goes along: it is never free in between
    os.close(handed.orders[0].files[0])
    assert [(found.run_id, found.lives) for found in waiting.listed(stage.store.root)][-1] == (second, False)


def test_what_is_handed_over_waits_for_the_runs_that_live_on(staged: Any) -> None:
    stage = staged(isolate=True)
    living = Waiting(stage.store.root)
    living.announce(Order(run_id="elsewhere", job=JOB))
    stage.engine.behind(["elsewhere"])
    run_id = stage.engine.submit(JOB)
    puppet = stage.agency.next()
    stage.until(EngineReady)
    with pytest.raises(Empty):
        puppet.heard.get(timeout=0.3)
    living.close()
    assert puppet.told(Begin).order.run_id == run_id


def test_closing_stops_all_and_waits_for_them(staged: Any) -> None:
    stage = staged(jobs=2)
    first, second, third = (stage.engine.submit(JOB) for _ in range(3))
    puppets = [stage.agency.next() for _ in range(2)]
    for puppet in puppets:
        puppet.told(Begin)
        puppet.play(puppet.run.started())
    stage.until(RunStarted, second)
    stage.engine.close(0)
    for puppet in puppets:
        assert puppet.told(Tell).command == "stop"
        puppet.play(puppet.run.finished("stopped", 0))
    stage.engine.close()
    assert not stage.engine._thread.is_alive()
    stage.until(RunFinished, first)
    assert waiting.listed(stage.store.root) == []
    assert third not in [run.id for run in stage.store.runs()]


def test_one_of_several_stays_on_the_engines_thread_if_that_is_wished(
    scripted_backend: Any, small_data: Any, staged: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(image_reader, "read", lambda entry, location: small_data())
    monkeypatch.setattr(execution, "cache_dir", lambda: tmp_path / "cache")
    stage = staged(jobs=2, keep_one=True, backend=lambda device: scripted_backend)
    stage.until(EngineReady)
    assert stage.agency.nobody()  # nothing waits: no process is needed
    here = stage.engine.submit(TrainJob(variant="vanilla", dataset="digits", config={"epochs": 10_000}))
    stage.until(RunStarted, here)
    beside = stage.engine.submit(JOB)
    puppet = stage.agency.next()
    assert puppet.told(Begin).order.run_id == beside
    live(puppet)
    stage.until(RunFinished, beside)
    assert puppet.told(object) is None  # nothing waits any more
    stage.engine.cancel(here)
    assert stage.until(RunFinished, here).outcome == "stopped"


def test_cores_are_shared_out_and_what_the_user_set_counts() -> None:
    assert [shares.threads_of(place, 3, 8) for place in range(3)] == [3, 3, 2]
    assert shares.threads_of(5, 8, 2) == 1
    changes = shares.environment(0, 2, {"OMP_NUM_THREADS": "7"})
    assert "OMP_NUM_THREADS" not in changes
    assert set(changes.values()) == {str(shares.threads_of(0, 2, shares.cores()))}
    assert shares.environment(0, 1, {}) == {}


def test_gpus_are_given_to_one_run_each_first_the_one_with_the_most_free_memory() -> None:
    gpus = [Gpu("GPU-a", 10), Gpu("GPU-b", 40), Gpu("GPU-c", 20)]
    taken: list[str] = []
    for _ in range(4):
        taken.append(shares.chosen("auto", gpus, taken))
    assert taken == ["GPU-b", "GPU-c", "GPU-a", "GPU-b"]
    assert shares.chosen("cpu", gpus, []) == shares.chosen("gpu:1", gpus, []) == shares.chosen("auto", [], []) == ""


def test_the_driver_is_asked_for_the_gpus_that_programs_may_use() -> None:
    nvml = SimpleNamespace(
        nvmlInit=lambda: None,
        nvmlDeviceGetHandleByIndex=lambda number: number,
        nvmlDeviceGetHandleByUUID=lambda uuid: 2,
        nvmlDeviceGetUUID=lambda handle: f"GPU-{handle}".encode(),
        nvmlDeviceGetMemoryInfo=lambda handle: SimpleNamespace(free=handle),
    )
    assert shares.Gpus(lambda: nvml, {"CUDA_VISIBLE_DEVICES": "1, GPU-x"}).found() == [Gpu("GPU-1", 1), Gpu("GPU-2", 2)]
    assert shares.Gpus(lambda: 1 / 0, {}).found() == []
