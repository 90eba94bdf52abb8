from __future__ import annotations

import numpy as np
import pytest
from generators import outcome
from scipy import stats

from engine.analysis.rank_correlation import bootstrapped, pearson, spearman


def test_both_figures_are_those_of_scipy_with_ties_as_well() -> None:
    random = np.random.default_rng(0)
    scores = random.integers(0, 6, 80).astype(float)
    cosines = (scores / 5 + random.normal(0, 0.4, 80)).round(1).astype(np.float32)
    assert spearman(cosines, scores) == pytest.approx(stats.spearmanr(cosines, scores).statistic)
    assert pearson(cosines, scores) == pytest.approx(stats.pearsonr(cosines, scores).statistic)
    rows = np.stack([cosines, -cosines])
    assert spearman(rows, np.stack([scores, scores])).tolist() == pytest.approx(
        [spearman(cosines, scores), -spearman(cosines, scores)]
    )


def test_what_is_the_same_everywhere_has_no_order() -> None:
    assert np.isnan(spearman(np.full(4, 0.1), np.arange(4.0)))
    assert np.isnan(pearson(np.full(3, 0.1), np.arange(3.0)))


def test_intervals_are_quantiles_of_the_figure_over_pairs_drawn_again() -> None:
    random = np.random.default_rng(1)
    scores = random.random(40)
    good, poor = scores + random.normal(0, 0.3, 40), random.random(40)
    found = outcome(bootstrapped([good, poor], scores, 300, seed=2))
    again = np.random.default_rng(2).integers(0, 40, (300, 40))
    plain = np.array([stats.spearmanr(good[drawn], scores[drawn]).statistic for drawn in again])
    assert found.spearman[0] == pytest.approx(np.quantile(plain, (0.025, 0.975)))
    assert found.spearman[0, 0] < spearman(good, scores) < found.spearman[0, 1]
    assert found.ahead[0].tolist() == [0, 0]
    assert found.ahead[1, 0] > 0  # the better one is ahead in nearly all draws
