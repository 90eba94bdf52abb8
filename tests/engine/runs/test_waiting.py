from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest
from fakes import FakeRun
from puppets import killed

from engine.runs.jobs import Order, ResumeJob, TrainJob
from engine.runs.listing.waiting_rows import with_waiting
from engine.runs.store import RunStore
from engine.runs.waiting import Waiting, find, find_left, forget, listed, take_back

JOB = TrainJob(variant="vanilla", dataset="digits", preset="small", name="mine", config={"epochs": 7})


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


def test_a_queue_outlives_its_process_and_can_be_taken_up(store: RunStore) -> None:
    here = Waiting(store.root)
    here.announce(Order(run_id="r2", job=JOB, paused=True))
    here.announce(Order(run_id="r1", job=JOB))
    assert [(found.run_id, found.lives, found.pid) for found in listed(store.root)] == [
        ("r2", True, os.getpid()),
        ("r1", True, os.getpid()),
    ]
    assert (find(store.root, "r1"), find_left(store.root, "r1")) == ("r1", None)
    killed(here, "r1", "r2")
    left = find_left(store.root, "r2")
    assert left is not None
    assert left.order == Order(run_id="r2", job=JOB, paused=True)
    assert find(store.root, "r2") == ""
    there = Waiting(store.root)
    there.announce(left.order)
    with pytest.raises(BlockingIOError):
        here.announce(left.order)
    assert find(store.root, "r2") == "r2"
    forget(store.root, "r1")
    there.close()
    assert listed(store.root) == []


def test_what_was_taken_back_is_heard_of_once(store: RunStore) -> None:
    here = Waiting(store.root)
    here.announce(Order(run_id="r1", job=JOB))
    take_back(store.root, "r1")
    assert here.unwanted() == ["r1"]
    assert here.unwanted() == []
    here.close()


def test_a_run_that_went_on_since_it_was_queued_is_swept_away(store: RunStore) -> None:
    here = Waiting(store.root)
    run = FakeRun(store, "begun", JOB)
    run.stamp(run.started())
    here.announce(Order(run_id="begun", job=JOB))
    here.announce(Order(run_id="again", job=ResumeJob(run_id="again")), seq=1)
    resumed = FakeRun(store, "again", JOB)
    resumed.stamp(resumed.started())
    killed(here, "begun", "again")
    assert [found.run_id for found in listed(store.root)] == ["again"]
    resumed.stamp(resumed.resumed())
    assert listed(store.root) == []
    assert not (store.root / "waiting").exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b'{"order": {"run_id": "r1"',
        b"[" * 100_000,
        b'{"schema": 9, "order": {"run_id": "r1", "job": {"type": "train", "variant": "v", "dataset": "d"}}, '
        b'"at": 1, "pid": 1}',
        msgspec.json.encode({"order": Order(run_id="../r2", job=JOB), "at": 1, "pid": 1}),
        msgspec.json.encode({"order": Order(run_id="r1", job=JOB, descriptor=0), "at": -1, "pid": 1}),
        b" " * 2**19,
    ],
    ids=["empty", "torn", "nested", "newer", "elsewhere", "impossible", "huge"],
)
def test_an_order_that_is_torn_foreign_or_hostile_is_told_and_nothing_else(store: RunStore, content: bytes) -> None:
    here = Waiting(store.root)
    here.announce(Order(run_id="r1", job=JOB))
    killed(here, "r1")
    (store.root / "waiting" / "r1" / "order.json").write_bytes(content)
    [found] = listed(store.root)
    assert found.order is None
    assert found.problem
    runs, problems = with_waiting(store.summaries(), store)
    assert runs == []
    assert len(problems) == 1


def test_an_order_that_is_a_pipe_or_a_link_is_not_waited_for(store: RunStore, tmp_path: Path) -> None:
    for name in ("r1", "r2"):
        (store.root / "waiting" / name).mkdir(parents=True)
    os.mkfifo(store.root / "waiting" / "r1" / "order.json")
    (store.root / "waiting" / "r2" / "order.json").symlink_to(tmp_path)
    assert all(found.order is None and found.problem for found in listed(store.root))


def test_a_table_shows_what_waits_and_what_was_abandoned_before_the_stored_runs(store: RunStore) -> None:
    run = FakeRun(store, "stored", JOB)
    run.stamp(run.started())
    here, gone = Waiting(store.root), Waiting(store.root)
    gone.announce(Order(run_id="r1", job=JOB))
    gone.announce(Order(run_id="r2", job=msgspec.structs.replace(JOB, variant="unheard of")))
    killed(gone, "r1", "r2")
    here.announce(Order(run_id="r3", job=JOB))
    runs, problems = with_waiting(store.summaries(), store)
    assert [(each.id, each.status, each.planned) for each in runs][:2] == [("r1", "abandoned", 7), ("r3", "waiting", 7)]
    assert [each.id for each in runs][2:] == ["stored"]
    assert "unheard of" in problems[0]
    here.close()
