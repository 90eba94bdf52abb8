from __future__ import annotations

import numpy as np

from engine.analysis.nearest import Nearest


def test_the_nearest_of_twenty_points_are_those_that_measuring_every_code_finds() -> None:
    random = np.random.default_rng(0)
    codes = (random.normal(0, 1, (3_000, 32)) + 1_000).astype(np.float32)  # far from 0, where squares hide differences
    finder = Nearest(codes)
    for pin in random.integers(0, len(codes), 20):
        code = codes[pin] + random.normal(0, 0.01, 32).astype(np.float32)
        every = np.linalg.norm(codes.astype(np.float64) - code.astype(np.float64), axis=1)
        places, distances = finder.of(code, 10)
        np.testing.assert_array_equal(places, np.argsort(every, kind="stable")[:10])
        np.testing.assert_allclose(distances, np.sort(every)[:10])


def test_of_equal_ones_the_first_comes_first_and_of_few_all_come() -> None:
    finder = Nearest(np.float32([[1], [0], [1], [np.nan]]))
    places, distances = finder.of(np.float32([1]), 9)
    np.testing.assert_array_equal(places, [0, 2, 1, 3])
    np.testing.assert_allclose(distances, [0, 0, 1, 1])
