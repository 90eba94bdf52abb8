from __future__ import annotations

import numpy as np
import pytest

from engine.analysis.paths import grid, spherical, straight

FIRST, LAST = np.float32([2, 0, 0]), np.float32([0, 4, 0])


@pytest.mark.parametrize("way", [straight, spherical])
def test_a_way_begins_and_ends_at_its_codes(way: object) -> None:
    found = way(FIRST, LAST, 5)  # type: ignore[operator]
    assert found.shape == (5, 3)
    np.testing.assert_allclose(found[[0, -1]], [FIRST, LAST], atol=1e-6)


def test_an_arc_turns_evenly_and_its_lengths_lie_in_between() -> None:
    found = spherical(FIRST, LAST, 4)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), np.linspace(2, 4, 4), rtol=1e-6)
    np.testing.assert_allclose(np.arctan2(found[:, 1], found[:, 0]), np.linspace(0, np.pi / 2, 4), atol=1e-6)


@pytest.mark.parametrize("last", [3 * FIRST, -FIRST, 0 * FIRST])
def test_where_there_is_no_arc_the_way_is_straight(last: np.ndarray) -> None:
    np.testing.assert_array_equal(spherical(FIRST, last, 6), straight(FIRST, last, 6))


def test_a_grid_has_its_pins_at_three_corners() -> None:
    corner = np.float32([0, 0, 1])
    found = grid(corner, FIRST, LAST, 4, 3)
    assert found.shape == (3, 4, 3)
    np.testing.assert_allclose(found[0, 0], corner)
    np.testing.assert_allclose(found[0, -1], FIRST)
    np.testing.assert_allclose(found[-1, 0], LAST)
