"""The losses of a run's steps in its folder: a small file beside the events, made anew now and then."""

from __future__ import annotations

from array import array
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.runs.step_history import MOST, StepHistory
from engine.storage.atomic import replacing
from engine.storage.npz import Malformed, read_npz

NAME = "steps.npz"
COLUMNS = {"epoch": "f", "steps": "i", "low": "f", "high": "f", "mean": "f", "seconds": "f"}
"""What the file holds, with the kind of its numbers; beside it `width`, one number."""
LARGEST = 2**18
"""Bytes of all of them."""


def write_steps(folder: Path, history: StepHistory) -> None:
    """Raises OSError; the file is then what it was."""
    columns = {name: np.asarray(getattr(history, name)) for name in COLUMNS}
    with replacing(folder / NAME, flush=False) as file:
        np.savez_compressed(file, allow_pickle=False, width=np.array([history.width]), **columns)


def read_steps(folder: Path) -> StepHistory:
    """What the run in `folder` had when the file was written; nothing where there is none, or a damaged one: a run can
    be shown, and goes on, without."""
    try:
        found = read_npz(folder / NAME, lambda there: [name for name in ("width", *COLUMNS) if name in there], LARGEST)
    except Malformed:
        return StepHistory()
    width, *columns = (found.get(name, np.empty(0)) for name in ("width", *COLUMNS))
    kinds = all(column.dtype.kind == kind for column, kind in zip(columns, COLUMNS.values(), strict=True))
    if width.shape != (1,) or width.dtype.kind != "i" or not kinds or not _possible(*columns):
        return StepHistory()
    epoch, steps, *others = columns
    low, high, mean, seconds = map(_floats, others)
    return StepHistory(
        epoch=_floats(epoch),
        steps=array("q", steps.astype(np.int64).tobytes()),
        low=low,
        high=high,
        mean=mean,
        seconds=seconds,
        width=max(1, int(width[0])),
    )


def _possible(
    epoch: NDArray[np.float64],
    steps: NDArray[np.int64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    mean: NDArray[np.float64],
    seconds: NDArray[np.float64],
) -> bool:
    """Whether a run of ours can have these points."""
    columns = epoch, steps, low, high, mean, seconds
    if {column.shape for column in columns} != {(len(epoch),)} or len(epoch) > MOST:
        return False
    if not all(np.isfinite(column).all() for column in columns):
        return False
    if not ((steps >= 1) & (steps <= 2**53) & (low <= high) & (seconds >= 0) & (seconds <= 1e11)).all():
        return False
    return bool(((np.diff(epoch, prepend=0.0) > 0) & (epoch <= 1e6)).all())


def _floats(column: NDArray[np.float64]) -> array[float]:
    return array("d", column.astype(np.float64).tobytes())
