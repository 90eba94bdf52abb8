from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from engine import events
from engine.datasets import image_reader
from engine.events import Event, Progress, RunFinished, RunStarted
from engine.processes import messages
from engine.processes.channel import Channel, pair
from engine.processes.child import Child
from engine.processes.messages import Begin, Tell, Terms
from engine.runs import execution, waiting
from engine.runs.jobs import Order, TrainJob
from engine.runs.store import RunStore
from engine.runs.waiting import Waiting

JOB = TrainJob(variant="vanilla", dataset="digits", config={"epochs": 40})


class Employer:
    """The other end: what an engine's process has of it."""

    def __init__(self, store: RunStore, backend: Any) -> None:
        self.channel, there = pair()
        self.thread = Thread(target=Child(Channel(there), signals=False, backend=lambda device: backend).work)
        self.thread.start()
        self.say(Terms(runs=str(store.root), data_dir=None, device="cpu", niceness=0))
        self._events = self._read()

    def say(self, message: messages.Message, descriptors: tuple[int, ...] = ()) -> None:
        assert self.channel.send(messages.encode(message), descriptors)

    def _read(self) -> Iterator[Event]:
        for line in self.channel.lines():
            yield events.decode(line)

    def until(self, kind: Any) -> Any:
        return next(event for event in self._events if isinstance(event, kind))


@pytest.fixture
def employer(
    store: RunStore, scripted_backend: Any, small_data: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Employer]:
    monkeypatch.setattr(image_reader, "read", lambda entry, location: small_data())
    monkeypatch.setattr(execution, "cache_dir", lambda: tmp_path / "cache")
    made = Employer(store, scripted_backend)
    yield made
    for run_id in ("r1", "r2"):
        made.channel.send(messages.encode(Tell(run_id=run_id, command="stop")))
    made.channel.close()
    made.thread.join(30)


def test_it_trains_what_it_is_told_to_and_stops_when_told(employer: Employer, store: RunStore) -> None:
    employer.say(Begin(order=Order(run_id="r1", job=JOB)))
    employer.until(Progress)
    assert store.find("r1").status == "running"
    employer.say(Tell(run_id="r1", command="stop"))
    assert employer.until(RunFinished).outcome == "stopped"
    employer.say(Begin(order=Order(run_id="r2", job=JOB)))
    employer.until(RunStarted)


def test_its_place_in_the_queue_is_passed_on_without_ever_being_free(employer: Employer, store: RunStore) -> None:
    here, order = Waiting(store.root), Order(run_id="r1", job=JOB)
    here.announce(order)
    place = here.passed_on("r1")
    assert place is not None
    employer.say(Begin(order=order, place_locked=True), (place,))
    os.close(place)
    assert waiting.waits(store.root, "r1") or store.get("r1") is not None
    employer.until(RunStarted)
    assert not waiting.waits(store.root, "r1")


def test_a_run_goes_on_to_its_end_when_nobody_listens_any_more(employer: Employer, store: RunStore) -> None:
    employer.say(
        Begin(order=Order(run_id="r1", job=TrainJob(variant="vanilla", dataset="digits", config={"epochs": 3})))
    )
    employer.until(RunStarted)
    employer.channel.close()
    employer.thread.join(60)
    assert store.find("r1").status == "completed"
