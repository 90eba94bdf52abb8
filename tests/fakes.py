"""An engine that trains nothing: it plays events and writes the files a real run would leave."""

from __future__ import annotations

import socket
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from typing import Any

import msgspec
import numpy as np
from fake_answers import SENTENCES, answer

from engine import events
from engine.datasets import dataset
from engine.errors import EngineError, SettingError
from engine.events import (
    EngineLoading,
    EngineReady,
    EpochEnded,
    Event,
    Health,
    Layer,
    Progress,
    RunFinished,
    RunPaused,
    RunResumed,
    RunStarted,
    Stage,
)
from engine.params import configure
from engine.queries.messages import Query
from engine.registry import preset
from engine.runs.jobs import HandOver, Job, Order, ResumeJob, TrainJob
from engine.runs.snapshot_writer import SnapshotWriter
from engine.runs.snapshots import Samples
from engine.runs.store import RunInfo, RunStore
from engine.text.lexicon import Lexicon

STEPS = 10
ITEMS = 10
POINTS = 200
LAYERS = (
    Layer("encoder", "flatten", "Flatten", (None, 784), 0),
    Layer("encoder", "code", "Dense", (None, 128), 100_480),
    Layer("decoder", "pixels", "Dense", (None, 784), 101_136),
    Layer("decoder", "reshape", "Reshape", (None, 28, 28, 1), 0),
)


def loss(epoch: int) -> float:
    """A curve that falls like a real one."""
    return 0.012 + 0.05 / epoch


def readings(epoch: int) -> Samples:
    """What is kept of an epoch of a text run: cosines that rise, readings that come closer."""
    pictured = pictures(epoch)
    spread = np.linspace(0, 0.2, 500, dtype=np.float32) ** 2
    return msgspec.structs.replace(
        pictured,
        inputs=np.zeros((len(SENTENCES), 5, 4), np.float32),
        targets=np.zeros((len(SENTENCES), 5, 4), np.float32),
        outputs=np.zeros((len(SENTENCES), 5, 4), np.float32),
        codes=pictured.codes[: len(SENTENCES)],
        labels=pictured.labels[: len(SENTENCES)],
        classes=np.array(["earn", "acq", "crude", "grain", "trade", "ship", "corn", "sugar", "coffee", "other"]),
    ).with_views(
        baseline=None,
        weights=None,
        kl=None,
        generated=None,
        sentences=np.array(SENTENCES),
        readings=np.array([f"{text} read after {epoch}" for text in SENTENCES]),
        cosines=1 - spread / epoch,
    )


def pictures(epoch: int) -> Samples:
    """Bright rings whose radius tells the item, and outputs that sharpen from epoch to epoch."""
    y, x = np.mgrid[:28, :28] - 13.5
    radius = np.hypot(x, y)
    rings = [np.exp(-((radius - 3 - i * 0.7) ** 2) / 3) for i in range(ITEMS)]
    inputs = np.stack(rings)[..., None].astype(np.float32)
    blur = 1 / (1 + epoch)
    outputs = (1 - blur) * inputs + blur * inputs.mean(axis=0)
    angle = np.arange(POINTS) * 2.4
    labels = np.arange(POINTS, dtype=np.int64) % 10
    spread = np.stack([np.cos(angle), np.sin(angle)], axis=1) * (0.2 + blur)
    centres = np.stack([np.cos(labels), np.sin(labels)], axis=1) * epoch
    return Samples(
        inputs=inputs,
        targets=inputs,
        outputs=outputs,
        codes=np.zeros((ITEMS, 2), np.float32),
        labels=np.arange(ITEMS, dtype=np.int64),
    ).with_views(
        baseline=np.clip(inputs - 0.1, 0, 1),
        points=(centres + spread).astype(np.float32),
        baseline_points=spread.astype(np.float32),
        point_labels=labels,
        weights=(np.stack(rings[::-1])[..., None] * (1 - blur) - 0.5).astype(np.float32),
        activations=np.linspace(0, 1 - blur, 32, dtype=np.float32),
        kl=np.linspace(0, 2 - blur, 10, dtype=np.float32),
        generated=outputs[::-1],
    )


