from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aetui.render.series import decimate, nice_ticks, tick_labels


def test_a_short_series_is_kept_as_it_is() -> None:
    x, y = decimate([1, 2, 3], [0.3, 0.2, 0.1], 100)
    assert x.tolist() == [1, 2, 3]
    assert y.tolist() == [0.3, 0.2, 0.1]


def test_decimation_keeps_what_stands_out_and_at_most_two_points_a_column() -> None:
    y = np.linspace(1, 0, 5000)
    y[1234], y[4000] = 7, -7
    few_x, few = decimate(np.arange(5000), y, 90)
    assert len(few) <= 180
    assert few.max() == 7
    assert few.min() == -7
    assert (np.diff(few_x) > 0).all()


def test_a_value_that_is_not_finite_breaks_the_decimated_curve_once() -> None:
    y = np.ones(1000)
    y[500:502] = np.nan, np.inf
    _, few = decimate(np.arange(1000), y, 10)
    assert np.isnan(few).sum() == 1


@pytest.mark.parametrize(
    ("low", "high", "count", "labels"),
    [
        (0.0118, 0.0634, 5, ["0.02", "0.03", "0.04", "0.05", "0.06"]),
        (1, 50, 6, ["10", "20", "30", "40", "50"]),
        (1, 5000, 8, ["1,000", "2,000", "3,000", "4,000", "5,000"]),
        (0, 1e-5, 4, ["0", "5e-6", "1e-5"]),
        (0.2, 0.4, 3, ["0.2", "0.3", "0.4"]),
    ],
)
def test_ticks_are_round_and_their_labels_without_noise(low: float, high: float, count: int, labels: list[str]) -> None:
    assert tick_labels(nice_ticks(low, high, count)) == labels


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6), st.integers(1, 20))
@example(887305.0, 2.399883598098354e-06, 15)
def test_ticks_lie_in_the_range_and_are_not_too_many(low: float, span: float, count: int) -> None:
    ticks = nice_ticks(low, low + span, count)
    assert len(ticks) <= count
    high = low + span
    # The quotient by the step, its rounding, the step and the tick are each off by half an ulp of a bound at most:
    # more than a small part of a range that is 1e-12 of its place.
    slack = span * 1e-6 + 4 * math.ulp(max(abs(low), abs(high)))
    assert all(low - slack <= tick <= high + slack for tick in ticks)


@given(st.floats(1e-6, 1e6), st.floats(1e-3, 1e6), st.integers(3, 20))
def test_there_are_at_least_two_ticks_where_three_are_allowed(low: float, relative: float, count: int) -> None:
    high = low * (1 + relative)
    assert len(nice_ticks(low, high, count)) >= 2


def test_whole_ticks_for_epochs() -> None:
    assert nice_ticks(1, 3, 8, whole=True) == [1, 2, 3]
