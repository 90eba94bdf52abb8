from __future__ import annotations

import numpy as np
import pytest

from engine.features.measures import scores, together

SURE = np.array([[0.95, 0.05], [0.95, 0.05], [0.95, 0.05], [0.35, 0.65]], np.float64)
LABELS = np.array([0, 0, 1, 1])


def test_figures_are_those_that_their_formulas_give() -> None:
    found = scores(SURE, LABELS)
    assert found.accuracy == 0.75
    # Three items at 0.95, of which two are right; one at 0.65, which is.
    assert found.ece == pytest.approx((3 * abs(2 / 3 - 0.95) + abs(1 - 0.65)) / 4)
    assert found.brier == pytest.approx((2 * 2 * 0.05**2 + 2 * 0.95**2 + 2 * 0.35**2) / 4)
    assert found.nll == pytest.approx(-np.log([0.95, 0.95, 0.05, 0.65]).mean())
    assert found.confusion == ((2, 0), (1, 1))
    assert [each.items for each in found.reliability] == [0, 0, 0, 0, 0, 0, 1, 0, 0, 3]
    assert found.reliability[-1].accuracy == pytest.approx(2 / 3)


def test_probabilities_that_mean_what_they_say_have_no_calibration_error() -> None:
    probabilities = np.tile([0.75, 0.25], (400, 1))
    assert scores(probabilities, np.repeat([0, 1], [300, 100])).ece == pytest.approx(0)
    assert scores(probabilities, np.repeat([0, 1], [100, 300])).ece == pytest.approx(0.5)


def test_what_is_impossible_and_happens_is_bad_and_finite() -> None:
    assert np.isfinite(scores(np.array([[1.0, 0.0]]), np.array([1])).nll)


def test_several_are_counted_together() -> None:
    one, other = scores(SURE, LABELS), scores(SURE[:, ::-1], LABELS)
    matrix, bins = together((one, other))
    assert matrix == ((2, 2), (2, 2))
    assert bins[-1].items == 6
    assert bins[-1].accuracy == pytest.approx(0.5)
