"""The error on the items whose pictures a run keeps: the one figure that all models have after every kept epoch."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from aetui.racing.cars import Car
from aetui.render.text import plain
from aetui.state.epochs import Epochs
from engine.errors import EngineError
from engine.runs.snapshots import Samples, kept_epochs, read_nearest, read_samples

MOST_EPOCHS = 120
"""Kept epochs whose error is measured, evenly spread: a curve has hardly more columns, and each takes milliseconds."""
REMEMBERED = 96
"""Snapshots that are held in memory, of all runs together."""


class Error(NamedTuple):
    """The mean squared error after an epoch."""

    epoch: int
    error: float


class Probe(NamedTuple):
    """What is known of a run's probe set."""

    errors: Epochs[Error]
    key: bytes
    """The same for runs that keep the same items."""
    baseline: str
    """Whose answers stand beside them; empty for nobody's."""
    baseline_error: float


def error_of(samples: Samples) -> float:
    """Of what was answered, over all numbers that are known."""
    return _error(samples, samples.outputs)


def _error(samples: Samples, outputs: NDArray[np.float32]) -> float:
    squares = np.square(outputs.astype(np.float64) - samples.targets)
    known = samples.views.get("known")
    if known is not None and known.shape == squares.shape:
        squares = squares[known]
    return float(squares.mean()) if squares.size else float("nan")


def begun(samples: Samples) -> Probe:
    """What is the same at every epoch."""
    key = repr(samples.targets.shape).encode() + samples.targets.tobytes()
    beside = samples.views.get("baseline")
    if beside is None or beside.shape != samples.targets.shape:
        return Probe(Epochs(), key, "", float("nan"))
    named = samples.views.get("baseline_name")
    name = plain(str(named[0])) if named is not None else f"PCA-{samples.codes.shape[-1]}"
    return Probe(Epochs(), key, name, _error(samples, beside))


def wanted(kept: Iterable[int], known: Iterable[int]) -> list[int]:
    """The epochs still to be measured: those kept, evenly spread, first and last among them, unless measured before."""
    there = sorted(kept)
    if len(there) > MOST_EPOCHS:
        places = np.unique(np.linspace(0, len(there) - 1, MOST_EPOCHS).round().astype(int))
        there = [there[place] for place in places.tolist()]
    return sorted(set(there) - set(known))


class Shelf:
    """Snapshots of several runs, read once. One thread at a time."""

    def __init__(self) -> None:
        self._samples: OrderedDict[tuple[str, int], Samples] = OrderedDict()

    def nearest(self, car: Car, epoch: int) -> tuple[int, Samples] | None:
        """What is kept of the epoch nearest to this one; None where nothing can be read."""
        if (found := self._known(car.run_id, epoch)) is not None:
            return epoch, found
        try:
            kept, samples = read_nearest(car.folder, epoch)
        except EngineError:
            return None
        self._put(car.run_id, kept, samples)
        return kept, samples

    def _known(self, run_id: str, epoch: int) -> Samples | None:
        found = self._samples.get((run_id, epoch))
        if found is not None:
            self._samples.move_to_end((run_id, epoch))
        return found

    def _put(self, run_id: str, epoch: int, samples: Samples) -> None:
        self._samples[run_id, epoch] = samples
        while len(self._samples) > REMEMBERED:
            self._samples.popitem(last=False)


def measured(folder: Path, before: Probe | None, last_epoch: int) -> Probe | None:
    """`before` with the epochs that are kept by now, up to the last one that counts; None where no pictures are."""
    kept = [epoch for epoch in kept_epochs(folder) if epoch <= last_epoch]
    if not kept:
        return before
    known = {error.epoch: error for error in before.errors if error.epoch <= last_epoch} if before else {}
    missing = wanted(kept, known)
    if before is not None and not missing:
        return before
    probe = before
    for epoch in missing:
        try:
            samples = read_samples(folder, epoch)
        except EngineError:  # damaged, or thinned out this very moment
            continue
        if probe is None:
            probe = begun(samples)
        known[epoch] = Error(epoch, error_of(samples))
    return None if probe is None else probe._replace(errors=Epochs(known[epoch] for epoch in sorted(known)))


def comparable(probes: Mapping[int, Probe], places: Sequence[int]) -> list[int]:
    """Of these places, those whose runs have measured anything."""
    return [place for place in places if place in probes and len(probes[place].errors)]
