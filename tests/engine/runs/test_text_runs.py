"""Runs on text through the whole engine, with a scripted network: what they keep, and what a resumption needs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import SimpleQueue
from random import Random
from typing import Any

import pytest

from engine import params, registry
from engine.datasets.cache import DatasetCache
from engine.errors import RunError, UsageError
from engine.events import DataProgress, EngineFailed, Event, RunFinished, RunStarted
from engine.queries.messages import Neighbours, Similarity
from engine.runs.jobs import ResumeJob, TrainJob
from engine.runs.loop import MEASURING
from engine.runs.store import RunStore
from engine.runs.weight_files import kept
from engine.session import Engine
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

    def live(job: Any, stop_at: str = "") -> tuple[Engine, list[Event]]:
        heard: SimpleQueue[Event] = SimpleQueue()
        engine = Engine(heard.put, store, data_dir=data_dir, backend=lambda device: scripted_backend)
        made.append(engine)
        engine.start()
        run_id = engine.submit(job)
        events: list[Event] = []
        while not (events and isinstance(events[-1], RunFinished | EngineFailed) and events[-1].run_id):
            events.append(heard.get(timeout=60))
            if isinstance(events[-1], DataProgress) and events[-1].activity == stop_at:
                engine.cancel(run_id)
        return engine, events

    yield live
    for engine in made:
        engine.close()


def job(**settings: Any) -> TrainJob:
    return TrainJob(variant="sentence", dataset="text", preset="book", config={**SETTINGS, **settings})


def test_a_run_keeps_its_words_and_weights_and_tells_what_it_read(run: Any, store: RunStore) -> None:
    engine, events = run(job(epochs=3))
    started = next(event for event in events if isinstance(event, RunStarted))
    finished = events[-1]
    assert isinstance(finished, RunFinished)
    assert (finished.outcome, started.train_items, started.validation_items) == ("completed", 42, 18)
    assert "60 in 1 document," in started.metadata["sentences"]
    assert "trained on text" in started.metadata["vectors"]
    assert {"cosine_mean", "cosine_median"} <= finished.metrics.keys()
    folder = store.find(started.run_id).folder
    assert set(Lexicon.read(folder).words[2:4]) == {".", "the"}
    assert (folder / "neighbours.safetensors").exists()
    assert list(kept(folder)) == [1, 2, 3]
    asked = Similarity(run_id=started.run_id, first="the cats", second="the dogs", epoch=2)
    assert engine.query(asked).result(30).epoch == 2


def test_what_is_read_keeps_its_unit_in_the_event(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = DatasetCache.load

    def load(self: Any, key: str, settings: Any, folder: Any, report: Any, **how: Any) -> Any:
        report("reading vectors", 3, 3, "B")
        return loaded(self, key, settings, folder, report, **how)

    monkeypatch.setattr(DatasetCache, "load", load)
    _, events = run(job())
    units = {event.activity: event.unit for event in events if isinstance(event, DataProgress)}
    assert (units.pop("reading vectors"), set(units.values())) == ("B", {"items"})


def test_with_a_validation_part_words_are_learned_from_the_training_part_alone_and_found_again(
    run: Any, store: RunStore, data_dir: Path
) -> None:
    settings = registry.variant("sentence").reading(
        params.configure(registry.preset("sentence", "book"), {**SETTINGS, "validation": 0.2})
    )
    datasets = DatasetCache(data_dir)
    data = datasets.load("text", settings)
    assert isinstance(data, TextData)
    fitted = data.corpus.of(data.train_places)
    assert data.lexicon.words[2:] == fitted.words[:10]
    _, events = run(job(validation=0.2))
    record = store.find(events[-1].run_id)
    again = datasets.load("text", settings, record.folder)
    assert again.fingerprint == data.fingerprint == record.info.fingerprint
    assert [len(part.items) for part in (again.train, again.validation, again.test)] == [34, 8, 18]
    engine, _ = run(ResumeJob(run_id=record.id, epochs=2))
    assert engine.query(Neighbours(run_id=record.id, text="old cats")).result(timeout=10).neighbours


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
    answer = fresh.query(Similarity(run_id=run_id, first="old cats", second="old dogs")).result(timeout=10)
    assert -1 <= answer.cosine <= 1
    with pytest.raises(Exception, match="aetui data add text"):
        fresh.query(Neighbours(run_id=run_id, text="old cats")).result(timeout=10)


def test_neighbours_are_not_looked_for_in_a_text_that_the_run_never_read(run: Any, data_dir: Path) -> None:
    engine, events = run(job())
    write_text(data_dir / "text.txt", seed=1)
    with pytest.raises(RunError, match="bring the former data back"):
        engine.query(Neighbours(run_id=events[-1].run_id, text="old cats")).result(timeout=10)


def test_a_text_that_changed_is_read_again_by_the_same_engine(data_dir: Path) -> None:
    settings = registry.variant("sentence").reading(params.configure(registry.preset("sentence", "book"), SETTINGS))
    datasets = DatasetCache(data_dir)
    first = datasets.load("text", settings)
    assert datasets.load("text", settings) is first
    write_text(data_dir / "text.txt", seed=1)
    assert datasets.load("text", settings).fingerprint != first.fingerprint


def test_more_neighbours_than_there_are_sentences_are_all_of_them(run: Any) -> None:
    engine, events = run(job())
    answer = engine.query(Neighbours(run_id=events[-1].run_id, text="old cats", count=500)).result(timeout=10)
    assert 20 < len(answer.neighbours) == len({found.sentence for found in answer.neighbours}) <= 60


def test_a_run_that_is_stopped_while_its_metrics_are_measured_gets_them_when_it_goes_on(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def endless(*_: Any) -> Iterator[tuple[int, int]]:
        while True:
            time.sleep(0.01)
            yield 1, 2

    with monkeypatch.context() as patched:
        patched.setattr("engine.analysis.text_comparison.encoded", endless)
        _, events = run(job(), stop_at=MEASURING)
    assert (events[-1].outcome, events[-1].epochs, events[-1].metrics) == ("stopped", 1, {})
    _, events = run(ResumeJob(run_id=events[-1].run_id))
    assert events[-1].outcome == "completed"
    assert events[-1].metrics


def test_sentences_that_all_have_the_same_words_are_refused_where_weights_would_be_nothing(
    run: Any, store: RunStore, data_dir: Path
) -> None:
    (data_dir / "text.txt").write_text("hello world again.\n" * 40)
    _, events = run(job(weighting="idf", loss_over="words"))
    assert isinstance(events[-1], EngineFailed)
    assert "choose weighting uniform" in events[-1].message
    assert not store.runs()


def test_text_is_no_data_for_images_and_vectors_are_none_at_all(run: Any, store: RunStore) -> None:
    engine, _ = run(job())
    for variant, dataset in (("vanilla", "text"), ("sentence", "digits"), ("sentence", "glove")):
        with pytest.raises(UsageError, match="learns from"):
            engine.submit(TrainJob(variant=variant, dataset=dataset))
