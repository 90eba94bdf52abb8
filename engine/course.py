"""The training of a run: takes the reports of the loop, keeps them in the run folder, and obeys the control."""

from __future__ import annotations

import time

import msgspec

from engine.control import Control, Emit, Wish
from engine.errors import EngineError
from engine.events import CheckpointSaved, Event, Outcome, Progress, RunFinished, RunPaused, RunResumed
from engine.training import Diverged, EpochReport, Training
from engine.writer import RunWriter

CHECKPOINT_SECONDS = 5.0
"""At most so much training is repeated after a crash, or ten times what writing a checkpoint takes, if that is more."""
PROGRESS_SECONDS = 0.1


class Course:
    """From the first chunk to the one `RunFinished`."""

    def __init__(self, training: Training, writer: RunWriter, emit: Emit, control: Control) -> None:
        self._training = training
        self._writer = writer
        self._emit = emit
        self._control = control
        self._saved_at = time.monotonic()
        self._saving = 0.0
        self._saved = writer.has_checkpoint
        self._shown_at = 0.0

    def run(self) -> RunFinished:
        """Train to an end, whatever it is; returns it recorded (if the disk lets us) but not emitted."""
        outcome, message = self._train()
        at = self._training.position
        finished = RunFinished(
            outcome=outcome,
            epochs=at.epoch - 1,
            train=at.train,
            validation=at.validation,
            seconds=at.seconds + at.epoch_seconds,
            message=message,
        )
        try:
            return self._writer.record(finished)
        except EngineError as error:
            unrecorded = msgspec.structs.replace(finished, outcome="failed", message=message or str(error))
            return self._writer.stamp(unrecorded)

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
            kept = "the weights of the last checkpoint are kept" if self._saved else "it has no checkpoint yet"
            return "diverged", (
                f"the loss is no longer a finite number at step {step} of epoch {epoch}; {kept}; "
                "try a smaller learning_rate"
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
            self._tell(msgspec.structs.replace(report.event, samples=path))
        elif now - self._shown_at > PROGRESS_SECONDS:
            self._shown_at = now
            self._tell(report)
        if now - self._saved_at > max(CHECKPOINT_SECONDS, 10 * self._saving):
            self._save()

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
