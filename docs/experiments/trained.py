"""Runs for the experiments of the pages: trained once by an engine of their own, and asked what a claim is about."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from queue import SimpleQueue
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.events import EngineFailed, Event, RunFinished, complete_epochs
from engine.queries.messages import Decode, Encode, Query, Reconstruct, Sample
from engine.registry import VARIANTS
from engine.runs.jobs import TrainJob
from engine.runs.record import RunRecord
from engine.runs.snapshots import read_nearest
from engine.runs.store import RunStore
from engine.session import Engine


class Setting(NamedTuple):
    """One side of a comparison: what is trained."""

    label: str
    variant: str
    preset: str
    config: dict[str, Any]
    dataset: str = "digits"

    def job(self, seed: int) -> TrainJob:
        """The run with this seed, whose name is the same wherever the same is to be trained."""
        told = json.dumps([self.variant, self.preset, self.dataset, self.config], sort_keys=True)
        name = f"{self.variant}-{sha256(told.encode()).hexdigest()[:10]}-{seed}"
        return TrainJob(
            variant=self.variant,
            dataset=self.dataset,
            preset=self.preset,
            config={**self.config, "seed": seed},
            name=name,
        )


class Trained:
    """A finished run."""

    def __init__(self, record: RunRecord, engine: Engine, seed: int) -> None:
        self.record, self.seed, self._engine = record, seed, engine

    def ask(self, query: Query) -> Any:
        """The answer; raises EngineError."""
        return self._engine.query(query).result()

    @property
    def metrics(self) -> dict[str, float]:
        """Of the test part, and what stands beside the model."""
        end = self.record.end
        assert end is not None
        return dict(end.metrics)

    @property
    def last(self) -> Any:
        """The last epoch."""
        return self.record.last_epoch

    @property
    def losses(self) -> list[float]:
        """The validation loss of every epoch."""
        return [ended.validation["loss"] for ended in complete_epochs(self.record.events()[0])]

    def views(self) -> dict[str, NDArray[Any]]:
        """What was kept of the last epoch."""
        return dict(read_nearest(self.record.folder, self.last.epoch)[1].views)

    def answers(self, count: int, *, noise: bool = False) -> Any:
        """What it makes of the first test items."""
        return self.ask(Reconstruct(run_id=self.record.id, count=count, noise=noise))

    def answers_to(self, items: NDArray[Any]) -> Any:
        """What it makes of these."""
        return self.ask(Reconstruct(run_id=self.record.id, inputs=items))

    def codes(self, items: NDArray[Any]) -> NDArray[np.float32]:
        """Those of these items."""
        return self.ask(Encode(run_id=self.record.id, inputs=items)).codes

    def texts(self, sentences: tuple[str, ...]) -> NDArray[np.float32]:
        """Codes of sentences."""
        return self.ask(Encode(run_id=self.record.id, texts=sentences)).codes

    def decoded(self, codes: NDArray[Any]) -> NDArray[np.float32]:
        """What belongs to these codes."""
        return self.ask(Decode(run_id=self.record.id, codes=codes)).images

    def drawn(self, count: int) -> NDArray[np.float32]:
        """New ones from the prior."""
        return self.ask(Sample(run_id=self.record.id, count=count)).images


class Trainer:
    """Trains what the store does not have."""

    def __init__(self, engine: Engine, events: SimpleQueue[Event], store: RunStore) -> None:
        self._engine, self._events, self._store = engine, events, store

    def run(self, setting: Setting, seed: int) -> Trained:
        """The run of `setting` with `seed`, trained now if it was not before."""
        job = setting.job(seed)
        for record in self._store.runs():
            if record.name == job.name and record.status == "completed":
                return Trained(record, self._engine, seed)
        run_id = self._engine.submit(job)
        while True:
            event = self._events.get()
            if isinstance(event, EngineFailed):
                raise RuntimeError(f"{job.name}: {event.title}: {event.message}")
            if isinstance(event, RunFinished) and event.run_id == run_id:
                if event.outcome != "completed":
                    raise RuntimeError(f"{job.name}: {event.outcome}: {event.message}")
                return Trained(self._store.find(run_id), self._engine, seed)


@contextmanager
def trainer(store: RunStore) -> Iterator[Trainer]:
    """An engine, as long as it is needed."""
    events: SimpleQueue[Event] = SimpleQueue()
    for variant in VARIANTS.values():
        type(variant).xla = False  # of so few steps compiling would take the longer part
    engine = Engine(events.put, store)
    engine.start()
    try:
        yield Trainer(engine, events, store)
    finally:
        engine.close()
