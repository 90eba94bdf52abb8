"""One life of a run: from its start, or from where it stopped, to the one `RunFinished` that ends it."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

import msgspec

from engine import params, registry
from engine.analysis.comparison import Comparison
from engine.backend import Backend, Checkpoint, Training
from engine.datasets.cache import DatasetCache
from engine.datasets.catalogue import dataset
from engine.datasets.data import Data, Report
from engine.datasets.folders import cache_dir
from engine.errors import RunError, SettingError, UsageError, counted
from engine.events import (
    DataProgress,
    EpochEnded,
    Event,
    Logged,
    RunHandedOver,
    RunResumed,
    Unit,
    complete_epochs,
)
from engine.kinds import KINDS, ORIGINS
from engine.params import TrainingConfig
from engine.runs import board, snapshot_writer, weight_files
from engine.runs.changes import Change, changed, difference
from engine.runs.checkpoint import read_checkpoint
from engine.runs.control import ENDING, Command, Control, Emit, Stopped
from engine.runs.course import Course, changes_in, comparable, merged
from engine.runs.every import Every
from engine.runs.forking import Beginning, Fork, beginning_again, check_same_data, fork_again, fork_of, missing
from engine.runs.full_disk import Keeper
from engine.runs.jobs import ForkJob, Job, Order, ResumeJob, TrainJob
from engine.runs.loop import PROGRESS_SECONDS, TrainingLoop
from engine.runs.opening import check_name, check_trained, started, with_other_data
from engine.runs.store import RunInfo, RunRecord, RunStore, has_begun
from engine.runs.writer import RunWriter, new_run_id, this_process

BUILDING = "building the network"
T = TypeVar("T")


class Execution:
    """What `submit` queued. It touches neither data nor disk before `live`."""

    def __init__(
        self,
        run_id: str,
        job: TrainJob,
        config: TrainingConfig,
        submitted: Job,
        record: RunRecord | None = None,
        descriptor: int | None = None,
        fork: Fork | None = None,
    ) -> None:
        self.run_id = run_id
        self.job = job
        self.config = config
        self.submitted = submitted
        """The job as it came."""
        self.order: Order | None = None
        """What another process needs to go on, once this life has handed over."""
        self.ended = False
        """Whether nobody has to go on."""
        self.training: Training | None = None
        """The model while it trains."""
        self._writer: RunWriter | None = None
        self._descriptor = descriptor
        self._patient = False
        self._record = record
        self._fork = fork
        self._seen = record.last_seq if record else 0
        self._variant = registry.variant(job.variant)
        self._course = Course(self._variant, config)

    @classmethod
    def of(cls, job: Job, store: RunStore) -> Execution:
        """Check a job as far as can be done at once.

        Raises:
            UsageError: it cannot be meant (see `Engine.submit`).
            RunError: the run could not be kept.
        """
        store.check_writable()
        board.check()
        if isinstance(job, ResumeJob):
            return _resumption(store.find(job.run_id), job)
        snapshot_writer.budget()
        weight_files.budget()
        if isinstance(job, ForkJob):
            return _branch(fork_of(job, store), job)
        variant = registry.variant(job.variant)
        check_trained(variant)
        entry = dataset(job.dataset, variant.accepts)
        config = params.configure(registry.preset(job.variant, job.preset), job.config)
        variant.check(config)
        check_name(job.name)
        if entry.kind not in variant.accepts:
            wanted = " or ".join(KINDS[key].items for key in variant.accepts)
            found = ORIGINS[entry.kind].items
            able = ", ".join(key for key, other in registry.VARIANTS.items() if entry.kind in other.accepts)
            told = f"{variant.key} learns from {wanted}; {entry.key} holds {found}"
            raise UsageError("Data do not fit", f"{told}, from which learn: {able or 'none'}")
        variant.check_data(config, entry)
        KINDS[entry.kind].check_normal(config.normal, entry)
        life = cls(new_run_id(job.variant), job, config, job)
        life._course = Course.planned(variant, config, job.changes)
        for change in life._course.changes:
            variant.check_data(life._course.after(change.epoch), entry)
        return life

    @classmethod
    def ordered(cls, order: Order, store: RunStore) -> Execution:
        """What another process left to this one.

        Raises:
            UsageError, RunError: as `of`; the run stays as it is.
        """
        job, folder = order.job, store.root / order.run_id
        if isinstance(job, TrainJob | ForkJob) and not has_begun(folder):
            shutil.rmtree(folder, ignore_errors=True)  # where its process ended before anything was trained
            life = cls.of(job, store)
            life.run_id = order.run_id
            return life
        epochs = job.epochs if isinstance(job, ResumeJob) else None
        return _resumption(store.find(order.run_id), ResumeJob(run_id=order.run_id, epochs=epochs), order.descriptor)

    def adjust(self, values: Mapping[str, Any]) -> None:
        """Of a run that waits: have it begin with other settings. Raises UsageError where that cannot be meant."""
        job = self.submitted
        if not isinstance(job, TrainJob):
            raise UsageError("Not begun", f"{self.run_id} waits for its turn; its settings can change when it trains")
        after = changed(self._variant, self.config, values)
        self._variant.check_data(after, dataset(job.dataset, self._variant.accepts))
        self._course = Course.planned(self._variant, after, job.changes)
        config = {**job.config, **difference(self.config, after)}
        self.config, self.submitted = after, msgspec.structs.replace(job, config=config)
        self.job = self.submitted

    @property
    def seen(self) -> int:
        """Number of the run's last event when it was queued."""
        return self._seen

    def for_others(self) -> Order:
        """What another process needs to train it; the run's lock, if it was handed over, goes along."""
        return self.order or Order(run_id=self.run_id, job=self.submitted, descriptor=self._inherited())

    def command(self) -> Command | None:
        """What another process asked of the run since the last time."""
        return self._writer.command() if self._writer else None

    def live(self, backend: Backend, store: RunStore, datasets: DatasetCache, emit: Emit, control: Control) -> Event:
        """Prepare and train. Returns the one `RunFinished`, recorded but not emitted yet, after letting go of the run:
        whoever hears of the end can resume it at once. Or `RunHandedOver`; then `order` holds the run's lock.

        Raises:
            EngineError: the data cannot be had, the checkpoint does not fit, the folder cannot be written.
            Stopped: `control` said stop, or leave, before the first event.
        """
        with ExitStack() as stack:
            stack.callback(self.let_go)
            data = self._load(datasets, emit, control)
            report = self._report(emit, control)
            report(BUILDING, 0, 0)
            beginning: Beginning | None = None
            if self._record is None:
                beginning = self._fork.beginning(data) if self._fork else None
                state = beginning.checkpoint if beginning else None
                training = backend.training(self._variant, self.config, data, state)
                self.config = training.config
                self._course = replace(self._course, begun=training.config)
                if self._fork is not None:
                    self._fork.config = training.config
                    self._course = self._fork.course
                beside = self._beside(data, training, report)
                writer = stack.enter_context(self._create(store, data, backend.device))
            else:
                lock = self._inherited()
                self._patient = lock is not None
                writer = stack.enter_context(RunWriter(self._record.folder, self._record.info, lock))
                state = self._checkpoint(data, self._record)
                history = self._record.events()[0]
                self._fork = fork_again(self._record, store) if self._record.info.forked_at else None
                if state is None and self._record.info.forked_at:
                    beginning = beginning_again(self._fork, self._record, data)
                    state = beginning.checkpoint
                self._course = Course.of(self._record, history, self.config.epochs)
                config, state = self._course.going_on(state)
                training = backend.training(self._variant, config, data, state)
                beside = self._beside(data, training, report)
                self._describe(writer, data, backend.device, emit, control)
            if control.command() in ENDING:
                self._undo(writer)
                raise Stopped
            if beginning is not None:
                self._begin(beginning, writer, emit, control)
            self._open(training, data, writer, backend.device, emit, control)
            self.training, self._writer = training, writer
            earlier, anew = self._earlier(training), partial(self._beside, data, training, report)
            course, told, spread = self._course, self._told(), KINDS[data.kind].spread(data)
            end = TrainingLoop(training, beside, anew, writer, emit, control, earlier, course, told, spread).run()
            if isinstance(end, RunHandedOver):
                self.order = Order(run_id=self.run_id, job=self.submitted, descriptor=writer.hand_over())
            return end

    def _beside(self, data: Data, training: Training, report: Report) -> Comparison:
        return KINDS[data.kind].comparison(data, training, cache_dir(), report)

    def _told(self) -> tuple[Change, ...]:
        """The changes that the run's events tell of already."""
        history = self._record.events()[0] if self._record else []
        return merged([*(self._fork.changes if self._fork else ()), *changes_in(history)])

    def _earlier(self, training: Training) -> list[EpochEnded]:
        """The epochs before this life that count, and whose losses are to be compared with what comes."""
        done = self._fork.epochs if self._fork else []
        if self._record is not None:
            done = complete_epochs(self._record.events()[0])
        epoch = training.position.epoch
        past = [change for change in self._course.changes if change.epoch < epoch]
        return comparable([ended for ended in done if ended.epoch < epoch], self.job.variant, past)

    def _describe(self, writer: RunWriter, data: Data, device: str, emit: Emit, control: Control) -> None:
        assert self._record is not None
        learned = msgspec.structs.replace(self._record.info, dataset=data.key, fingerprint=data.fingerprint)
        info = self._info(learned, device)
        self._keep(lambda: writer.describe(info), writer, emit, control)

    def _keep(self, write: Callable[[], T], writer: RunWriter, emit: Emit, control: Control) -> T:
        """A run that was handed over waits for room on the disk: nobody may be there to resume it."""
        return Keeper(writer, emit, control).keep(write) if self._patient else write()

    def let_go(self) -> None:
        """Keep nothing of the model and nothing of another process's lock."""
        self.training = self._writer = None
        lock = self._inherited()
        if lock is not None:
            os.close(lock)

    def _inherited(self) -> int | None:
        """The run's lock as it was handed over; the second time, nothing."""
        descriptor, self._descriptor = self._descriptor, None
        return descriptor

    def _load(self, datasets: DatasetCache, emit: Emit, control: Control) -> Data:
        record = self._record or (self._fork.parent if self._fork else None)
        folder = record.folder if record else None
        return datasets.load(self.job.dataset, self._variant.reading(self.config), folder, self._report(emit, control))

    def _report(self, emit: Emit, control: Control) -> Report:
        """Tells how far the preparation is; raises Stopped when told to."""
        key, due = self.job.dataset, Every(PROGRESS_SECONDS)

        def report(activity: str, done: int, total: int, unit: Unit = "items", /) -> None:
            if control.command() in ENDING:
                raise Stopped
            if due(always=done == total):
                emit(
                    DataProgress(run_id=self.run_id, dataset=key, activity=activity, done=done, total=total, unit=unit)
                )

        return report

    def _checkpoint(self, data: Data, record: RunRecord) -> Checkpoint | None:
        """What to go on from; called with the run's lock held, so nobody writes a newer one meanwhile."""
        if record.last_seq != self._seen:
            raise RunError("The run went on", f"{self.run_id} was trained elsewhere meanwhile; ask again")
        path = record.folder / "checkpoint.safetensors"
        if isinstance(self.submitted, ResumeJob) and self.submitted.dataset:
            return with_other_data(read_checkpoint(path), record, data)
        check_same_data(record, data)
        return read_checkpoint(path)

    def _begin(self, beginning: Beginning, writer: RunWriter, emit: Emit, control: Control) -> None:
        """Have in the folder what a fork goes on from, before anything says that it has begun."""
        try:
            self._keep(lambda: writer.steps(beginning.steps), writer, emit, control)
            self._keep(lambda: writer.checkpoint(beginning.checkpoint, beginning.best), writer, emit, control)
        except RunError:
            self._undo(writer)
            raise

    def _create(self, store: RunStore, data: Data, device: str) -> RunWriter:
        job = self.job
        info = RunInfo(
            id=self.run_id,
            variant=job.variant,
            preset=job.preset,
            config={},
            dataset=job.dataset,
            kind=data.kind,
            fingerprint=data.fingerprint,
            shape=data.shape,
            name=job.name,
            group=job.group,
            tested=job.tested,
            created=time.time(),
            device=device,
            **this_process(),
        )
        info = self._info(info, device)
        writer = RunWriter.create(store, self._fork.info(info) if self._fork else info)
        self._keep_of(data, writer)
        return writer

    def _keep_of(self, data: Data, writer: RunWriter) -> None:
        """What the run must have whatever becomes of its data."""
        try:
            KINDS[data.kind].keep(data, writer.folder)
        except OSError as error:
            self._undo(writer)
            told = f"what the run keeps of {data.key} cannot be written to {writer.folder}: {error}"
            raise RunError("No room", told) from error

    def _info(self, info: RunInfo, device: str) -> RunInfo:
        course = self._course
        return msgspec.structs.replace(
            info, config=msgspec.to_builtins(course.end), changes=course.changes, device=device, **this_process()
        )

    def _open(
        self, training: Training, data: Data, writer: RunWriter, device: str, emit: Emit, control: Control
    ) -> None:
        """Record and emit the first events of this life; if that fails, a new run leaves nothing behind."""
        begun = self._seen > 0
        first = (
            self._resumed(training, device)
            if begun
            else started(self.job, self._course.begun, self.config.epochs, self._fork, training, data, device)
        )
        inherited = missing(self._fork, self._record.events()[0] if self._record else []) if self._fork else []
        opening: list[Event] = []
        try:
            for event in [*inherited, first] if begun else [first, *inherited]:
                opening.append(self._keep(partial(writer.record, event), writer, emit, control))
        except RunError:
            self._undo(writer)
            raise
        for event in opening:
            emit(event)
        for note in training.notes:
            emit(writer.record(Logged(level="info", text=note)))
        if begun and not writer.has_checkpoint:
            text = "there is no checkpoint: the run begins anew and repeats its epochs"
            emit(writer.record(Logged(level="warning", text=text)))

    def _undo(self, writer: RunWriter) -> None:
        if self._record is None:
            writer.remove()

    def _resumed(self, training: Training, device: str) -> Event:
        at = training.position
        return RunResumed(epoch=at.epoch, step=at.step, epochs=self._course.end.epochs, device=device)


