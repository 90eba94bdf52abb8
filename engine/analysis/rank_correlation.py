"""How well one row of figures orders the same things as another: Spearman's ρ and Pearson's r, with intervals."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

AT_ONCE = 2**20
"""Numbers that are drawn and ranked at a time."""


class Intervals(NamedTuple):
    """Of several rows against one, by a bootstrap over the pairs: 2.5 and 97.5 percent quantiles, (rows, 2) each."""

    spearman: NDArray[np.float64]
    pearson: NDArray[np.float64]
    ahead: NDArray[np.float64]
    """Of the first row's ρ less each row's, in the same draws; zeros for the first itself."""


def pearson(first: NDArray[np.floating], second: NDArray[np.floating]) -> NDArray[np.float64]:
    """Pearson's r along the last axis, (…, n) and (…, n) → (…); NaN where one of the two is the same everywhere."""
    a, b = (_centred(each) for each in (first, second))
    scale = np.sqrt(np.square(a).sum(axis=-1) * np.square(b).sum(axis=-1))
    with np.errstate(invalid="ignore", divide="ignore"):
        found: NDArray[np.float64] = np.clip((a * b).sum(axis=-1) / scale, -1, 1)
    return found


def _centred(rows: NDArray[np.floating]) -> NDArray[np.float64]:
    rows = rows.astype(np.float64)
    same = (rows == rows[..., :1]).all(axis=-1, keepdims=True)  # rounding would leave something of a constant
    return np.where(same, 0, rows - rows.mean(axis=-1, keepdims=True))


def spearman(first: NDArray[np.floating], second: NDArray[np.floating]) -> NDArray[np.float64]:
    """Spearman's ρ along the last axis: Pearson's r of the ranks, equal figures sharing the mean of theirs."""
    from scipy.stats import rankdata  # type: ignore[import-untyped]

    return pearson(rankdata(first, axis=-1), rankdata(second, axis=-1))


def bootstrapped(
    rows: Sequence[NDArray[np.floating]], scores: NDArray[np.floating], draws: int, seed: int
) -> Generator[tuple[int, int], None, Intervals]:
    """Percentile intervals over `draws` samples of as many pairs with replacement, the same pairs for all `rows`;
    yields how many are drawn of how many. Draws without an order (all figures equal) count for nothing.

    Efron & Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13.
    """
    random, pairs = np.random.default_rng(seed), len(scores)
    ranked, linear = np.empty((2, len(rows), draws))
    step = max(1, AT_ONCE // max(1, pairs))
    for start in range(0, draws, step):
        stop = min(start + step, draws)
        drawn = random.integers(0, pairs, (stop - start, pairs))
        wanted = scores[drawn]
        for number, row in enumerate(rows):
            ranked[number, start:stop] = spearman(row[drawn], wanted)
            linear[number, start:stop] = pearson(row[drawn], wanted)
        yield stop, draws
    ahead = ranked[:1] - ranked
    return Intervals(*(_quantiles(each) for each in (ranked, linear, ahead)))


def _quantiles(drawn: NDArray[np.float64]) -> NDArray[np.float64]:
    told = [row[np.isfinite(row)] for row in drawn]
    return np.array([np.quantile(row, (0.025, 0.975)) if len(row) else (np.nan, np.nan) for row in told])
