"""Answers that take long are worked at between two chunks of a training."""

from __future__ import annotations

import time
from threading import Event
from typing import Any

import pytest

from engine.datasets.cache import DatasetCache
from engine.errors import RunError, UsageError
from engine.events import DataProgress, Progress, RunStarted
from engine.queries import queue
from engine.queries.messages import Encode
from engine.runs.jobs import TrainJob


@pytest.fixture
def training(scripted: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An engine that trains, and the id of its run; of a long answer one step is made at a time."""
    monkeypatch.setattr(queue, "ANSWER_SECONDS", 0)
    monkeypatch.setattr(queue, "PROGRESS_SECONDS", -1)
    driven = scripted(seconds=0.15)  # as long as a chunk takes: all its progress is told
    run_id = driven.engine.submit(TrainJob(variant="vanilla", dataset="digits", config={"epochs": 100}))
    driven.until(RunStarted)
    driven.until(Progress)
    return driven, run_id


def encoding(event: Any) -> bool:
    return isinstance(event, DataProgress) and event.activity == Encode.doing


def test_the_training_goes_on_meanwhile(training: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "ANSWER_SECONDS", 0.0001)
    driven, run_id = training
    future = driven.engine.query(Encode(run_id=run_id, part="train"))
    driven.until(DataProgress, where=lambda event: encoding(event) and event.done == event.total)
    told = [event for event in driven.events if encoding(event) or isinstance(event, Progress)]
    first = next(place for place, event in enumerate(told) if encoding(event))
    assert any(isinstance(event, Progress) for event in told[first:])
    assert future.result(timeout=10).codes.shape == (40, 3)


def test_what_has_begun_is_brought_to_its_end(training: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    driven, run_id = training
    first = driven.engine.query(Encode(run_id=run_id, part="train"))
    driven.until(Progress)
    driven.until(Progress)
    assert not first.cancel()
    later = driven.engine.query(Encode(run_id=run_id, count=10))
    monkeypatch.setattr(queue, "ANSWER_SECONDS", 0.5)
    assert later.result(timeout=10).codes.shape == (10, 3)
    assert first.result(timeout=10).codes.shape == (40, 3)


def test_what_has_begun_can_be_dropped_and_the_next_answer_is_worked_at(
    training: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    driven, run_id = training
    first = driven.engine.query(Encode(run_id=run_id, part="train"))
    driven.until(Progress)
    driven.until(Progress)
    first.drop()
    later = driven.engine.query(Encode(run_id=run_id, count=10))
    monkeypatch.setattr(queue, "ANSWER_SECONDS", 0.5)
    with pytest.raises(UsageError, match="taken back"):
        first.result(timeout=10)
    assert later.result(timeout=10).codes.shape == (10, 3)


def test_a_question_that_has_data_read_does_not_hold_up_a_stop(training: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    driven, run_id = training
    asked = Event()

    def load(self: Any, key: str, settings: Any, folder: Any, report: Any, **how: Any) -> None:
        assert not how["download"]
        asked.set()
        while True:
            time.sleep(0.01)
            report("reading vectors", 2, 2, "B")

    monkeypatch.setattr(DatasetCache, "load", load)
    monkeypatch.setattr(queue, "ANSWER_SECONDS", 0.01)
    future = driven.engine.query(Encode(run_id=run_id, part="train"))
    assert asked.wait(10)
    driven.until(DataProgress, where=lambda event: (event.activity, event.unit) == ("reading vectors", "B"))
    began = time.monotonic()
    driven.engine.cancel(run_id)
    assert driven.finished(run_id).outcome == "stopped"
    assert time.monotonic() - began < 0.5
    with pytest.raises(RunError, match="ask again"):
        future.result(timeout=1)


class Stepping:
    """Answers each question by so many steps as its `count` says."""

    def answer(self, query: Any, *_: Any) -> Any:
        def steps() -> Any:
            for step in range(query.count):
                time.sleep(0.001)
                yield step, query.count
            return query.count

        return steps()


def test_a_short_question_does_not_wait_for_a_long_answer_and_the_long_ones_keep_their_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(queue, "ANSWER_SECONDS", 0.02)
    asked, answered = queue.QueryQueue(lambda event: None), []
    for count in (100, 101, 3):
        asked.put(Encode(run_id="any", count=count)).add_done_callback(lambda done: answered.append(done.result()))
        asked.work(Stepping(), None, lambda: False)  # type: ignore[arg-type]
    assert answered == [3]
    while asked:
        asked.work(Stepping(), None, lambda: False)  # type: ignore[arg-type]
    assert answered == [3, 100, 101]


def test_closing_refuses_what_is_not_answered_yet(training: Any) -> None:
    driven, run_id = training
    future = driven.engine.query(Encode(run_id=run_id, part="train"))
    driven.engine.close()
    with pytest.raises(UsageError, match="no more queries"):
        future.result(timeout=1)
