"""The detectors that every installation has."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.anomalies.detectors import Fitted, Rows
from engine.storage.blas import one_thread

NEIGHBOURS = 5
TREES = 100
SHARES = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
"""Of the variance, by which PCA may choose how many components it has."""
WIDEST = 4_096
"""Components that are looked for at most where all can be found; beyond `FEWER` of them, by random projections."""
FEWER = 512
LEAST = 1e-12


class _Axes:
    """Principal components of rows (n, d): the mean (d,), the first components (k, d), their variances (k,), and the
    variance in all directions."""

    def __init__(self, rows: NDArray[np.float32], most: int) -> None:
        from sklearn.decomposition import PCA

        count = min(most, *rows.shape)
        with one_thread():
            fitted = PCA(count, random_state=0).fit(rows)
        self.mean: NDArray[np.float32] = fitted.mean_.astype(np.float32)
        self.components: NDArray[np.float32] = fitted.components_.astype(np.float32)
        self.variances: NDArray[np.float64] = fitted.explained_variance_.astype(np.float64)
        self.total = float(rows.var(axis=0, dtype=np.float64).sum()) * len(rows) / max(len(rows) - 1, 1)

    @one_thread()
    def error(self, rows: NDArray[np.float32], count: int) -> NDArray[np.float32]:
        """Mean squared error of each row behind `count` components, (n,)."""
        around = rows - self.mean
        axes = self.components[:count]
        return np.asarray(np.square(around - around @ axes.T @ axes).mean(axis=1), np.float32)

    @one_thread()
    def likelihood(self, rows: NDArray[np.float32], count: int) -> float:
        """Mean log-likelihood of `rows` under probabilistic PCA with `count` components (Tipping & Bishop, J. R. Stat.
        Soc. B 61 (1999) 611-622), but for a constant: what the other directions have is the same noise in each."""
        around = (rows - self.mean).astype(np.float64)
        scores, variances = around @ self.components[:count].T, np.maximum(self.variances[:count], LEAST)
        others = rows.shape[1] - count
        noise = max((self.total - variances.sum()) / max(others, 1), LEAST)
        left = np.square(around).sum(axis=1) - np.square(scores).sum(axis=1)
        distance = (np.square(scores) / variances).sum(axis=1) + (left / noise if others else 0)
        return float(-0.5 * (distance.mean() + np.log(variances).sum() + others * np.log(noise)))


def pca(rows: Rows, argument: str) -> Fitted:
    """What is left of a row behind as many principal components as the model's code has numbers."""
    del argument
    axes = _Axes(rows.train, rows.size)
    count = len(axes.components)
    return Fitted(f"PCA error, {count:,} component{'s' * (count != 1)}", lambda found: axes.error(found, count), 0)


def chosen_pca(rows: Rows, argument: str) -> Fitted:
    """The same, with as many components as make the validation items most likely: what they leave of validation items
    would be least with all, which leave nothing of an anomaly either."""
    del argument
    possible = min(rows.train.shape)
    axes = _Axes(rows.train, possible if possible <= WIDEST else FEWER)
    explained = np.cumsum(axes.variances) / max(axes.total, LEAST)
    counts = sorted({min(int(np.searchsorted(explained, share)) + 1, len(explained)) for share in SHARES})
    counts = [count for count in counts if count < rows.train.shape[1]] or counts
    count = max(counts, key=lambda each: axes.likelihood(rows.validation, each))
    share = explained[count - 1]
    label = f"PCA error, {count:,} component{'s' * (count != 1)} ({share:.0%} of the variance), chosen by validation"
    return Fitted(label, lambda found: axes.error(found, count), 0)


def forest(rows: Rows, argument: str) -> Fitted:
    """Isolation forest (Liu, Ting & Zhou, ICDM 2008) of 100 trees on 256 items each."""
    from sklearn.ensemble import IsolationForest

    del argument
    fitted = IsolationForest(n_estimators=TREES, random_state=0).fit(rows.train)
    return Fitted("", lambda found: -fitted.score_samples(found), 0)


def neighbours(rows: Rows, argument: str) -> Fitted:
    """Mean Euclidean distance to the nearest training items."""
    from sklearn.neighbors import NearestNeighbors

    del argument
    fitted = NearestNeighbors(n_neighbors=min(NEIGHBOURS, len(rows.train))).fit(rows.train)

    @one_thread()
    def score(found: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(fitted.kneighbors(found)[0].mean(axis=1), np.float32)

    return Fitted("", score, 0)
