"""Sweeps on an engine that trains nothing: `python scripted_sweep.py RUNS NAME [TRIALS [JOBS]]` carries one out.

The loss falls with the epochs towards what the settings allow, and depends on the seed; a rate of 0.5 or more diverges.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import msgspec
from scripted_runs import NoComparison, ScriptedTraining, _engine

from engine import params, registry
from engine.backend import Diverged, EpochReport, Position
from engine.datasets import image_reader
from engine.events import Event, Progress
from engine.kinds.image import Image
from engine.runs import loop
from engine.runs.jobs import TrainJob
from engine.runs.store import RunStore
from engine.session import Engine
from engine.sweeps import coordinator, ranges, searches, source, sweep, trials
from engine.sweeps.sweep import Sweep

EPOCHS = 4


def reached(config: Any, epoch: int) -> float:
    """The loss after `epoch`: the nearer learning_rate is to 0.01 and hidden_dim to 64, the lower."""
    off = math.log10(config.learning_rate / 0.01) ** 2 + math.log2(config.hidden_dim / 64) ** 2 / 4
    return (0.1 + off / 10) * (1 + 1 / epoch) + config.seed % 7 / 1000


class Losing(ScriptedTraining):
    def run(self) -> Iterator[Progress | EpochReport]:
        for report in super().run():
            if isinstance(report, EpochReport):
                if self.config.learning_rate >= 0.5:
                    raise Diverged(report.event.epoch, 1)
                terms = {"loss": reached(self.config, report.event.epoch), "reconstruction": 1 / report.event.epoch}
                self.position = Position(epoch=report.event.epoch + 1, train=terms, validation=terms)
                event = msgspec.structs.replace(report.event, train=terms, validation=terms)
                yield msgspec.structs.replace(report, event=event)
            else:
                yield report


class Backend(_engine.ScriptedBackend):
    def training(self, variant: Any, config: Any, data: Any, checkpoint: Any) -> Losing:
        return Losing(config, self.seconds, self.fault, checkpoint, data.shape)


def planned(store: RunStore, name: str, count: int, **asked: Any) -> Sweep:
    over = asked.pop("over", ("learning_rate=log:1e-4..1", "hidden_dim=8,16,32,64,128"))
    known = params.describe(registry.preset("vanilla", "small"))
    job = TrainJob(variant="vanilla", dataset="digits", preset="small", config={"epochs": EPOCHS}, name=name)
    settings: dict[str, Any] = {"sampler": "tpe", "prune": "median", **asked}
    return sweep.plan(job, ranges.all_parsed(over, known), store, trials=count, **settings)


def carried_out(wanted: Sweep, store: RunStore, backend: Any, tell: Any = lambda told: None, jobs: int = 1) -> Any:
    """The trials at the end."""
    events: SimpleQueue[Event] = SimpleQueue()
    engine = Engine(events.put, store, backend=lambda device: backend)
    engine.start()
    with coordinator.held(wanted, store):
        record = trials.Record(sweep.folder(store, wanted.id))
        search = searches.search(wanted.sampler, wanted.over, wanted.seed)
        given = source.OwnTrials(wanted, record, search)
        try:
            coordinator.Coordinator(wanted, store, given, engine, events, jobs=jobs, tell=tell).run()
        finally:
            engine.close()
            record.close()
    return record.trials


def without_engine(store: RunStore) -> None:
    """Data without files, and nothing that a model is held against."""
    del store
    image_reader.read = lambda entry, location: _engine.make_data()
    loop.CHECKPOINT_SECONDS = 0.0
    setattr(Image, "comparison", lambda *of: NoComparison())  # noqa: B010


def main(arguments: Sequence[str]) -> int:
    runs, name, count = arguments
    store = RunStore(Path(runs))
    without_engine(store)
    wanted = sweep.begin(planned(store, name, int(count), sampler="random"), store)
    carried_out(wanted, store, Backend(seconds=0.004))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
