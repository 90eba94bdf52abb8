"""Which of some codes lie nearest to a point among them, by Euclidean distance: all are looked at."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.analysis.plane import finite

MORE = 32
"""That are measured exactly beside those asked for: float32 may take neighbours for each other."""


class Nearest:
    """Codes (n, k) with what finding needs."""

    def __init__(self, codes: NDArray[Any]) -> None:
        self.codes = np.ascontiguousarray(finite(codes))
        self._middle = self.codes.mean(axis=0) if len(self.codes) else np.zeros(self.codes.shape[1], np.float32)
        self._centred = self.codes - self._middle
        self._squares = np.einsum("nk,nk->n", self._centred, self._centred)

    def of(self, code: NDArray[Any], count: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Places of the `count` nearest to `code` (k,) and their distances, the nearest first; of equal ones the first
        in order."""
        count = min(count, len(self.codes))
        rough = self._squares - 2 * (self._centred @ (finite(code) - self._middle))
        some = min(len(rough), count + MORE)
        places = np.argpartition(rough, some - 1)[:some] if some else np.zeros(0, np.int64)
        exact = np.linalg.norm(self.codes[places].astype(np.float64) - code.astype(np.float64), axis=1)
        order = np.lexsort((places, exact))[:count]
        return places[order].astype(np.int64), exact[order]
