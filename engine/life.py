"""One life of a run: from its start, or from where it stopped, to the one `RunFinished` that ends it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal, Protocol

import msgspec

from engine import params, registry
from engine.checkpoint import read_checkpoint
from engine.datasets import dataset
from engine.datasets.image_data import ImageData
from engine.datasets.shelf import Shelf
from engine.errors import EngineError, RunError, SettingError, UsageError
from engine.events import (
    CheckpointSaved,
    DataProgress,
    Event,
    Outcome,
    Progress,
    RunFinished,
    RunPaused,
    RunResumed,
    RunStarted,
)
from engine.jobs import Job, ResumeJob, TrainJob
from engine.params import TrainingConfig
from engine.store import RunInfo, RunRecord, RunStore
from engine.training import Backend, Checkpoint, Diverged, EpochReport, Training
from engine.writer import RunWriter, new_run_id, this_process

CHECKPOINT_SECONDS = 5.0
"""At most so much training is repeated after a crash."""
PROGRESS_SECONDS = 0.1
LONGEST_NAME = 60

Wish = Literal["run", "pause", "stop"]
Emit = Callable[[Event], None]


class Control(Protocol):
    """How the outside steers a life; asked between chunks."""

    def wish(self) -> Wish:
        """What to do next, at once. Questions are answered on the way."""

    def wait(self) -> Wish:
        """Block while the wish is `pause`, answering questions; then `run` or `stop`."""


class Stopped(Exception):
    """The run was stopped before it began to train."""


class Life:
    """What `submit` queued. It touches neither data nor disk before `live`."""

    def __init__(self, run_id: str, job: TrainJob, config: TrainingConfig, record: RunRecord | None = None) -> None:
        self.run_id = run_id
        self.job = job
        self.config = config
        self.training: Training | None = None
        """The model while it trains."""
        self._record = record
        self._variant = registry.variant(job.variant)

    @classmethod
    def of(cls, job: Job, store: RunStore) -> Life:
        """Check a job as far as can be done at once.

        Raises:
            UsageError: it cannot be meant (see `Engine.submit`).
        """
        if isinstance(job, ResumeJob):
            return _resumption(store.find(job.run_id), job.epochs)
        variant, entry = registry.variant(job.variant), dataset(job.dataset)
        config = params.configure(registry.preset(job.variant, job.preset), job.config)
        variant.check(config)
        if len(job.name) > LONGEST_NAME or not job.name.isprintable():
            raise UsageError("Bad name", f"expected at most {LONGEST_NAME} printable characters, got {job.name!r}")
        if entry.kind not in variant.accepts:
            wanted = " or ".join(variant.accepts)
            raise UsageError(
                "Data do not fit", f"{variant.key} learns from {wanted} data; {entry.key} is {entry.kind} data"
            )
        return cls(new_run_id(job.variant), job, config)

    def live(self, backend: Backend, store: RunStore, shelf: Shelf, emit: Emit, control: Control) -> RunFinished:
        """Prepare and train. Returns the one `RunFinished`, recorded but not emitted yet, after letting go of the run:
        whoever hears of the end can resume it at once.

        Raises:
            EngineError: the data cannot be had, the checkpoint does not fit, the folder cannot be written.
            Stopped: `control` said stop before the first event.
        """
        data = self._load(shelf, emit, control)
        checkpoint = self._checkpoint(data)
        training = backend.training(self._variant, self.config, data, checkpoint)
        with self._writer(store, data, backend.device) as writer:
            self.training = training
            emit(writer.record(self._opening(training, data, backend.device)))
            try:
                return _Course(training, writer, emit, control).run()
            finally:
                self.training = None

    def _load(self, shelf: Shelf, emit: Emit, control: Control) -> ImageData:
        key, last = self.job.dataset, [0.0]

        def report(activity: str, done: int, total: int) -> None:
            if control.wish() == "stop":
                raise Stopped
            if time.monotonic() - last[0] > PROGRESS_SECONDS or done == total:
                last[0] = time.monotonic()
                emit(DataProgress(run_id=self.run_id, dataset=key, activity=activity, done=done, total=total))

        data = shelf.load(key, report)
        if control.wish() == "stop":
            raise Stopped
        return data

    def _checkpoint(self, data: ImageData) -> Checkpoint | None:
        if self._record is None:
            return None
        before, now = self._record.info.fingerprint, data.fingerprint
        if before != now:
            raise RunError(
                "The data changed",
                f"{self.run_id} was trained on {data.key} with fingerprint {before[:16]}…, but the data found now "
                f"({data.path or 'from a package'}) have {now[:16]}…; bring the former data back to go on",
            )
        return read_checkpoint(self._record.folder / "checkpoint.safetensors")

    def _writer(self, store: RunStore, data: ImageData, device: str) -> RunWriter:
        config = msgspec.to_builtins(self.config)
        if self._record is not None:
            info = msgspec.structs.replace(self._record.info, config=config, device=device, **this_process())
            return RunWriter.reopen(self._record, info)
        job = self.job
        info = RunInfo(
            id=self.run_id,
            variant=job.variant,
            preset=job.preset,
            config=config,
            dataset=job.dataset,
            fingerprint=data.fingerprint,
            shape=data.shape,
            name=job.name,
            created=time.time(),
            device=device,
            **this_process(),
        )
        return RunWriter.create(store, info)

    def _opening(self, training: Training, data: ImageData, device: str) -> RunStarted | RunResumed:
        at = training.position
        if self._record is not None and self._record.events()[0]:
            return RunResumed(epoch=at.epoch, step=at.step, epochs=self.config.epochs, device=device)
        job = self.job
        return RunStarted(
            variant=job.variant,
            preset=job.preset,
            config=msgspec.to_builtins(self.config),
            dataset=job.dataset,
            device=device,
            name=job.name,
            epochs=self.config.epochs,
            steps_per_epoch=training.steps_per_epoch,
            stages=training.stages,
            layers=training.layers,
            train_items=len(data.train.images),
            validation_items=len(data.test.images),
        )


class _Course:
    """The training itself: takes the reports of the loop, keeps them, and obeys the control."""

    def __init__(self, training: Training, writer: RunWriter, emit: Emit, control: Control) -> None:
        self._training = training
        self._writer = writer
        self._emit = emit
        self._control = control
        self._saved_at = time.monotonic()
        self._shown_at = 0.0

    def run(self) -> RunFinished:
        outcome, message = self._train()
        at = self._training.position
        finished = RunFinished(
            outcome=outcome,
            epochs=at.epoch - 1,
            train=at.train,
            validation=at.validation,
            seconds=at.seconds,
            message=message,
        )
        return self._writer.record(finished)

    def _train(self) -> tuple[Outcome, str]:
        try:
            for report in self._training.run():
                self._take(report)
                if self._obey() == "stop":
                    self._save()
                    return "stopped", ""
            self._save()
        except Diverged as error:
            epoch, step = error.args
            return "diverged", (
                f"the loss is no longer a finite number at step {step} of epoch {epoch}; the weights of the last "
                "checkpoint are kept; try a smaller learning_rate"
            )
        except EngineError as error:
            return "failed", str(error)
        except MemoryError:
            return "failed", "out of memory; try a smaller batch_size or a smaller network"
        except Exception as error:  # whatever went wrong in a step is this run's end, not the engine's
            return "failed", f"{type(error).__name__}: {error}"
        return "completed", ""

    def _take(self, report: Progress | EpochReport) -> None:
        now = time.monotonic()
        if isinstance(report, EpochReport):
            path = self._writer.samples(report.event.epoch, report.samples)
            self._emit(self._writer.record(msgspec.structs.replace(report.event, samples=path)))
        elif now - self._shown_at > PROGRESS_SECONDS:
            self._shown_at = now
            self._emit(self._writer.record(report))
        if now - self._saved_at > CHECKPOINT_SECONDS:
            self._save()

    def _obey(self) -> Wish:
        wish = self._control.wish()
        if wish != "pause":
            return wish
        self._save()
        at = self._training.position
        self._emit(self._writer.record(RunPaused(epoch=at.epoch, step=at.step)))
        if self._control.wait() == "stop":
            return "stop"
        epochs = sum(stage.epochs for stage in self._training.stages)
        self._emit(self._writer.record(RunResumed(epoch=at.epoch, step=at.step, epochs=epochs)))
        return "run"

    def _save(self) -> None:
        at = self._training.position
        self._writer.checkpoint(self._training.checkpoint(), self._training.best())
        self._emit(self._writer.record(CheckpointSaved(epoch=at.epoch, step=at.step)))
        self._saved_at = time.monotonic()


def _resumption(record: RunRecord, epochs: int | None) -> Life:
    """Raises UsageError where there is nothing to go on with."""
    status, info = record.status, record.info
    if status in ("running", "paused"):
        raise UsageError("Run in use", f"{record.id} is being trained (process {info.pid} on {info.host})")
    done = record.last_epoch.epoch if record.last_epoch else 0
    planned = epochs or record.epochs
    if planned < done or (status == "completed" and planned == done):
        raise SettingError("epochs", f"{record.id} has {done} complete epochs; ask for more with --epochs")
    config = params.configure(registry.preset(record.variant, record.preset), {**record.config, "epochs": planned})
    job = TrainJob(
        variant=record.variant, preset=record.preset, dataset=record.dataset, config=record.config, name=record.name
    )
    return Life(record.id, job, config, record)
