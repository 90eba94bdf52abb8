"""The sentence autoencoder on the real corpus. Set AETUI_DATA to a folder with nltk_data/corpora/reuters.zip."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

from engine.events import EngineFailed, Event, RunFinished, RunStarted
from engine.queries.messages import Neighbours, Similarity
from engine.runs.jobs import TrainJob
from engine.runs.store import RunStore
from engine.session import Engine

pytestmark = [pytest.mark.data, pytest.mark.timeout(900)]


class Trained:
    """A small network after one epoch, and the engine that trained it."""

    def __init__(self, folder: Path) -> None:
        self.heard: SimpleQueue[Event] = SimpleQueue()
        data = Path(os.environ["AETUI_DATA"])
        self.engine = Engine(self.heard.put, RunStore(folder / "runs"), device="cpu", data_dir=data)
        self.engine.start()
        config = {"epochs": 1, "units": 32, "batch_size": 128, "precision": "float32"}
        self.run_id = self.engine.submit(TrainJob(variant="sentence", dataset="reuters", preset="small", config=config))
        self.started: RunStarted = self._next(RunStarted)
        self.finished: RunFinished = self._next(RunFinished)

    def _next(self, kind: type) -> Any:
        while not isinstance(event := self.heard.get(timeout=300), kind):
            assert not isinstance(event, EngineFailed), event
        return event

    def query(self, query: Any) -> Any:
        return self.engine.query(query).result(timeout=300)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trained]:
    if "AETUI_DATA" not in os.environ:
        pytest.skip("set AETUI_DATA to a folder with nltk_data/corpora/reuters.zip")
    made = Trained(tmp_path_factory.mktemp("reuters"))
    yield made
    made.engine.close()


def test_the_parts_are_made_of_whole_documents(trained: Trained) -> None:
    assert (trained.started.train_items, trained.started.validation_items) == (31_706, 3_587)
    assert "by document" in trained.started.metadata["parts"]
    assert "50,519" in trained.started.metadata["sentences"]


def test_codes_find_sentences_with_the_same_topic_and_know_the_order_of_words(trained: Trained) -> None:
    metrics = trained.finished.metrics
    assert trained.finished.outcome == "completed"
    assert metrics["precision_at_10"] > 0.4  # by chance 0.13
    assert metrics["average_precision_at_10"] == pytest.approx(0.5, abs=0.05)
    assert metrics["average_precision_at_10"] < metrics["sif_precision_at_10"] < metrics["tfidf_precision_at_10"]
    assert 0 < metrics["variance_left"] < 1.2
    assert metrics["average_word_order"] == pytest.approx(1, abs=1e-6)
    assert metrics["word_order"] < 0.9999
    assert 0 < metrics["cosine_q1"] <= metrics["cosine_median"] <= metrics["cosine_q3"] <= 1


def test_questions_are_answered_from_the_index_of_the_run(trained: Trained) -> None:
    began = time.monotonic()
    answer = trained.query(Neighbours(run_id=trained.run_id, text="Oil prices fell sharply in New York.", count=5))
    assert time.monotonic() - began < 10  # nothing is encoded again
    assert len(answer.neighbours) == len(answer.average) == 5
    assert answer.searched == 50_519
    pair = trained.query(Similarity(run_id=trained.run_id, first="the man bit the dog", second="the dog bit the man"))
    assert pair.cosine < 0.9999 < pair.average
