"""The training of a run: takes the reports of the loop, keeps them in the run folder, and obeys the control."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from typing import Any

import msgspec

from engine import registry
from engine.analysis.alarms import Alarm, History, raised
from engine.analysis.comparison import Comparison
from engine.analysis.verdict import verdict
from engine.backend import Checkpoint, Diverged, EpochReport, Training, version_of
from engine.errors import EngineError, counted
from engine.events import (
    CheckpointSaved,
    DataProgress,
    EpochEnded,
    Logged,
    Outcome,
    Progress,
    RunFinished,
    RunHandedOver,
    RunPaused,
    RunResumed,
    StepLoss,
    Terms,
    WorkersReported,
)
from engine.runs.changes import Change, difference, other_loss
from engine.runs.control import ENDING, Command, Control, Emit, Stopped
from engine.runs.course import Course
from engine.runs.every import Every
from engine.runs.full_disk import Keeper
from engine.runs.steering import LOOK_SECONDS, Steering
from engine.runs.step_file import read_steps
from engine.runs.step_history import thinned
from engine.runs.writer import NotKept, RunWriter

CHECKPOINT_SECONDS = 5.0
"""At most so much training is repeated after a crash, or ten times what writing a checkpoint takes, if that is more."""
PROGRESS_SECONDS = 0.1
REST_SECONDS = 5.0
"""How often a run that rests gives a sign of life."""
MEASURING = "measuring the final metrics"


class TrainingLoop:
    """From the first chunk to the one `RunFinished`."""

    def __init__(
        self,
        training: Training,
        comparison: Comparison,
        anew: Callable[[], Comparison],
        writer: RunWriter,
        emit: Emit,
        control: Control,
        epochs: Sequence[EpochEnded],
        course: Course,
        told: Sequence[Change],
        spread: tuple[float, ...] = (),
    ) -> None:
        """`anew` makes the comparison for the noise that the model sees by then. `epochs`: those that earlier lives of
        the run completed, as far as losses are comparable; `told`: the changes of settings that its events tell of
        already; `spread`: as `RunStarted.spread`."""
        self._training = training
        self._comparison, self._anew, self._noise = comparison, anew, training.model.noise
        self._writer = writer
        self._emit = emit
        self._control = control
        self._keeper = Keeper(writer, emit, control)
        self._saved_at = time.monotonic()
        self._saving = 0.0
        self._shown_at = 0.0
        at, steps = training.position, max(1, training.steps_per_epoch)
        self._steps = self._kept_steps = read_steps(writer.folder).until(at.epoch - 1 + at.step / steps)
        self._latest: Progress | None = None
        self._untold: list[StepLoss] = []
        """Losses since the last progress that was told."""
        self._steering = Steering(training, writer, self._keeper, course, told)
        self._trained_with = training.config
        self._history = History.of(epochs, spread=spread)
        self._alarms = self._raised()
        self._exit_code = 1
        self._workers: WorkersReported | None = None

    def run(self) -> RunFinished | RunHandedOver:
        """Train to an end, whatever it is; returns it recorded (if the disk lets us) but not emitted."""
        outcome, message = self._train()
        metrics: Terms = {}
        measured = 0
        if outcome == "completed" and self._writer.info.tested:
            try:
                metrics = self._metrics()
                measured = self._training.model.epoch
                self._judge(metrics)
            except Stopped:  # whoever resumes it gets them: there is nothing left to train
                outcome = "stopped"
        if outcome == "stopped" and self._control.command() == "leave":
            return self._handed_over()
        at = self._training.last_good().position if outcome == "diverged" else self._training.position
        return self._recorded(
            RunFinished(
                outcome=outcome,
                epochs=at.epoch - 1,
                train=at.train,
                validation=at.validation,
                seconds=at.seconds + at.epoch_seconds,
                weights=self._training.weights,
                weights_epoch=measured,
                metrics=metrics,
                message=message,
                exit_code=self._exit_code,
            )
        )

    def _recorded(self, finished: RunFinished) -> RunFinished | RunHandedOver:
        try:
            if finished.outcome == "completed":
                return self._keeper.keep(lambda: self._writer.record(finished))
            return self._writer.record(finished)  # who stops it does not wait for the disk
        except EngineError as error:
            if self._control.command() == "leave":  # who takes it over waits until its end can be written
                return self._handed_over()
            message = finished.message or self._then_resume(error)
            return self._writer.stamp(msgspec.structs.replace(finished, outcome="failed", message=message))

    def _then_resume(self, error: EngineError) -> str:
        return f"{error}, then `aetui resume {self._writer.info.id}`"

    def _handed_over(self) -> RunHandedOver:
        at = self._training.position
        leaving = RunHandedOver(epoch=at.epoch, step=at.step)
        try:
            return self._writer.record(leaving)
        except EngineError:  # the other process goes on from what was written
            return self._writer.stamp(leaving)

    def _metrics(self) -> Terms:
        """What the model achieves; that it cannot be measured must not spoil the run. Raises Stopped when told to."""
        try:
            return self._measured()
        except Stopped:
            raise
        except Exception as error:
            with suppress(EngineError):
                text = f"the final metrics could not be measured: {type(error).__name__}: {error}"
                self._keeper.tell(Logged(level="warning", text=text))
            return {}

    def _judge(self, metrics: Terms) -> None:
        """Say so where the model loses to a baseline."""
        beaten = verdict(metrics, self._writer.info.variant, self._writer.info.dataset, self._config)
        if beaten:
            with suppress(EngineError):
                self._keeper.tell(Logged(level="warning", text=beaten))

    def _measured(self) -> Terms:
        """Answers queries meanwhile. Raises Stopped when told to."""
        measuring = self._measuring()
        while True:
            try:
                next(measuring)
            except StopIteration as end:
                metrics: Terms = end.value
                return metrics
            # Each metric counts things of its own: no amount would tell how far all of them are.
            step = DataProgress(activity=MEASURING, done=0, total=0, dataset="")
            self._emit(self._writer.record(step))
            if self._control.serve() in ENDING:
                raise Stopped

    def _measuring(self) -> Generator[tuple[int, int], None, Terms]:
        """With the weights of the best epoch, where there are data to tell it by that are neither trained nor judged
        on; yields how much is done of how much."""
        position, terms = self._training.position, dict[str, float]()
        if self._training.held_out:
            best = self._writer.best()
            if best is not None:
                self._training.use(best)
                position = best.position
            judging = self._training.judged()
            while True:
                try:
                    next(judging)
                except StopIteration as end:
                    terms = {f"test_{name}": value for name, value in end.value.items()}
                    break
                yield 0, 0
        metrics = self._compared().metrics(self._training.model, self._writer.folder, version_of(position))
        return {**terms, **(yield from metrics)}

    def _train(self) -> tuple[Outcome, str]:
        try:
            if self._control.command() == "pause" and self._obey() in ENDING:
                return "stopped", ""
            self._steering.begin()
            for report in self._training.run():
                if report is not None:
                    self._take(report)
                self._steering.went_on(ended=isinstance(report, EpochReport))
                if self._obey() in ENDING:
                    self._tell_untold()
                    self._save()
                    return "stopped", ""
            self._save()
            if self._training.stopped_early and self._training.best:
                patience, best = self._training.config.patience, self._training.best.epoch
                without = f"{counted(patience, 'epoch')} without a better validation loss"
                text = f"stopped early: {without} than that of epoch {best}"
                self._keeper.tell(Logged(level="info", text=text))
        except Diverged as error:
            return self._diverged(*error.args)
        except NotKept as error:  # and whoever steers it does not want to wait until it can be
            return ("stopped" if self._control.command() == "leave" else "failed"), self._then_resume(error)
        except EngineError as error:
            self._exit_code = error.exit_code
            return "failed", str(error)
        except MemoryError:
            return "failed", "out of memory; try a smaller batch_size or a smaller network"
        except Exception as error:  # whatever went wrong in a step is this run's end, not the engine's
            return "failed", f"{type(error).__name__}: {error}"
        return "completed", ""

    def _diverged(self, epoch: int, step: int) -> tuple[Outcome, str]:
        """Put the last good weights in the place of what is spoilt."""
        good = self._training.last_good()
        rate = self._training.config.learning_rate
        message = (
            f"the loss is no longer a finite number at step {step} of epoch {epoch}; the weights after "
            f"{counted(good.position.epoch - 1, 'epoch')} are kept; learning_rate is {rate:g}, try {rate / 10:g}"
        )
        try:
            self._tell_untold()
            self._write(good)
        except EngineError as error:
            message = f"{message}; but: {error}"
        return "diverged", message

    def _take(self, report: Progress | WorkersReported | EpochReport) -> None:
        now = time.monotonic()
        if isinstance(report, WorkersReported):
            self._workers = report
            self._keeper.tell(report)
        elif isinstance(report, EpochReport):
            if self._over:
                self._tell_untold()
            samples = report.samples.with_views(**self._compared().views(report.samples, report.codes))
            self._writer.show(report.event.epoch, report.codes, self._training.last_good())
            best = self._training.best.epoch if self._training.best else 0
            self._keeper.keep(lambda: self._writer.samples(report.event.epoch, samples, best))
            self._keeper.keep(lambda: self._writer.weights(report.event.epoch, self._training.last_good()))
            self._keeper.tell(msgspec.structs.replace(report.event, samples=True))
            if self._workers is not None:
                self._keeper.tell(msgspec.structs.replace(self._workers, kept=True))
            self._warn(report.event)
        else:
            self._steps = self._steps.and_then(report.batches)
            self._latest = report
            self._untold += report.batches
            if now - self._shown_at > PROGRESS_SECONDS:
                self._tell_progress(report)
        if now - self._saved_at > max(CHECKPOINT_SECONDS, 10 * self._saving):
            self._save()

    def _compared(self) -> Comparison:
        """What stands beside the model; another one once its noise is another, unless the run is to end."""
        if (noise := self._training.model.noise) != self._noise:
            with suppress(Stopped):
                self._comparison, self._noise = self._anew(), noise
        return self._comparison

    @property
    def _over(self) -> bool:
        """Whether there is nothing left to train."""
        return self._training.position.epoch > self._training.config.epochs or self._training.stopped_early

    def _tell_progress(self, latest: Progress) -> None:
        self._shown_at = time.monotonic()
        batches, self._untold = thinned(self._untold), []
        self._keeper.tell(msgspec.structs.replace(latest, batches=batches))

    def _tell_untold(self) -> None:
        """A run that rests or ends is shown with all its steps."""
        if self._untold and self._latest is not None:
            self._tell_progress(self._latest)

    @property
    def _config(self) -> dict[str, Any]:
        config: dict[str, Any] = msgspec.to_builtins(self._training.config)
        return config

    def _warn(self, ended: EpochEnded) -> None:
        """Log an alarm when it appears; while it stays it is not said again."""
        before, self._trained_with = self._trained_with, self._training.config
        if other_loss(before, difference(before, self._trained_with)):
            self._history = History.of((), spread=self._history.spread)  # losses before mean something else
        self._history = self._history.and_then(ended)
        told, self._alarms = {alarm.key for alarm in self._alarms}, self._raised()
        for alarm in self._alarms:
            if alarm.key not in told:
                self._keeper.tell(Logged(level="warning", text=f"epoch {ended.epoch}: {alarm.text}"))

    def _raised(self) -> tuple[Alarm, ...]:
        return raised(registry.alarms(self._writer.info.variant), self._history, self._config)

    def _obey(self) -> Command:
        command = self._control.serve()
        if command != "pause":
            return command
        self._tell_untold()
        self._save()
        at = self._training.position
        self._keeper.tell(RunPaused(epoch=at.epoch, step=at.step))
        beats = Every(REST_SECONDS)
        while (command := self._control.rest(LOOK_SECONDS)) == "pause":
            self._steering.look()
            if beats():
                self._writer.beat()
        if command in ENDING:
            return command
        self._keeper.tell(RunResumed(epoch=at.epoch, step=at.step, epochs=self._steering.epochs))
        return "run"

    def _save(self) -> None:
        self._write(self._training.checkpoint())

    def _write(self, checkpoint: Checkpoint) -> None:
        began, at, best = time.monotonic(), checkpoint.position, self._training.new_best()
        if self._steps is not self._kept_steps:  # before the checkpoint, which is then never ahead of them
            self._keeper.keep(lambda: self._writer.steps(self._steps))
            self._kept_steps = self._steps
        self._keeper.keep(lambda: self._writer.checkpoint(checkpoint, best))
        self._keeper.tell(CheckpointSaved(epoch=at.epoch, step=at.step))
        self._saved_at = time.monotonic()
        self._saving = self._saved_at - began
