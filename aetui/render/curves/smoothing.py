"""Curves with their noise taken out: a moving average whose weights fall off exponentially into the past."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from aetui.render.series import Floats

_BLOCK = 64

STRENGTHS = (0, 50, 12)
"""What part of a run the average goes back over: nothing, a fiftieth, a twelfth."""

_LEAST = {50: 3, 12: 8}


def reach(strength: int, epochs: int) -> int:
    """Epochs that an average of this strength goes back over, a round number; 0 for none."""
    if strength not in _LEAST:
        return 0
    wanted = max(_LEAST[strength], epochs / strength)
    size = 10 ** (len(str(int(wanted))) - 1)
    return int(wanted // size * size)


def smoothed(values: ArrayLike, back: int) -> Floats:
    """The average of each value and those before it, whose weights fall to 1/e over `back` of them.

    The beginning is not drawn towards zero: each sum is divided by the sum of its weights. Values that are not finite
    count for nothing and stay as they are. Shape: (points,), as has the answer.
    """
    y = np.asarray(values, np.float64)
    there = np.isfinite(y)
    if back < 1 or not there.any():
        return y
    keep = float(np.exp(-1 / back))
    if there.all():
        return _decaying(y, keep) * ((1 - keep) / (1 - keep ** np.arange(1, len(y) + 1)))
    sums, weights = _decaying(np.where(there, y, 0.0), keep), _decaying(there.astype(np.float64), keep)
    return np.where(there, sums / np.where(there, weights, 1.0), y)


def _decaying(y: Floats, keep: float) -> Floats:
    """Σ keep^(t−s) · y_s over s ≤ t, block by block: one product for all blocks, then what each leaves to the next."""
    blocks = -(-len(y) // _BLOCK)
    padded = np.zeros((blocks, _BLOCK))
    padded.reshape(-1)[: len(y)] = y
    age = np.subtract.outer(np.arange(_BLOCK), np.arange(_BLOCK))
    within = padded @ np.where(age >= 0, keep ** np.maximum(age, 0.0), 0.0).T
    left, carried = 0.0, []
    for last in within[:, -1].tolist():
        carried.append(left)
        left = left * keep**_BLOCK + last
    whole = within + np.outer(carried, keep ** np.arange(1, _BLOCK + 1))
    return np.asarray(whole.reshape(-1)[: len(y)])
