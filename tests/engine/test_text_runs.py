"""Runs on text through the whole engine, with a scripted network: what they keep, and what a resumption needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from queue import SimpleQueue
from random import Random
from typing import Any

import pytest

from engine.errors import UsageError
from engine.events import EngineFailed, Event, RunFinished, RunStarted
from engine.jobs import ResumeJob, TrainJob
from engine.queries import Neighbours, Similarity
from engine.session import Engine
from engine.store import RunStore
from engine.text.lexicon import Lexicon
from engine.text.text_data import TextData

SETTINGS = {"epochs": 1, "vocabulary": 12, "vectors": "corpus", "dimensions": 2, "length": 5, "units": 3}


def write_text(path: Path, seed: int = 0) -> None:
    draw = Random(seed)
    words = ("cats", "dogs", "ships", "trains", "see", "chase", "and", "old")
    path.write_text("\n".join(f"The {' '.join(draw.choices(words, k=5))}." for _ in range(60)))


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "data"
    folder.mkdir()
    write_text(folder / "text.txt")
    return folder


@pytest.fixture
def run(data_dir: Path, store: RunStore, scripted_backend: Any) -> Iterator[Callable[..., Any]]:
    """Submits a job and waits for the run's end; every call has an engine of its own, as after a new start."""
    made: list[Engine] = []

    def live(job: Any) -> tuple[Engine, list[Event]]:
        heard: SimpleQueue[Event] = SimpleQueue()
        engine = Engine(heard.put, store, data_dir=data_dir, backend=lambda device: scripted_backend)
        made.append(engine)
        engine.start()
        engine.submit(job)
        events: list[Event] = []
        while not (events and isinstance(events[-1], RunFinished | EngineFailed) and events[-1].run_id):
            events.append(heard.get(timeout=60))
        return engine, events

    yield live
    for engine in made:
        engine.close()


def job(**settings: Any) -> TrainJob:
    return TrainJob(variant="sentence", dataset="text", preset="book", config={**SETTINGS, **settings})


def test_a_run_keeps_its_words_and_tells_what_it_read(run: Any, store: RunStore) -> None:
    _, events = run(job())
    started = next(event for event in events if isinstance(event, RunStarted))
    finished = events[-1]
    assert isinstance(finished, RunFinished)
    assert (finished.outcome, started.train_items, started.validation_items) == ("completed", 42, 18)
    assert "60 in 1 documents" in started.facts["sentences"]
    assert "trained on text" in started.facts["vectors"]
    assert {"cosine_mean", "cosine_median"} <= finished.figures.keys()
    folder = store.find(started.run_id).folder
    assert set(Lexicon.read(folder).words[2:4]) == {".", "the"}
    assert (folder / "neighbours.safetensors").exists()


def test_a_resumed_run_reads_with_its_own_words_whatever_vectors_there_are_now(
    run: Any, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, events = run(job())
    run_id = events[-1].run_id
    before = Lexicon.read(store.find(run_id).folder)
    seen: list[TextData] = []
    original = TextData.__init__

    def watched(self: TextData, *args: Any) -> None:
        original(self, *args)
        seen.append(self)

    monkeypatch.setattr(TextData, "__init__", watched)
    monkeypatch.setattr("engine.text.vectors.lexicon", lambda *_: pytest.fail("no vectors are to be made anew"))
    _, events = run(ResumeJob(run_id=run_id, epochs=2))
    assert events[-1].outcome == "completed"
    assert seen[0].lexicon.words == before.words
    assert (seen[0].lexicon.vectors == before.vectors).all()


def test_a_changed_text_is_refused_when_a_run_goes_on(run: Any, data_dir: Path) -> None:
    _, events = run(job())
    write_text(data_dir / "text.txt", seed=1)
    _, again = run(ResumeJob(run_id=events[-1].run_id, epochs=2))
    assert isinstance(again[-1], EngineFailed)
    assert "fingerprint" in again[-1].message


def test_typed_sentences_are_answered_though_the_text_is_gone_and_neighbours_say_why_not(
    run: Any, data_dir: Path
) -> None:
    _, events = run(job())
    run_id = events[-1].run_id
    (data_dir / "text.txt").unlink()
    fresh, _ = run(TrainJob(variant="vanilla", dataset="digits", config={"epochs": 1}))
    answer = fresh.ask(Similarity(run_id=run_id, first="old cats", second="old dogs")).result(timeout=10)
    assert -1 <= answer.cosine <= 1
    with pytest.raises(Exception, match="aetui data add text"):
        fresh.ask(Neighbours(run_id=run_id, text="old cats")).result(timeout=10)


def test_text_is_no_data_for_images_and_vectors_are_none_at_all(run: Any, store: RunStore) -> None:
    engine, _ = run(job())
    for variant, dataset in (("vanilla", "text"), ("sentence", "digits"), ("sentence", "glove")):
        with pytest.raises(UsageError, match="learns from"):
            engine.submit(TrainJob(variant=variant, dataset=dataset))
