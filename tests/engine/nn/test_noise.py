from __future__ import annotations

import math

import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray

from engine.nn import noise

ROWS, SIZE = 2_000, 101


def drawn(kind: str, seed: tuple[int, int] = (1, 2), rows: list[int] | None = None) -> NDArray[np.float32]:
    places = tf.range(ROWS) if rows is None else tf.constant(rows)
    found: NDArray[np.float32] = getattr(noise, kind)(tf.constant(seed), places, SIZE).numpy()
    return found


def error(power: int) -> float:
    """Five standard errors of the mean of the `power`-th power of normal numbers."""
    return 5 * math.sqrt(math.prod(range(1, 2 * power, 2)) / (ROWS * SIZE))


def test_normal_numbers_have_the_moments_of_a_normal_distribution() -> None:
    x = drawn("normal").astype(np.float64)
    for power, moment in ((1, 0), (2, 1), (3, 0), (4, 3)):
        assert np.mean(x**power) == pytest.approx(moment, abs=error(power))


def test_uniform_numbers_fill_the_open_interval_evenly() -> None:
    x = drawn("uniform")
    assert 0 < x.min() < 1e-3
    assert 1 - 1e-3 < x.max() < 1
    counts = np.histogram(x, 50, (0, 1))[0]
    expected = ROWS * SIZE / 50
    assert ((counts - expected) ** 2 / expected).sum() < 49 + 5 * math.sqrt(2 * 49)


@pytest.mark.parametrize("shift", [(1, 0), (0, 1), (7, 0), (0, SIZE // 2 + 1)])
def test_neighbours_know_nothing_of_each_other(shift: tuple[int, int]) -> None:
    x = drawn("normal")
    other = np.roll(x, shift, (0, 1))
    assert abs(np.mean(x * other)) < error(1)


def test_rows_depend_on_seed_and_number_only_not_on_their_company() -> None:
    np.testing.assert_array_equal(drawn("uniform", rows=[7, 3, 7]), drawn("uniform")[[7, 3, 7]])
    for other in ((1, 3), (2, 2), (2, 1)):
        assert abs(np.mean(drawn("normal") * drawn("normal", other))) < error(1)
