"""How a validation part is cut from the training part: the same cut for every run, so that runs can be compared."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SEED = 11
"""Of the draw. It does not follow the seed of a run: runs with several seeds have to be judged on the same items."""


def stratified(labels: NDArray[np.integer], share: float) -> NDArray[np.bool_]:
    """Which of the items with these `labels` (n,) are drawn, (n,): of each class the same `share`, rounded.

    What is left over by rounding goes to the classes with the largest remainders, so that round(share * n) are drawn.
    """
    classes, places, counts = np.unique(labels, return_inverse=True, return_counts=True)
    wanted = share * counts
    drawn = np.floor(wanted).astype(np.int64)
    left = round(share * len(labels)) - int(drawn.sum())
    drawn[np.argsort(drawn - wanted, kind="stable")[: max(left, 0)]] += 1
    order = np.random.default_rng(SEED).permutation(len(labels))
    chosen = np.zeros(len(labels), bool)
    for place in range(len(classes)):
        chosen[order[places[order] == place][: drawn[place]]] = True
    return chosen
