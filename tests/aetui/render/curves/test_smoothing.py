from __future__ import annotations

import numpy as np

from aetui.render.curves.smoothing import STRENGTHS, reach, smoothed


def test_the_average_is_the_recursive_one_without_its_bias_at_the_start() -> None:
    values = np.random.default_rng(0).random(300)
    keep, total, weight, expected = float(np.exp(-1 / 20)), 0.0, 0.0, []
    for value in values:
        total, weight = total * keep + value, weight * keep + 1
        expected.append(total / weight)
    np.testing.assert_allclose(smoothed(values, 20), expected)


def test_values_that_are_not_finite_stay_and_count_for_nothing() -> None:
    values = np.full(200, 3.0)
    values[[0, 70]] = np.nan, np.inf
    found = smoothed(values, 5)
    assert np.isnan(found[0])
    assert found[70] == np.inf
    np.testing.assert_allclose(np.delete(found, [0, 70]), 3)


def test_longer_runs_are_averaged_over_more_epochs_in_round_numbers() -> None:
    assert [[reach(strength, epochs) for strength in STRENGTHS] for epochs in (1, 50, 3_000, 100_000)] == [
        [0, 3, 8],
        [0, 3, 8],
        [0, 60, 200],
        [0, 2_000, 8_000],
    ]