class FakeRun:
    """One run: its folder, its events in order, and the hand that stamps and keeps them."""

    def __init__(self, store: RunStore, run_id: str, job: TrainJob, fingerprint: str = "") -> None:
        config = configure(preset(job.variant, job.preset), job.config)
        self.job = job
        self.text = dataset(job.dataset).kind == "text"
        self.kept: Callable[[int], Samples] = readings if self.text else pictures
        """What is kept of an epoch."""
        self.epochs = config.epochs
        self.config = msgspec.structs.asdict(config)
        self.folder = store.root / run_id
        known = store.get(run_id)
        self.done = known.last_epoch.epoch if known and known.last_epoch else 0
        self.seq = known.last_seq if known else 0
        self.folder.mkdir(parents=True, exist_ok=True)
        self.run_id = run_id
        info = RunInfo(
            id=run_id,
            variant=job.variant,
            preset=job.preset,
            config=self.config,
            dataset=job.dataset,
            fingerprint=fingerprint,
            shape=(5, 4) if self.text else (28, 28, 1),
            name=job.name,
            group=job.group,
            created=time.time(),
            versions={},
            device="CPU",
            host=socket.gethostname(),
            pid=0,
            process_started=0,
        )
        (self.folder / "run.json").write_bytes(msgspec.json.encode(info))
        if self.text:
            known = sorted({word for text in (*SENTENCES, "a b") for word in text.split()})
            Lexicon.assembled(known, np.ones((len(known), 4), np.float32), "nowhere", 0).write(self.folder)

    def stamp(self, event: Event) -> Event:
        """`event` with run, number and time; written down if it is of the recorded kind."""
        self.seq += event.recorded
        event = msgspec.structs.replace(event, run_id=self.run_id, seq=self.seq, at=time.time())
        if event.recorded:
            with (self.folder / "events.jsonl").open("ab") as file:
                file.write(events.encode(event) + b"\n")
        return event

    def started(self) -> Event:
        return RunStarted(
            variant=self.job.variant,
            preset=self.job.preset,
            config=self.config,
            dataset=self.job.dataset,
            device="CPU, 2 cores",
            name=self.job.name,
            group=self.job.group,
            epochs=self.epochs,
            steps_per_epoch=STEPS,
            stages=(Stage("training", self.epochs),),
            layers=LAYERS,
            code_size=128,
            train_items=1_442,
            validation_items=355,
            metadata={"sentences": "50,470", "vectors": "GloVe 6B, 50 numbers"} if self.text else {},
        )

    def resumed(self) -> Event:
        return RunResumed(epoch=self.done + 1, step=0, epochs=self.epochs)

    def epoch(self, number: int) -> EpochEnded:
        """The end of epoch `number`, its pictures written."""
        SnapshotWriter(self.folder).write(number, self.kept(number))
        return EpochEnded(
            stage="training",
            epoch=number,
            train={"loss": loss(number), "reconstruction": loss(number)},
            validation={"loss": loss(number) * 1.05, "reconstruction": loss(number) * 1.05},
            steps=STEPS,
            seconds=0.1,
            samples_per_second=208_000,
            samples=True,
            health=Health(
                units=128,
                dead=3,
                active=120,
                mean_activation=0.2,
                gradient_norm=1 / number,
                pixels=784,
                dead_pixels=50,
            ),
        )

    def progress(self, epoch: int, step: int) -> Progress:
        return Progress(
            stage="training",
            epoch=epoch,
            step=step,
            steps=STEPS,
            loss=loss(epoch),
            samples_per_second=208_000,
            seconds_left=(self.epochs - epoch) * 0.2,
        )

    def finished(self, outcome: events.Outcome, epochs: int, message: str = "") -> RunFinished:
        at = {"loss": loss(max(1, epochs))}
        return RunFinished(outcome=outcome, epochs=epochs, train=at, validation=at, message=message)


