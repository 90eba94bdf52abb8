from __future__ import annotations

import numpy as np
import pytest

from engine.analysis import plane

RANDOM = np.random.default_rng(0)


def ellipsoid(count: int, width: int) -> np.ndarray:
    """Codes whose first two principal components are clear."""
    spread = np.r_[9.0, 4.0, np.ones(width - 2)]
    turned = np.linalg.qr(RANDOM.standard_normal((width, width)))[0]
    return ((RANDOM.standard_normal((count, width)) * spread) @ turned + 5).astype(np.float32)


def test_items_are_the_first_of_each_class_in_ascending_order() -> None:
    labels = np.array([1, 0, 1, 1, 0, 7])
    places = plane.items(labels, per_class=2)
    assert places.tolist() == [0, 1, 2, 4, 5]
    assert places.dtype == np.int64
    assert plane.items(np.zeros(0, np.int64)).shape == (0,)


def test_codes_of_two_numbers_are_points_as_they_are_and_one_number_lies_on_the_axis() -> None:
    codes = np.float32([[1, 2], [3, -4]])
    assert np.array_equal(plane.project(codes), codes)
    assert plane.project(codes[:, :1]).tolist() == [[1, 0], [3, 0]]
    assert plane.project(codes).dtype == np.float32


@pytest.mark.parametrize("width", [3, 40, plane.WIDEST_EXACT + 1])
def test_wider_codes_are_seen_along_their_first_two_principal_components(width: int) -> None:
    codes = ellipsoid(300, width)
    centred = codes.astype(np.float64) - codes.mean(axis=0)
    left, scales, _ = np.linalg.svd(centred, full_matrices=False)
    points = plane.project(codes)
    for axis in range(2):
        expected = left[:, axis] * scales[axis]
        sign = np.sign(expected @ points[:, axis])
        assert points[:, axis] * sign == pytest.approx(expected, rel=1e-3, abs=1e-2)


def test_a_picture_does_not_flip_when_the_codes_change_a_little() -> None:
    codes = ellipsoid(200, 30)
    points = plane.project(codes)
    changed = plane.project(codes[::-1] + RANDOM.normal(0, 0.01, codes.shape).astype(np.float32))[::-1]
    assert np.allclose(points, changed, atol=0.2)


@pytest.mark.parametrize("width", [5, plane.WIDEST_EXACT + 1])
def test_codes_without_a_spread_or_without_items_are_drawn_all_the_same(width: int) -> None:
    assert not plane.project(np.full((7, width), 3, np.float32)).any()
    assert plane.project(np.zeros((0, width), np.float32)).shape == (0, 2)
    assert plane.project(np.ones((1, width), np.float32)).shape == (1, 2)


@pytest.mark.parametrize("width", [1, 2, 5])
def test_what_is_not_finite_or_huge_makes_finite_points(width: int) -> None:
    codes = RANDOM.standard_normal((20, width)).astype(np.float32)
    codes[3] = np.nan
    codes[4] = np.inf
    codes[5] = 1e30
    assert np.isfinite(plane.project(codes)).all()


def test_axes_bring_points_of_the_plane_back_to_their_codes() -> None:
    codes = np.random.default_rng(0).normal(0, [5, 3, 0.1, 0.1], (200, 4)).astype(np.float32)
    found = plane.axes(codes)
    np.testing.assert_allclose(found.points(codes), plane.project(codes), atol=1e-4)
    np.testing.assert_allclose(found.points(found.codes(found.points(codes))), found.points(codes), atol=1e-4)
    assert 0.99 < found.share < 1
    for width in (1, 2):
        few = plane.axes(codes[:, :width])
        np.testing.assert_allclose(few.codes(few.points(codes[:, :width])), codes[:, :width], atol=1e-6)
        assert few.share == 1


def test_a_choice_has_of_each_class_its_share_spread_over_the_part() -> None:
    labels = np.repeat([0, 1, 2], [900, 90, 1])
    places = plane.stratified(labels, 100)
    np.testing.assert_array_equal(np.bincount(labels[places]), [91, 9, 1])
    assert places[0] == 0
    assert np.diff(places[:91]).max() <= 10
    np.testing.assert_array_equal(plane.stratified(labels, 991), np.arange(991))
