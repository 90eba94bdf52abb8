"""Clusters of which is to be told what is in them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Grouping(NamedTuple):
    """Items of a part in clusters, and how much is to be told of each."""

    part: str
    """"train", "validation" or "test"."""
    assigned: NDArray[np.int64]
    """(items of the part,): the cluster of each."""
    distances: NDArray[np.float32]
    """(items of the part,): to its centre."""
    clusters: int
    words: int
    nearest: int
