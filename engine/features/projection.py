"""Gaussian random projection: what as many numbers are worth that nobody learned (Johnson & Lindenstrauss 1984)."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.datasets.data import Data
from engine.storage.blas import one_thread


def random_projection(data: Data, size: int, seed: int) -> Callable[[NDArray[Any]], NDArray[np.float32]]:
    """From compact items to (n, size): each number is a sum of all of an item's with weights from N(0, 1 / size)."""
    matrix = np.random.default_rng([seed, 3]).standard_normal((prod(data.shape), size), np.float32)
    matrix /= np.float32(np.sqrt(size))

    @one_thread()
    def encode(items: NDArray[Any]) -> NDArray[np.float32]:
        flat = data.as_floats(items).reshape(len(items), -1)
        return np.asarray(flat @ matrix, np.float32)

    return encode
