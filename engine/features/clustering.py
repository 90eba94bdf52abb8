"""k-means on features, and how well the clusters are the classes."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.analysis.plane import finite
from engine.datasets.data import in_blocks
from engine.features.outcomes import Agreement
from engine.features.steps import Steps
from engine.storage.blas import one_thread

BLOCK = 8_192
SILHOUETTE_ITEMS = 2_000
"""All distances between them are computed: 0.1 s for codes of 128 numbers."""


def kmeans(features: NDArray[Any], clusters: int, restarts: int, seed: int) -> Steps[NDArray[np.float32]]:
    """The centres (clusters, size) with the least sum of squared distances among those of so many beginnings, each
    k-means++ and Lloyd's iterations."""
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    seen = finite(features)
    best: NDArray[np.float32] | None = None
    least = np.inf
    for number in range(restarts):
        state = int(np.random.SeedSequence([seed, number]).generate_state(1)[0] >> 1)
        with one_thread(), warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # fewer different items than clusters
            found = KMeans(clusters, n_init=1, random_state=state).fit(seen)
        if found.inertia_ < least:
            best, least = found.cluster_centers_.astype(np.float32), found.inertia_
        yield number + 1, restarts
    assert best is not None
    return best


def nearest(features: NDArray[Any], centres: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """For each item the number of its centre, and how far that is."""
    numbers, distances = np.empty(len(features), np.int64), np.empty(len(features), np.float32)
    squares = np.square(centres.astype(np.float64)).sum(axis=1)
    for block in in_blocks(features, BLOCK):
        seen = finite(features[block]).astype(np.float64)
        apart = np.square(seen).sum(axis=1)[:, None] - 2 * seen @ centres.T.astype(np.float64) + squares
        numbers[block] = apart.argmin(axis=1)
        distances[block] = np.sqrt(np.maximum(apart.min(axis=1), 0))
    return numbers, distances


def agreement(clusters: NDArray[np.integer], labels: NDArray[np.integer]) -> Agreement:
    """Of items with both."""
    from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

    _, number = np.unique(clusters, return_inverse=True)
    classes, member = np.unique(labels, return_inverse=True)
    counts = np.bincount(number * len(classes) + member, minlength=(number.max() + 1) * len(classes))
    return Agreement(
        nmi=float(normalized_mutual_info_score(labels, clusters)),
        ari=float(adjusted_rand_score(labels, clusters)),
        purity=float(counts.reshape(-1, len(classes)).max(axis=1).sum() / len(labels)),
    )


def silhouette(features: NDArray[Any], clusters: NDArray[np.integer], seed: int = 0) -> float:
    """On at most `SILHOUETTE_ITEMS` items; NaN where all are in one cluster, or each in one of its own."""
    from sklearn.metrics import silhouette_score

    some = np.random.default_rng([seed, 4]).permutation(len(clusters))[:SILHOUETTE_ITEMS]
    if not 1 < len(np.unique(clusters[some])) < len(some):
        return float("nan")
    return float(silhouette_score(finite(features[some]), clusters[some]))
