"""The training of a run: takes the reports of the loop, keeps them in the run folder, and obeys the control."""

from __future__ import annotations

import re
import time
from contextlib import suppress

import msgspec

from engine.alarms import alarms
from engine.analysis.comparison import Comparison
from engine.control import Control, Emit, Stopped, Wish
from engine.errors import EngineError
from engine.events import (
    CheckpointSaved,
    DataProgress,
    EpochEnded,
    Event,
    Logged,
    Outcome,
    Progress,
    RunFinished,
    RunPaused,
    RunResumed,
    Terms,
)
from engine.training import Diverged, EpochReport, Training, version_of
from engine.writer import RunWriter

CHECKPOINT_SECONDS = 5.0
"""At most so much training is repeated after a crash, or ten times what writing a checkpoint takes, if that is more."""
PROGRESS_SECONDS = 0.1
MEASURING = "measuring the final figures"


class Course:
    """From the first chunk to the one `RunFinished`."""

    def __init__(
        self, training: Training, comparison: Comparison, writer: RunWriter, emit: Emit, control: Control
    ) -> None:
        self._training = training
        self._comparison = comparison
        self._writer = writer
        self._emit = emit
        self._control = control
        self._saved_at = time.monotonic()
        self._saving = 0.0
        self._saved = writer.has_checkpoint
        self._shown_at = 0.0
        self._alarms: set[str] = set()
        self._epochs: list[EpochEnded] = []

    def run(self) -> RunFinished:
        """Train to an end, whatever it is; returns it recorded (if the disk lets us) but not emitted."""
        outcome, message = self._train()
        figures: Terms = {}
        if outcome == "completed":
            try:
                figures = self._figures()
            except Stopped:  # whoever resumes it gets them: there is nothing left to train
                outcome = "stopped"
        at = self._training.last_good().position if outcome == "diverged" else self._training.position
        finished = RunFinished(
            outcome=outcome,
            epochs=at.epoch - 1,
            train=at.train,
            validation=at.validation,
            seconds=at.seconds + at.epoch_seconds,
            figures=figures,
            message=message,
        )
        try:
            return self._writer.record(finished)
        except EngineError as error:
            unrecorded = msgspec.structs.replace(finished, outcome="failed", message=message or str(error))
            return self._writer.stamp(unrecorded)

    def _figures(self) -> Terms:
        """What the model achieves; that it cannot be measured must not spoil the run. Raises Stopped when told to."""
        try:
            return self._measured()
        except Stopped:
            raise
        except Exception as error:
            with suppress(EngineError):
                text = f"the final figures could not be measured: {type(error).__name__}: {error}"
                self._tell(Logged(level="warning", text=text))
            return {}

    def _measured(self) -> Terms:
        """Answers questions meanwhile. Raises Stopped when told to."""
        version = version_of(self._training.position)
        measuring = self._comparison.figures(self._training.model, self._writer.folder, version)
        while True:
            try:
                done, total = next(measuring)
            except StopIteration as end:
                figures: Terms = end.value
                return figures
            step = DataProgress(activity=MEASURING, done=done, total=total, unit="items", dataset="")
            self._emit(self._writer.stamp(step))
            if self._control.serve() == "stop":
                raise Stopped

    def _train(self) -> tuple[Outcome, str]:
        try:
            for report in self._training.run():
                self._take(report)
                if self._obey() == "stop":
                    self._save()
                    return "stopped", ""
            self._save()
        except Diverged as error:
            return self._diverged(*error.args)
        except EngineError as error:
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
            f"{good.position.epoch - 1} epochs are kept; learning_rate is {rate:g}, try {rate / 10:g}"
        )
        try:
            self._writer.checkpoint(good, self._training.new_best())
            self._tell(CheckpointSaved(epoch=good.position.epoch, step=good.position.step))
        except EngineError as error:
            message = f"{message}; but: {error}"
        return "diverged", message

    def _take(self, report: Progress | EpochReport) -> None:
        now = time.monotonic()
        if isinstance(report, EpochReport):
            samples = self._comparison.completed(report.samples, report.codes)
            path = self._writer.samples(report.event.epoch, samples)
            self._tell(msgspec.structs.replace(report.event, samples=path))
            self._warn(report.event)
        elif now - self._shown_at > PROGRESS_SECONDS:
            self._shown_at = now
            self._tell(report)
        if now - self._saved_at > max(CHECKPOINT_SECONDS, 10 * self._saving):
            self._save()

    def _warn(self, ended: EpochEnded) -> None:
        """Log an alarm when it appears; while it stays it is not said again."""
        self._epochs.append(ended)
        found = {_gist(alarm): alarm for alarm in alarms(self._epochs, msgspec.to_builtins(self._training.config))}
        for gist in found.keys() - self._alarms:
            self._tell(Logged(level="warning", text=f"epoch {ended.epoch}: {found[gist]}"))
        self._alarms = set(found)

    def _obey(self) -> Wish:
        wish = self._control.serve()
        if wish != "pause":
            return wish
        self._save()
        at = self._training.position
        self._tell(RunPaused(epoch=at.epoch, step=at.step))
        if self._control.wait() == "stop":
            return "stop"
        epochs = sum(stage.epochs for stage in self._training.stages)
        self._tell(RunResumed(epoch=at.epoch, step=at.step, epochs=epochs))
        return "run"

    def _save(self) -> None:
        began = time.monotonic()
        at = self._training.position
        self._writer.checkpoint(self._training.checkpoint(), self._training.new_best())
        self._tell(CheckpointSaved(epoch=at.epoch, step=at.step))
        self._saved, self._saved_at = True, time.monotonic()
        self._saving = self._saved_at - began

    def _tell(self, event: Event) -> None:
        self._emit(self._writer.record(event))


def _gist(alarm: str) -> str:
    """An alarm without its figures, which differ from epoch to epoch."""
    return re.sub(r"\d\S*", "", alarm)