class FakeEngine:
    """`engine.session.Engine` as the screen sees it. Nothing happens by itself: a test calls `play`.

    `calls` lists what was asked of it, in order.
    """

    def __init__(self, emit: Callable[[Event], None], store: RunStore) -> None:
        self.emit = emit
        self.store = store
        self.calls: list[tuple[str, Any]] = []
        self.runs: dict[str, FakeRun] = {}
        self.refuse: Exception | None = None
        """Raised by the next `submit`."""
        self.late = False
        """Whether questions wait until `answer_all`."""
        self.asked: deque[tuple[Query, Future[Any]]] = deque()
        self.wrong: Exception | None = None
        """What every question is answered with instead."""

    def start(self) -> None:
        self.calls.append(("start", None))
        self.emit(EngineLoading())
        self.emit(EngineReady(device="CPU, 2 cores", seconds=0.1))

    def submit(self, job: Job) -> str:
        self.calls.append(("submit", job))
        if self.refuse is not None:
            raise self.refuse
        if isinstance(job, ResumeJob):
            return job.run_id
        number = len(self.store.runs())
        run_id = f"20260101T{number:06d}Z-{job.variant}-{number:04x}"
        self.runs[run_id] = FakeRun(self.store, run_id, job)
        return run_id

    def adopt(self, order: Order) -> str:
        self.calls.append(("adopt", order))
        known, job = self.store.get(order.run_id), order.job
        if known is not None:
            epochs = (job.epochs if isinstance(job, ResumeJob) else None) or known.epochs
            job = TrainJob(
                variant=known.variant,
                preset=known.preset,
                dataset=known.dataset,
                config={**known.config, "epochs": epochs},
                name=known.name,
                group=known.group,
            )
        assert isinstance(job, TrainJob)
        self.runs[order.run_id] = FakeRun(self.store, order.run_id, job)
        return order.run_id

    def cancel(self, run_id: str) -> None:
        self.calls.append(("cancel", run_id))

    def withdraw(self) -> None:
        self.calls.append(("withdraw", None))

    def pause(self, run_id: str) -> None:
        self.calls.append(("pause", run_id))

    def resume(self, run_id: str) -> None:
        self.calls.append(("resume", run_id))

    def move(self, run_id: str, by: int) -> list[str]:
        self.calls.append(("move", (run_id, by)))
        waiting = [each for each, run in self.runs.items() if not run.seq]
        waiting.insert(max(0, waiting.index(run_id) + by), waiting.pop(waiting.index(run_id)))
        return waiting

    def query(self, query: Query) -> Future[Any]:
        self.calls.append(("query", query))
        future: Future[Any] = Future()
        self.asked.append((query, future))
        if not self.late:
            self.answer_all()
        return future

    def answer_all(self) -> None:
        """Answer what was asked and not taken back."""
        while self.asked:
            query, future = self.asked.popleft()
            if not future.set_running_or_notify_cancel():
                continue
            try:
                if self.wrong is not None:
                    raise self.wrong
                future.set_result(answer(query))
            except EngineError as error:
                future.set_exception(error)

    def close(self, timeout: float = 10.0) -> None:
        self.calls.append(("close", timeout))

    def hand_over(self, timeout: float = 30.0) -> HandOver:
        self.calls.append(("hand over", timeout))
        return HandOver([Order(run_id=run_id, job=ResumeJob(run_id=run_id)) for run_id in self.runs], clean=True)

    @property
    def run(self) -> FakeRun:
        """The newest run."""
        return next(reversed(self.runs.values()))

    def play(self, *played: Event) -> None:
        """Let these happen to the newest run."""
        for event in played:
            self.emit(self.run.stamp(event))

    def play_epochs(self, first: int, last: int) -> None:
        """Let epochs `first` to `last` happen, each with one report of progress."""
        for number in range(first, last + 1):
            self.play(self.run.progress(number, STEPS // 2), self.run.epoch(number))


class PlayingEngine(FakeEngine):
    """Plays every run by itself, in a thread: for looking at the screen without TensorFlow."""

    def __init__(self, emit: Callable[[Event], None], store: RunStore, epoch_seconds: float = 0.5) -> None:
        super().__init__(emit, store)
        self.epoch_seconds = epoch_seconds
        self.stopping, self.going = Flag(), Flag()
        self.going.set()

    def submit(self, job: Job) -> str:
        if isinstance(job, TrainJob) and job.config.get("epochs") == 13:
            raise SettingError("epochs", "13 brings bad luck to this engine")
        run_id = super().submit(job)
        self.stopping.clear()
        Thread(target=self._train, args=(self.runs[run_id],), daemon=True).start()
        return run_id

    def cancel(self, run_id: str) -> None:
        super().cancel(run_id)
        self.stopping.set()
        self.going.set()

    def pause(self, run_id: str) -> None:
        super().pause(run_id)
        self.going.clear()

    def resume(self, run_id: str) -> None:
        super().resume(run_id)
        self.going.set()

    def close(self, timeout: float = 10.0) -> None:
        super().close(timeout)
        self.stopping.set()
        time.sleep(1)

    def _train(self, run: FakeRun) -> None:
        for event in self._life(run):
            self.emit(run.stamp(event))

    def _life(self, run: FakeRun) -> Iterator[Event]:
        yield run.started()
        for epoch in range(1, run.epochs + 1):
            for step in range(STEPS):
                time.sleep(self.epoch_seconds / STEPS)
                if not self.going.is_set():
                    yield RunPaused(epoch=epoch, step=step)
                    self.going.wait()
                    if not self.stopping.is_set():
                        yield RunResumed(epoch=epoch, step=step, epochs=run.epochs)
                if self.stopping.is_set():
                    yield run.finished("stopped", epoch - 1)
                    return
                yield run.progress(epoch, step + 1)
            yield run.epoch(epoch)
        yield run.finished("completed", run.epochs)


def fake_store(folder: Path) -> RunStore:
    """An empty run store."""
    folder.mkdir(parents=True, exist_ok=True)
    return RunStore(folder)