def _branch(fork: Fork, asked: ForkJob) -> Execution:
    check_trained(registry.variant(fork.parent.variant))
    check_name(asked.name)
    return Execution(new_run_id(fork.parent.variant), fork.job(asked), fork.config, asked, fork=fork)


def _resumption(record: RunRecord, asked: ResumeJob, descriptor: int | None = None) -> Execution:
    """`descriptor` is the run's lock if it is ours already. Raises UsageError where there is nothing to go on with."""
    check_trained(registry.variant(record.variant))
    status, info, epochs = record.status, record.info, asked.epochs
    if status in ("running", "paused", "held") and descriptor is None:
        raise UsageError("Run in use", f"{record.id} is being trained (process {info.pid} on {info.host})")
    done = record.last_epoch.epoch if record.last_epoch else 0
    planned = record.epochs if epochs is None else epochs
    if planned < done or (status == "completed" and planned in (done, record.epochs)):
        early = f" and stopped early, of {record.epochs} planned" if done < record.epochs else ""
        raise SettingError(
            "epochs", f"{record.id} has {counted(done, 'complete epoch')}{early}; ask for more with --epochs"
        )
    config = params.stored(registry.preset(record.variant, record.preset), {**record.config, "epochs": planned})
    job = TrainJob(
        variant=record.variant,
        preset=record.preset,
        dataset=asked.dataset or record.dataset,
        config=record.config,
        name=record.name,
        group=record.group,
        tested=record.info.tested,
    )
    return Execution(record.id, job, config, asked, record, descriptor)
