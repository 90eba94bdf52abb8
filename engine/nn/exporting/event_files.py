"""The course of a run as event files that TensorBoard shows: `train`, `validation` and the run itself side by side.

The same run makes the same bytes, at the times at which it all happened, and no device is taken for it.
"""

from __future__ import annotations

import os
from pathlib import Path

from engine.errors import RunError, counted
from engine.exports.curves import Curves, curves
from engine.nn.exporting import summaries
from engine.nn.exporting.summaries import EventFile
from engine.runs.record import RunRecord
from engine.runs.snapshots import kept_epochs, read_samples
from engine.runs.step_file import read_steps
from engine.storage import native_output

PICTURES = 50
"""Epochs at most whose pictures go along, evenly spread: TensorBoard shows ten by itself."""


def write(record: RunRecord, place: Path) -> tuple[str, ...]:
    """Event files into the folder `place`; returns what there is to know.

    Raises:
        RunError: no epoch is complete yet.
    """
    found = curves(record)
    native_output.divert()  # what TensorFlow says while it is loaded
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    for part in ("train", "validation"):
        file = _file(place / part, record)
        for ended in found.epochs:
            file.put(ended.at, ended.epoch, summaries.scalars(summaries.of_epoch(ended, part)))
        if part == "train":
            _steps(file, record)
        file.close()
    file = _file(place, record)
    settings = {"variant": record.variant, "preset": record.preset, "dataset": record.dataset, **record.config}
    file.put(record.created, 0, summaries.began(settings, record.created))
    _final(file, record)
    shown = _pictures(file, record, found)
    file.close()
    told = f"`tensorboard --logdir` shows {counted(len(found.epochs), 'epoch')}; a step is an epoch"
    pictures = f"pictures of {counted(shown, 'epoch')}" if shown else "no pictures: the run has none of images"
    return (f"{told}, of `steps/loss` a batch; {pictures}.",)


def _file(folder: Path, record: RunRecord) -> EventFile:
    return EventFile(folder, str(int(record.created)), record.created)


def _steps(file: EventFile, record: RunRecord) -> None:
    step = 0
    for point in read_steps(record.folder):
        step += point.steps
        file.put(record.created + point.seconds, step, summaries.scalars({"steps/loss": point.mean}))


def _final(file: EventFile, record: RunRecord) -> None:
    """What the run reached on the test part, with the baselines beside it."""
    end = record.end
    if end is not None and end.metrics:
        metrics = {f"final/{name}": value for name, value in end.metrics.items()}
        file.put(end.at, end.epochs, summaries.scalars(metrics))


def _pictures(file: EventFile, record: RunRecord, found: Curves) -> int:
    """Put those of the probe set, of epochs evenly spread; returns of how many."""
    times = {ended.epoch: ended.at for ended in found.epochs}
    epochs = sorted(kept_epochs(record.folder) & times.keys())
    shown = 0
    for epoch in _spread(epochs):
        try:
            samples = read_samples(record.folder, epoch)
        except RunError:  # damaged, or thinned out in this very moment
            continue
        if samples.outputs.ndim != 4:
            return 0
        values = [summaries.images("probe/reconstructions", samples.outputs)]
        if not shown:
            values.append(summaries.images("probe/inputs", samples.inputs))
            values.append(summaries.images("probe/targets", samples.targets))
        file.put(times[epoch], epoch, values)
        shown += 1
    return shown


def _spread(epochs: list[int]) -> list[int]:
    """At most `PICTURES` of them, the first and the last among them."""
    if len(epochs) <= PICTURES:
        return epochs
    return [epochs[round(place * (len(epochs) - 1) / (PICTURES - 1))] for place in range(PICTURES)]
