"""What a film shows, read from a run's folder once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from aetui.filming.cloud import Cloud, cloud
from aetui.filming.timing import Shot, length, shots
from aetui.filming.wish import Wish
from aetui.follow.reading import read_run
from aetui.render import captions
from aetui.render.curves.scene_of_run import level_of
from aetui.render.text import plain
from aetui.state.run_state import TOTALS, RunState
from engine import datasets, registry
from engine.errors import RunError, UsageError, counted
from engine.runs.snapshots import Samples, kept_epochs, read_samples

if TYPE_CHECKING:
    from aetui.render.curves.layers import Level
    from engine.datasets.data import Report
    from engine.runs.store import RunRecord

READING = "reading the run"
FAR = 10.0
"""Times that the baseline may lie beyond the curves and be on the axis with them."""
SHOWN = {"baseline", "baseline_name", "points", "point_labels", "known", "sentences", "readings"}
"""Views of an epoch that a film shows; the others are let go, there may be hundreds of epochs."""


class Row(NamedTuple):
    """Pictures, or other arrays of the probe set, (items, …), that stand in a row; `moving`: each epoch has its own,
    `Moment.outputs`."""

    label: str
    items: NDArray[Any] | None

    @property
    def moving(self) -> bool:
        """Whether they are other ones at each epoch."""
        return self.items is None


class Moment(NamedTuple):
    """One frame."""

    shot: Shot
    outputs: NDArray[np.float32]
    """What the model made of the probe set."""
    readings: list[str]
    """The same in words, where it is text."""


class Reel(NamedTuple):
    """A film before it is drawn."""

    run: RunState
    title: str
    subtitle: str
    moments: list[Moment]
    rows: list[Row]
    """What is compared, of the probe set; none where it is text."""
    sentences: list[str]
    known: NDArray[np.bool_] | None
    """Which numbers of the targets are known, where some are not."""
    cloud: Cloud | None
    level: Level | None
    notes: tuple[str, ...]
    """What there is to know, a sentence each."""

    @property
    def first(self) -> int:
        """The first epoch that is shown."""
        return self.moments[0].shot.epoch

    @property
    def last(self) -> int:
        """The last one."""
        return self.moments[-1].shot.epoch

    @property
    def reach(self) -> NDArray[np.float64]:
        """What the loss axis is chosen for: all that the film comes to show, with the baseline, unless that lies so far
        away that it would leave the curves no room."""
        inside = (self.run.numbers >= self.first) & (self.run.numbers <= self.last)
        values = np.concatenate([np.asarray(self.run.column(curve), np.float64)[inside] for curve in TOTALS])
        there = values[np.isfinite(values) & (values > 0)]
        level = self.level.value if self.level is not None else 0.0
        near = bool(len(there)) and there.min() / FAR <= level <= there.max() * FAR
        return np.append(values, level) if near else values

    @property
    def pictured(self) -> bool:
        """Whether what is compared are images, (items, height, width, 1 or 3)."""
        return self.moments[0].outputs.ndim == 4 and self.moments[0].outputs.shape[-1] in (1, 3)


def reel(record: RunRecord, wish: Wish, report: Report) -> Reel:
    """That of `record`, which may be going on. `report` is called again and again, and may raise to stop it.

    Raises:
        UsageError: it has no such epochs.
        RunError: it has no epoch that is complete, or keeps nothing of any.
    """
    report(READING, 0, 0)
    run = read_run(record, asked=False).run
    if not run.epochs:
        told = f"expected a run with an epoch that is complete, {record.id} has none"
        raise RunError("No epoch yet", f"{told}; `aetui resume {record.id}` goes on")
    wanted = _chosen(record, run, wish)
    seconds = wish.seconds or length(wanted[-1] - wanted[0] + 1)
    asked = [shot.epoch for shot in shots(wanted, seconds)]
    found = _samples(record, asked, report)
    frames, samples = shots(list(found), seconds), list(found.values())
    entry = datasets.known(run.dataset)
    moments = [
        Moment(shot, each.outputs, [plain(str(text)) for text in each.views.get("readings", np.array([])).tolist()])
        for shot, each in zip(frames, samples, strict=True)
    ]
    sentences = [plain(str(text)) for text in samples[-1].views.get("sentences", np.array([])).tolist()]
    variant = registry.known(run.variant)
    return Reel(
        run=run,
        title=f"{plain(variant.label if variant else run.variant)} autoencoder",
        subtitle=plain(" · ".join(filter(None, [entry.title if entry else run.dataset, run.name])), 60),
        moments=moments,
        rows=[] if sentences else _rows(run, samples[-1]),
        sentences=sentences,
        known=samples[-1].views.get("known"),
        cloud=cloud(samples, run.code_size or samples[-1].codes.shape[-1], entry.classes if entry else ()),
        level=level_of(run, list(TOTALS)),
        notes=_notes(frames, len(wanted), len(asked) - len(frames)),
    )


def _chosen(record: RunRecord, run: RunState, wish: Wish) -> list[int]:
    """The epochs that are asked for, of those of which something is kept."""
    first, last = wish.first or 1, wish.last or run.last_epoch
    if first > last or first > run.last_epoch:
        told = f"expected epochs from {first:,} to {last:,} among the {counted(run.last_epoch, 'epoch')} of {record.id}"
        raise UsageError("No such epochs", told)
    complete = {ended.epoch for ended in run.epochs}
    there = sorted(kept_epochs(record.folder) & complete)
    if not there:
        told = f"expected the snapshots of an epoch, {record.id} keeps none; a run that is trained anew does"
        raise RunError("No pictures", told)
    wanted = [epoch for epoch in there if first <= epoch <= last]
    if not wanted:
        near = min(there, key=lambda epoch: min(abs(epoch - first), abs(epoch - last)))
        told = (
            f"{record.id} keeps nothing of the epochs from {first:,} to {last:,}; the nearest that is kept is {near:,}"
        )
        raise UsageError("No such epochs", told)
    return wanted


def _samples(record: RunRecord, epochs: Sequence[int], report: Report) -> dict[int, Samples]:
    """By epoch, of those that can be read. Raises RunError where none can."""
    found: dict[int, Samples] = {}
    fault: RunError | None = None
    form: tuple[int, ...] = ()
    for done, epoch in enumerate(epochs):
        report(READING, done, len(epochs))
        try:
            each = read_samples(record.folder, epoch)
        except RunError as error:  # damaged, or thinned out in this very moment
            fault = error
            continue
        form = form or each.outputs.shape
        if each.outputs.shape == form:
            found[epoch] = msgspec.structs.replace(
                each, views={name: view for name, view in each.views.items() if name in SHOWN}
            )
    if not found and fault is not None:
        raise fault
    return found


def _rows(run: RunState, samples: Samples) -> list[Row]:
    rows = [Row("input", samples.inputs), Row("output", None)]
    if samples.inputs.shape != samples.targets.shape or bool((samples.inputs != samples.targets).any()):
        rows.append(Row("target", samples.targets))
    if (baseline := samples.views.get("baseline")) is not None and baseline.shape == samples.outputs.shape:
        rows.append(Row(captions.baseline_name(run, samples), baseline))
    return rows


def _notes(frames: Sequence[Shot], kept: int, missing: int) -> tuple[str, ...]:
    span = frames[-1].epoch - frames[0].epoch + 1
    told = []
    if len(frames) < span:
        told.append(
            f"{counted(len(frames), 'frame')} of {span:,} epochs, {kept:,} of which the run keeps: each stands until "
            "the next, so that time runs evenly."
        )
    if missing:
        told.append(f"What was kept of {counted(missing, 'epoch')} cannot be read, and is left out.")
    return tuple(told)
