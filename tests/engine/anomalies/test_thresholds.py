"""Thresholds, probabilities and confidence: what they promise, on numbers whose distribution is known."""

from __future__ import annotations

import numpy as np
import pytest

from engine.anomalies.thresholds import Calibration, at_quantile, at_share
from engine.errors import UsageError


def normal_scores(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).gamma(4, 0.5, count)


def test_new_normal_items_pass_the_threshold_no_more_often_than_the_quantile_says() -> None:
    rates = [
        np.mean(normal_scores(400, 1_000 + seed) > at_quantile(normal_scores(99, seed), 0.9)) for seed in range(200)
    ]
    assert 0.08 < np.mean(rates) <= 0.102  # at most 0.1, and no less than one item in a hundred costs


def test_a_quantile_that_so_few_items_cannot_tell_is_their_largest() -> None:
    assert at_quantile(np.array([3.0, 1.0, 2.0]), 0.99) == 3
    assert at_quantile(np.array([3.0, 1.0, 2.0]), 0.5) == 2


@pytest.mark.parametrize(("share", "above"), [(0, 0), (0.2, 2), (0.25, 2), (0.96, 9)])
def test_the_expected_share_lies_above_the_threshold(share: float, above: int) -> None:
    scores = np.random.default_rng(0).permutation(10).astype(np.float32)
    assert int((scores > at_share(scores, share)).sum()) == above


@pytest.mark.parametrize("wrong", [0, -0.1, 1.01, float("nan")])
def test_quantiles_that_are_none_are_refused(wrong: float) -> None:
    with pytest.raises(UsageError, match="quantile"):
        at_quantile(np.ones(3), wrong)


@pytest.mark.parametrize("wrong", [1, -0.1, float("nan")])
def test_shares_that_are_none_are_refused(wrong: float) -> None:
    with pytest.raises(UsageError, match="share"):
        at_share(np.ones(3), wrong)


def test_nothing_tells_no_threshold() -> None:
    with pytest.raises(UsageError, match="at least one item"):
        at_quantile(np.zeros(0), 0.9)


@pytest.mark.parametrize("shift", [0.0, -3.0], ids=["gamma", "some below 0: normal"])
def test_probability_is_0_up_to_the_mean_rises_with_the_score_and_ends_at_1(shift: float) -> None:
    normal = normal_scores(2_000) + shift
    calibration = Calibration(normal, at_quantile(normal, 0.99))
    scores = np.linspace(shift, shift + 50, 200)
    found = calibration.probability(scores)
    assert (np.diff(found) >= 0).all()
    assert found[scores <= normal.mean()].max() == 0
    assert found[-1] == 1
    median = calibration.probability(np.array([np.quantile(normal, 0.75)]))[0]
    assert 0.3 < median < 0.7


def test_scores_without_spread_are_probable_anomalies_only_above_it() -> None:
    calibration = Calibration(np.full(10, 0.5), 0.5)
    assert calibration.probability(np.array([0.4, 0.5, 0.6])).tolist() == [0, 0, 1]


def test_confidence_says_on_average_how_often_other_draws_call_an_item_an_anomaly() -> None:
    scores = np.quantile(normal_scores(100_000, 999), [0.8, 0.85, 0.9, 0.95, 0.99])
    draws = [normal_scores(100, seed) for seed in range(200)]
    each = [Calibration(drawn, at_quantile(drawn, 0.9)) for drawn in draws]
    called = np.mean([one.anomalous(scores) for one in each], axis=0)
    expected = np.mean(
        [np.where(one.anomalous(scores), one.confidence(scores), 1 - one.confidence(scores)) for one in each], axis=0
    )
    assert expected == pytest.approx(called, abs=0.15)
    assert (np.diff(expected) > 0).all()


def test_confidence_follows_a_threshold_that_was_moved() -> None:
    mine = normal_scores(100)
    score = np.array([np.quantile(mine, 0.95)])
    near, far = Calibration(mine, at_quantile(mine, 0.94)), Calibration(mine, at_quantile(mine, 0.5))
    assert near.anomalous(score)[0]
    assert far.confidence(score)[0] > near.confidence(score)[0]


def test_a_threshold_told_by_the_items_is_trusted_by_how_many_they_are() -> None:
    few, many = np.arange(10.0), np.arange(1_000.0)
    found = [
        Calibration(np.ones(5), at_share(among, 0.5), among).confidence(np.array([at_share(among, 0.3)]))[0]
        for among in (few, many)
    ]
    assert found[0] < found[1]
