from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import numpy as np
import pytest

from engine.backend import Checkpoint, EpochReport, Position
from engine.datasets import image_reader
from engine.datasets.data import Part
from engine.datasets.image_data import ImageData, as_floats
from engine.events import EpochEnded, Event, Progress, RunFinished, Stage
from engine.params import TrainingConfig
from engine.ratings.ratings import TEST, TRAIN, VALIDATION, Ratings
from engine.runs import execution
from engine.runs.snapshots import Samples
from engine.runs.store import RunStore
from engine.session import Engine
from engine.text.corpus import Corpus
from engine.text.cut import cut
from engine.text.lexicon import Lexicon
from engine.text.sequences import SEQUENCERS
from engine.text.text_data import TextData


def make_data(items: int = 40, shape: tuple[int, int, int] = (4, 4, 1), seed: int = 0) -> ImageData:
    """Random images: enough to train on for a moment."""
    random = np.random.default_rng(seed)

    def part(count: int) -> Part:
        return Part(random.integers(0, 256, (count, *shape), np.uint8), random.integers(0, 10, count))

    return ImageData("digits", part(items), part(items // 2), tuple("0123456789"), None)


NOUNS = ("dog", "cat", "ship", "price", "bank", "crop")
VERBS = ("saw", "bit", "sold", "met")


def make_corpus(sentences: int = 60, seed: int = 0) -> Corpus:
    """Sentences of three to seven words; every third one is a document, whose topic is its first noun."""
    random = np.random.default_rng(seed)
    said = [
        ["the", str(random.choice(NOUNS)), str(random.choice(VERBS)), *map(str, random.choice(NOUNS, n % 5))]
        for n in range(sentences)
    ]
    texts = [" ".join(words).capitalize() + "." for words in said]
    counts = Counter(word for words in said for word in words)
    words = tuple(sorted(counts, key=lambda word: (-counts[word], word)))
    document = np.arange(sentences, dtype=np.int32) // 3
    return Corpus(
        key="text",
        path=None,
        words=words,
        counts=np.array([counts[word] for word in words]),
        tokens=np.array([words.index(word) for one in said for word in one], np.int32),
        starts=np.cumsum([0, *map(len, said)]),
        text=np.frombuffer("".join(texts).encode(), np.uint8),
        text_starts=np.cumsum([0, *map(len, texts)]),
        document=document,
        documents=tuple(f"document {n}" for n in range(document[-1] + 1)),
        topics=NOUNS,
        document_topics=tuple((NOUNS.index(said[3 * n][1]),) for n in range(document[-1] + 1)),
        splitter="full stops",
    )


def make_text(
    sentences: int = 60,
    length: int = 6,
    dimensions: int = 5,
    weighting: str = "uniform",
    seed: int = 0,
    ids: str = "tokens",
    validation: float = 0.0,
    loss_over: str = "words",
) -> TextData:
    """A corpus to train on for a moment, with random word vectors."""
    corpus = make_corpus(sentences, seed)
    vectors = np.random.default_rng(seed).normal(0, 0.7, (len(corpus.words), dimensions)).astype(np.float32)
    lexicon = replace(Lexicon.assembled(corpus.words, vectors, "drawn at random", seed), sequencer=SEQUENCERS[ids])
    metadata = {"sentences": f"{sentences}"}
    return TextData(corpus, lexicon, length, weighting, metadata, cut(corpus, validation), loss_over)


def make_ratings(users: int = 30, items: int = 20, share: float = 0.5, seed: int = 0) -> Ratings:
    """Stars from 1 to 5 by one factor and a bias of each item, a share of all pairs; eight in ten to train on."""
    random = np.random.default_rng(seed)
    stars = 3 + random.normal(0, 1, (users, 1)) * random.normal(0, 1, (1, items)) + random.normal(0, 0.5, (1, items))
    user, item = np.nonzero(random.random(stars.shape) < share)
    return Ratings(
        key="made-ratings",
        users=tuple(f"user {n}" for n in range(users)),
        items=tuple(f"item {n}" for n in range(items)),
        user=user.astype(np.int32),
        item=item.astype(np.int32),
        value=stars[user, item].clip(1, 5).round().astype(np.float32),
        part=random.choice(np.array([TRAIN, VALIDATION, TEST], np.int8), len(user), p=(0.8, 0.1, 0.1)),
    )


class ScriptedTraining:
    """Four chunks an epoch, each `seconds` long; `fault` is raised in the second chunk of epoch 2."""

    layers = ()
    stages: tuple[Stage, ...]
    steps_per_epoch = 4
    code_size = 3
    notes = ("decided by a coin",)
    held_out = stopped_early = False
    weights = "last"
    best = None

    def __init__(
        self,
        config: TrainingConfig,
        seconds: float,
        fault: Exception | None,
        checkpoint: Checkpoint | None,
        shape: tuple[int, ...] = (4, 4, 1),
    ) -> None:
        self.config = self._following = config
        self.trained: dict[int, TrainingConfig] = {}
        """What each epoch was trained with."""
        self._shape = shape
        self.stages = (Stage("training", config.epochs),)
        self._last_good = Position()
        self.position = checkpoint.position if checkpoint else Position()
        self._seconds = seconds
        self._fault = fault

    def change(self, config: TrainingConfig) -> None:
        self._following = config

    def _goes_on(self) -> bool:
        if self.position.step == 0:
            self.config = self._following
            self.stages = (Stage("training", self.config.epochs),)
        return self.position.epoch <= self.config.epochs

    def run(self) -> Iterator[Progress | EpochReport]:
        while self._goes_on():
            epoch = self.position.epoch
            self.trained[epoch] = self.config
            for step in range(self.position.step + 1, 5):
                time.sleep(self._seconds)
                if self._fault and (epoch, step) == (2, 2):
                    raise self._fault
                self.position = Position(epoch=epoch, step=step, train=self.position.train)
                yield Progress(
                    stage="training", epoch=epoch, step=step, steps=4, loss=1, samples_per_second=1, seconds_left=1
                )
            terms = {"loss": 1 / epoch}
            self.position = self._last_good = Position(epoch=epoch + 1, train=terms, validation=terms)
            event = EpochEnded(
                stage="training", epoch=epoch, train=terms, validation=terms, steps=4, seconds=1, samples_per_second=1
            )
            image = np.zeros((2, *self._shape), np.float32)
            codes, labels = np.zeros((2, 3), np.float32), np.zeros(2, np.int64)
            yield EpochReport(
                event=event,
                samples=Samples(inputs=image, targets=image, outputs=image, codes=codes, labels=labels),
                codes=np.zeros((20, 3), np.float32),
            )

    def checkpoint(self) -> Checkpoint:
        return Checkpoint(arrays=self._arrays, position=self.position)

    def last_good(self) -> Checkpoint:
        return Checkpoint(arrays=self._arrays, position=self._last_good)

    @property
    def _arrays(self) -> dict[str, Any]:
        return {"w": np.arange(3.0), "optimizer/w": np.zeros(3)}

    def new_best(self) -> Checkpoint | None:
        return None

    def use(self, weights: Checkpoint) -> None:
        raise AssertionError("nothing was held out")

    judged = use

    @property
    def model(self) -> ScriptedModel:
        return ScriptedModel(self.position.epoch - 1, self._shape)


class ScriptedModel:
    """Codes are the first three pixels; whatever is decoded is grey."""

    code_size = 3
    block = 10
    noise = ""
    bits = 0

    def __init__(self, epoch: int, shape: tuple[int, ...] = (4, 4, 1)) -> None:
        self.epoch = epoch
        self.shape = shape

    def encode(self, images: Any) -> Any:
        return as_floats(np.asarray(images)).reshape(len(images), -1)[:, :3]

    def decode(self, codes: Any) -> Any:
        return np.full((len(codes), *self.shape), 0.5, np.float32)

    def corrupted(self, images: Any, start: int = 0, *, training: bool = False, draw: int = 0) -> Any:
        return as_floats(np.asarray(images))


class ScriptedBackend:
    """A backend without TensorFlow."""

    def __init__(self, seconds: float = 0.01, fault: Exception | None = None) -> None:
        self.device = "scripted"
        self.recurrent_loop = "none"
        self.seconds = seconds
        self.fault = fault
        self.trained: dict[int, TrainingConfig] = {}
        """What each epoch was trained with, whichever run or life did so last."""

    def training(self, variant: Any, config: Any, data: Any, checkpoint: Checkpoint | None) -> ScriptedTraining:
        made = ScriptedTraining(config, self.seconds, self.fault, checkpoint, data.shape)
        made.trained = self.trained
        return made

    def corrupted(self, variant: Any, config: Any, items: Any) -> Any:
        return items + config.noise_share

    def release(self) -> None:
        """It keeps nothing."""

    def model(self, variant: Any, config: Any, shape: Any, checkpoint: Checkpoint) -> ScriptedModel:
        return ScriptedModel(checkpoint.position.epoch - 1, shape)


@pytest.fixture
def scripted_backend() -> ScriptedBackend:
    return ScriptedBackend()


class Driven:
    """An engine and all it said."""

    def __init__(self, store: RunStore, backend: Any) -> None:
        self.store = store
        self.backend = backend
        self.events: list[Event] = []
        self._queue: SimpleQueue[Event] = SimpleQueue()
        self.engine = Engine(self._queue.put, store, backend=lambda device: backend)

    def until(self, *kinds: type, timeout: float = 60, where: Any = lambda event: True) -> Any:
        """The next event of one of `kinds`."""
        while True:
            event = self._queue.get(timeout=timeout)
            self.events.append(event)
            if isinstance(event, kinds) and where(event):
                return event

    def finished(self, run_id: str) -> RunFinished:
        return self.until(RunFinished, where=lambda event: event.run_id == run_id)


@pytest.fixture
def small_data() -> Any:
    return make_data


@pytest.fixture
def small_text() -> Any:
    return make_text


@pytest.fixture
def small_ratings() -> Any:
    return make_ratings


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


@pytest.fixture
def scripted(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Makes engines with a scripted backend on small data; closes them."""
    monkeypatch.setattr(image_reader, "read", lambda entry, location: make_data())
    monkeypatch.setattr(execution, "cache_dir", lambda: store.root.parent / "cache")
    made: list[Driven] = []

    def make(**settings: Any) -> Driven:
        made.append(Driven(store, ScriptedBackend(**settings)))
        made[-1].engine.start()
        return made[-1]

    yield make
    for driven in made:
        driven.engine.close()
