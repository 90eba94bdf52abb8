from __future__ import annotations

import numpy as np
from generators import outcome

from engine.features.lbfgs import minimised


def test_it_finds_the_bottom_of_a_narrow_valley() -> None:
    scales = np.array([1.0, 100.0, 10_000.0])

    def valley(at: np.ndarray) -> tuple[float, np.ndarray]:
        return float(0.5 * scales @ (at - 1) ** 2), scales * (at - 1)

    np.testing.assert_allclose(outcome(minimised(valley, np.zeros(3), 100, 1e-8)), 1, atol=1e-8)


def test_it_gives_control_back_at_every_look_and_stops_where_it_is_told_to() -> None:
    looks = 0

    def slope(at: np.ndarray) -> tuple[float, np.ndarray]:
        nonlocal looks
        looks += 1
        return float(np.logaddexp(0, -at).sum()), -1 / (1 + np.exp(at))

    steps = list(minimised(slope, np.zeros(2), 7, 1e-12))
    assert steps[-1] == 6
    assert looks == len(steps) + 1  # one where it begins
