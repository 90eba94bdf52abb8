"""Event files that TensorBoard shows while the run trains. A life of the run has files of its own beside those of the
lives before, which TensorBoard puts together."""

from __future__ import annotations

import time
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.backend import Checkpoint
from engine.events import (
    EpochEnded,
    Event,
    Progress,
    RunFinished,
    RunHandedOver,
    RunResumed,
    RunStarted,
    SettingsChanged,
    complete_epochs,
)
from engine.nn.exporting import summaries
from engine.nn.exporting.summaries import FAILURE, SUCCESS, EventFile, Value
from engine.runs.record import RunRecord, read_record
from engine.runs.snapshots import Samples

PICTURES = 50
"""Epochs at most with pictures and histograms, evenly spread over those planned, beside the first and the last."""
FLUSH_SECONDS = 1.0
"""Between two times at which what was written is shown to readers."""
LARGEST = 2**18
"""Numbers of an array of which a histogram is made; of larger ones evenly spread ones are taken."""
PARTS = ("train", "validation")
STEPS = "steps"
"""A step there is a batch: what a resumption makes void is another step than where a step is an epoch."""


class LiveEvents:
    """The board of one life of a run (`engine.runs.board.Board`)."""

    def __init__(self, place: Path, run: Path) -> None:
        """Below `place`; `run` is the folder of the run. Raises whatever TensorFlow does where it cannot be written."""
        self._place, self._run = place, run
        record = read_record(run)
        assert isinstance(record, RunRecord)
        self._record = record
        self._name = f"{int(time.time()):010d}.{time.time_ns() % 10**9:09d}"  # later lives come later
        self._known = place.is_dir() and any(place.rglob("*tfevents*"))
        self._files: dict[str, EventFile] = {}
        self._epochs, self._steps_per_epoch = max(1, record.epochs), 1
        self._waiting: list[Value] = []
        """Of the epoch that is about to end."""
        self._pictured = False
        self._flushed = time.monotonic()
        self._read()

    def event(self, event: Event) -> None:
        """Scalars of an epoch, losses of steps, how the run began and ended."""
        match event:
            case RunStarted():
                self._epochs, self._steps_per_epoch = max(1, event.epochs), max(1, event.steps_per_epoch)
                self._begin(event.at)
            case RunResumed():
                self._epochs = max(1, event.epochs)
                self._resume(event)
            case Progress() if event.batches:
                self._steps(event)
            case EpochEnded():
                self._epoch(event)
                self._flush()
            case SettingsChanged():
                self._file("").put(event.at, event.epoch, [summaries.table("settings_changed", event.config)])
            case RunFinished():
                self._end(event)
            case RunHandedOver():
                self._flush(now=True)

    def samples(self, epoch: int, samples: Samples) -> None:
        """Pictures, or sentences, and the codes of the probe set."""
        if not self._due(epoch):
            return
        if samples.outputs.ndim == 4 and samples.outputs.shape[-1] in (1, 3):
            self._waiting.append(summaries.images("probe/reconstructions", samples.outputs))
            if not self._pictured:
                self._waiting.append(summaries.images("probe/inputs", samples.inputs))
                self._waiting.append(summaries.images("probe/targets", samples.targets))
        elif (readings := samples.views.get("readings")) is not None and "sentences" in samples.views:
            pairs = zip(samples.views["sentences"].tolist(), readings.tolist(), strict=True)
            rows = "\n".join(["| sentence | read back |", "| --- | --- |", *(f"| {a} | {b} |" for a, b in pairs)])
            self._waiting.append(summaries.text("probe/readings", rows))
        self._pictured = True

    def codes(self, epoch: int, codes: NDArray[np.float32]) -> None:
        """How the numbers of codes are spread."""
        if self._due(epoch):
            self._waiting.append(summaries.histogram("codes", _some(codes)))

    def weights(self, epoch: int, checkpoint: Checkpoint) -> None:
        """How the weights of each layer are spread."""
        if self._due(epoch):
            for name, array in checkpoint.arrays.items():
                if array.dtype.kind == "f" and array.size > 1 and not name.startswith("optimizer"):
                    self._waiting.append(summaries.histogram(f"weights/{name}", _some(array)))

    def close(self) -> None:
        """Close the files."""
        for file in self._files.values():
            file.close()
        self._files.clear()

    # What happens.

    def _read(self) -> None:
        """What the beginning of the run, which another life has told, says of it."""
        events, _ = self._record.events()
        started = next((event for event in events if isinstance(event, RunStarted)), None)
        if started is not None:
            self._steps_per_epoch = max(1, started.steps_per_epoch)

    def _begin(self, at: float) -> None:
        record = self._record
        settings = {"variant": record.variant, "preset": record.preset, "dataset": record.dataset, **record.config}
        self._file("").put(at, 0, summaries.began(settings, record.created))
        self._known = True  # from now on the files have what was before
        self._flush(now=True)

    def _resume(self, event: RunResumed) -> None:
        """What comes again is void in the files there are; where there are none, what was before is told first."""
        if self._known:
            for part in ("", *PARTS):
                self._file(part).restarted(event.at, event.epoch)
            self._file(STEPS).restarted(event.at, (event.epoch - 1) * self._steps_per_epoch + event.step + 1)
        else:
            self._begin(event.at)
            events, _ = self._record.events()
            for ended in complete_epochs(events):
                if ended.epoch < event.epoch:
                    self._put_epoch(ended)
        self._flush(now=True)

    def _epoch(self, ended: EpochEnded) -> None:
        self._put_epoch(ended)
        self._file("").put(ended.at, ended.epoch, self._waiting)
        self._waiting = []

    def _put_epoch(self, ended: EpochEnded) -> None:
        for part in PARTS:
            self._file(part).put(ended.at, ended.epoch, summaries.scalars(summaries.of_epoch(ended, part)))

    def _steps(self, progress: Progress) -> None:
        file = self._file(STEPS)
        for point in progress.batches:
            step = round(point.epoch * self._steps_per_epoch)
            file.put(progress.at, step, summaries.scalars({"steps/loss": point.mean}))
        if progress.learning_rate:
            step = round(progress.batches[-1].epoch * self._steps_per_epoch)
            file.put(progress.at, step, summaries.scalars({"steps/learning_rate": progress.learning_rate}))
        self._flush()

    def _end(self, event: RunFinished) -> None:
        metrics = {f"final/{name}": value for name, value in event.metrics.items()}
        file = self._file("")
        file.put(event.at, event.epochs, summaries.scalars(metrics))
        state = SUCCESS if event.outcome in ("completed", "stopped") else FAILURE
        file.put(event.at, event.epochs, [summaries.ended(state, event.at)])
        self._flush(now=True)

    # Where it goes.

    def _due(self, epoch: int) -> bool:
        return epoch in (1, self._epochs) or epoch % ceil(self._epochs / PICTURES) == 0

    def _file(self, part: str) -> EventFile:
        if part not in self._files:
            self._files[part] = EventFile(self._place / part, self._name, time.time())
        return self._files[part]

    def _flush(self, *, now: bool = False) -> None:
        if now or time.monotonic() - self._flushed > FLUSH_SECONDS:
            for file in self._files.values():
                file.flush()
            self._flushed = time.monotonic()


def _some(array: NDArray[Any]) -> NDArray[Any]:
    flat = array.ravel()
    return flat[:: ceil(len(flat) / LARGEST)] if len(flat) > LARGEST else flat
