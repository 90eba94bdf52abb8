"""Codes of a film in one plane."""

from __future__ import annotations

import msgspec
import numpy as np
from fakes import pictures

from aetui.filming.cloud import aligned, cloud


def test_a_plane_that_turned_by_itself_between_two_epochs_is_turned_back() -> None:
    points = np.random.default_rng(0).normal(size=(50, 2)) * (3, 1)
    points = points.astype(np.float32)
    angle = 2.0
    turn = np.array([[np.cos(angle), np.sin(angle)], [np.sin(angle), -np.cos(angle)]])
    before, after = aligned([(points @ turn).astype(np.float32), points])
    np.testing.assert_allclose(before, points, atol=1e-5)
    np.testing.assert_array_equal(after, points)


def test_no_distance_changes_and_codes_that_are_not_finite_stay_so() -> None:
    points = np.random.default_rng(1).normal(size=(2, 30, 2)).astype(np.float32)
    points[0][3] = np.nan
    before, _ = aligned(list(points))
    assert not np.isfinite(before[3]).any()
    there = np.delete(np.arange(30), 3)
    for found in (before, points[0]):
        away = np.linalg.norm(found[there][:, None] - found[there], axis=2)
        if found is before:
            turned = away
    np.testing.assert_allclose(turned, away, atol=1e-5)


def test_the_axes_hold_the_codes_of_all_epochs_and_two_numbers_stay_where_they_are() -> None:
    samples = [pictures(epoch) for epoch in (1, 5)]
    found = cloud(samples, 2, [str(digit) for digit in range(10)])
    assert found is not None
    np.testing.assert_array_equal(found.points[0], samples[0].views["points"])
    every = np.concatenate(found.points)
    assert (found.low <= every.min(axis=0)).all()
    assert (found.high >= every.max(axis=0)).all()
    assert found.names == [str(digit) for digit in range(10)]


def test_an_epoch_without_codes_and_codes_of_which_none_is_finite_make_no_plane() -> None:
    whole = pictures(1)
    assert cloud([whole, whole.with_views(points=None)], 2, []) is None
    lost = msgspec.structs.replace(whole).with_views(points=np.full((200, 2), np.nan, np.float32))
    assert cloud([lost, lost], 2, []) is None
