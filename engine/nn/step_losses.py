"""The losses of a chunk's steps as points of a run's history."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.backend import Position
from engine.events import StepLoss

POINTS = 64
"""Of a chunk, at most: a chart has room for no more in the tenths of a second that it takes."""


def step_losses(
    losses: NDArray[np.float32], before: Position, seconds: float, steps_per_epoch: int
) -> tuple[StepLoss, ...]:
    """`losses` (steps,) of a chunk that took `seconds` and began at `before`, a point for one step or some in a row."""
    count = len(losses)
    ends = np.linspace(0, count, min(count, POINTS) + 1).astype(np.int64)
    starts, ends = ends[:-1], ends[1:]
    points = zip(
        ((before.epoch - 1) + (before.step + ends) / steps_per_epoch).tolist(),
        (ends - starts).tolist(),
        np.minimum.reduceat(losses, starts).tolist(),
        np.maximum.reduceat(losses, starts).tolist(),
        (np.add.reduceat(losses, starts, dtype=np.float64) / (ends - starts)).tolist(),
        (before.seconds + before.epoch_seconds + ends * (seconds / count)).tolist(),
        strict=True,
    )
    return tuple(StepLoss(*point) for point in points)
