"""In which directions numbers vary most."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.storage.blas import one_thread

WIDE = 1_024
"""Numbers in an item from which on only the directions that are asked for are looked for: all of 4,096 take minutes."""


@one_thread()
def strongest(matrix: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """The `count` strongest directions of a symmetric matrix without negative ones, (d, count), the strongest first."""
    if len(matrix) <= WIDE or count > len(matrix) // 8:
        return np.linalg.eigh(matrix)[1][:, ::-1][:, :count]
    from scipy.sparse.linalg import eigsh  # type: ignore[import-untyped]

    found: NDArray[np.float64] = eigsh(matrix, count, v0=np.ones(len(matrix)))[1]
    return found[:, ::-1]
