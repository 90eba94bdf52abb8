"""From scores to verdicts: where the threshold lies, how probable an anomaly is, and how stable the verdict. Ring 0,
pure functions of arrays: a screen that moves the threshold asks no model."""

from __future__ import annotations

from math import ceil

import numpy as np
from numpy.typing import NDArray

from engine.errors import UsageError

QUANTILE = 0.99
"""Of the scores of normal items: one in a hundred of them is taken for an anomaly."""
SMALLEST = 1e-12
"""Spread of scores below which there is none."""


def at_quantile(scores: NDArray[np.floating], quantile: float) -> float:
    """The threshold above which a normal item scores with a probability of at most 1 − `quantile`.

    `scores`: (n,) of normal items that the model did not learn from. It is the ⌈(n + 1) q⌉-th smallest (split conformal
    prediction; Laxhammar & Falkman, ISIF 2010), or the largest where n is too small for that.

    Raises:
        UsageError: no scores, or a quantile outside (0, 1].
    """
    check_quantile(quantile)
    _check(scores)
    rank = min(len(scores), max(1, ceil((len(scores) + 1) * quantile - 1e-9)))
    return float(np.partition(scores, rank - 1)[rank - 1])


def check_quantile(quantile: float) -> None:
    """Raises UsageError for one that cannot be meant."""
    if not 0 < quantile <= 1:
        raise UsageError("Bad quantile", f"expected a quantile above 0, at most 1, got {quantile:g}")


def check_share(share: float) -> None:
    """Raises UsageError for one that cannot be meant."""
    if not 0 <= share < 1:
        raise UsageError("Bad share", f"expected a share of anomalies of 0 or above and below 1, got {share:g}")


def at_share(scores: NDArray[np.floating], share: float) -> float:
    """The threshold above which `share` of these `scores` (n,) lie, rounded; fewer where several are equal.

    Raises:
        UsageError: no scores, or a share outside [0, 1).
    """
    check_share(share)
    _check(scores)
    strange = min(round(share * len(scores)), len(scores) - 1)
    rank = len(scores) - strange
    return float(np.partition(scores, rank - 1)[rank - 1])


def _check(scores: NDArray[np.floating]) -> None:
    if not len(scores):
        raise UsageError("No scores", "expected at least one item to tell a threshold by, got none")


class Calibration:
    """What scores mean, for a threshold that may be moved."""

    def __init__(
        self,
        normal: NDArray[np.floating],
        threshold: float,
        among: NDArray[np.floating] | None = None,
    ) -> None:
        """`normal`: (m,) scores of validation items; `among`: (n,) those that the threshold was told by, where these
        are others: items of which a share is expected to be anomalies."""
        self.threshold = threshold
        self._normal = np.asarray(normal, np.float64)
        self._among = np.sort(self._normal if among is None else np.asarray(among, np.float64))

    def anomalous(self, scores: NDArray[np.floating]) -> NDArray[np.bool_]:
        """Which of `scores` (n,) lie above the threshold, (n,)."""
        return np.asarray(scores > self.threshold)

    def probability(self, scores: NDArray[np.floating]) -> NDArray[np.float32]:
        """How far above those of normal items `scores` (n,) lie, (n,) from 0 to 1, never falling with the score.

        Unified scores (Kriegel, Kröger, Schubert & Zimek, SDM 2011): max(0, (F(s) − F(μ)) / (1 − F(μ))), where F is the
        gamma distribution with mean μ and variance of the normal items' scores; the normal distribution where some of
        them are below 0. So 0 is no stranger than the mean. It is no share of anomalies: how many there are, nothing in
        normal items tells.
        """
        from scipy.special import erf, gammainc  # type: ignore[import-untyped]

        mean, deviation = float(self._normal.mean()), float(self._normal.std())
        found = np.asarray(scores, np.float64)
        if deviation <= SMALLEST * max(abs(mean), 1e-300) or deviation == 0:
            return (found > mean).astype(np.float32)
        if self._normal.min() < 0:
            return np.asarray(np.maximum(erf((found - mean) / (deviation * np.sqrt(2))), 0), np.float32)
        shape, scale = (mean / deviation) ** 2, deviation**2 / mean
        at_mean = gammainc(shape, mean / scale)
        cumulated = gammainc(shape, np.maximum(found, 0) / scale)
        return np.asarray(np.clip((cumulated - at_mean) / max(1 - at_mean, SMALLEST), 0, 1), np.float32)

    def confidence(self, scores: NDArray[np.floating]) -> NDArray[np.float32]:
        """How probably the verdict on each of `scores` (n,) would be the same with the threshold told by another draw
        of as many items, (n,) from 0 to 1.

        ExCeeD (Perini, Vercruyssen & Davis, ECML PKDD 2020): p = (1 + k) / (2 + n) is the probability that a score
        among n, of which k are not higher, is not higher; the item is called an anomaly where at least n − a of n
        others score not higher, for a threshold that leaves a of n above it.
        """
        from scipy.stats import binom  # type: ignore[import-untyped]

        count = len(self._among)
        above = count - int(np.searchsorted(self._among, self.threshold, "right"))
        not_higher = np.searchsorted(self._among, scores, "right")
        p = (1 + not_higher) / (2 + count)
        called = binom.sf(count - above - 1, count, p)
        return np.asarray(np.where(self.anomalous(scores), called, 1 - called), np.float32)
