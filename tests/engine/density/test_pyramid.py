"""Counts are held against comparing every point with the borders of the cells."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.density.building import MOST_CLASSES, build
from engine.density.pyramid import Grid, Pyramid

RANDOM = np.random.default_rng(17)
CLOUD = np.concatenate([RANDOM.normal(size=(4_000, 2)), RANDOM.normal(5, 0.01, (6_000, 2))])
HALVES = RANDOM.integers(0, 9, (3_000, 2)) / 2
POINTS = {
    "two clouds, one of them small": CLOUD,
    "single precision": CLOUD.astype(np.float32),
    "whole and half numbers": HALVES,
    "every point many times": np.repeat(CLOUD[:50], 40, axis=0),
    "all the same": np.full((500, 2), 3.25),
    "one": np.array([[1.0, -2.0]]),
    "on a line": np.stack([np.linspace(-1, 1, 2_000), np.zeros(2_000)], axis=1),
    "far from zero": CLOUD * 1e-6 + 1e6,
    "tiny": CLOUD * 1e-250,
    "huge": CLOUD * 1e306,
    "one far away": np.append(CLOUD, [[1e12, -1e12]], axis=0),
    "some that are not finite": np.where(RANDOM.random(CLOUD.shape) < 0.1, np.nan, CLOUD),
}


@pytest.fixture(autouse=True)
def larger_bins(monkeypatch: pytest.MonkeyPatch) -> None:
    """256 across and not 4,096, as tests/benchmarks has: with so few points a hundredth of the time is enough."""
    monkeypatch.setattr("engine.density.building._SHIFT", 24)


def counted_one_by_one(points: NDArray, pyramid: Pyramid, grid: Grid) -> NDArray[np.int64]:
    x, y = pyramid.edges(grid)
    points = np.asarray(points, np.float64)
    column = (points[:, :1] >= x).sum(axis=1) - 1
    row = (points[:, 1:] >= y).sum(axis=1) - 1
    inside = np.isfinite(points).all(axis=1) & (column >= 0) & (column < grid.columns) & (row >= 0) & (row < grid.rows)
    cell = row[inside] * grid.columns + column[inside]
    return np.bincount(cell, minlength=grid.rows * grid.columns).reshape(grid.rows, grid.columns)


def windows(pyramid: Pyramid, points: NDArray) -> list[Grid]:
    """The whole, and ever smaller ones round a point, in several shapes, down to the smallest squares."""
    low, high = pyramid.whole()
    finite = np.asarray(points, np.float64)[np.isfinite(points).all(axis=1)]
    about = finite[len(finite) // 2]
    found = []
    for columns, rows in ((31, 9), (7, 20)):
        for zoom in (0, 1, 3, 8, 12, 17, 22, 28):
            near = about + (low - about) / 2**zoom, about + (high - about) / 2**zoom
            found.append(pyramid.grid(tuple(near[0]), tuple(near[1]), columns, rows))
    return found


@pytest.mark.parametrize("points", POINTS.values(), ids=POINTS.keys())
def test_counts_are_those_of_looking_at_every_point(points: NDArray, monkeypatch: pytest.MonkeyPatch) -> None:
    pyramid = build(points)
    grids = windows(pyramid, points)
    assert pyramid.counts(grids[0]).sum() >= 0.97 * len(pyramid)
    for few in (0, 100_000):  # by squares, and one by one
        monkeypatch.setattr("engine.density.pyramid.FEW", few)
        for grid in grids:
            assert (pyramid.counts(grid) == counted_one_by_one(points, pyramid, grid)).all(), grid


def test_counts_of_classes_are_those_of_each_class_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    labels = RANDOM.integers(-1, 3, len(CLOUD))
    pyramid = build(CLOUD, labels, ("a", "b", "c"))
    assert pyramid.names == ("a", "b", "c", "no class")
    for place, grid in enumerate(windows(pyramid, CLOUD)):
        monkeypatch.setattr("engine.density.pyramid.FEW", place % 2 * 100_000)
        monkeypatch.setattr("engine.density.pyramid._MANY", place % 4 * 100_000)
        counts = pyramid.by_class(grid)
        for each in range(4):
            own = CLOUD[labels == (each if each < 3 else -1)]
            assert (counts[each] == counted_one_by_one(own, pyramid, grid)).all()
        assert (counts.sum(axis=0) == pyramid.counts(grid)).all()


@pytest.mark.parametrize("few", [10, 100_000])
def test_points_in_a_rectangle_are_named_by_their_numbers(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.density.pyramid.FEW", few)
    pyramid = build(CLOUD, np.arange(len(CLOUD)) % 2, ("even", "odd"))
    for grid in windows(pyramid, CLOUD)[:9]:
        x, y = pyramid.edges(grid)
        found = pyramid.within((x[3], y[2]), (x[6], y[5]))
        inside = ((x[3], y[2]) <= CLOUD).all(axis=1) & ((x[6], y[5]) > CLOUD).all(axis=1)
        assert found.items.tolist() == np.flatnonzero(inside).tolist()
        assert len(found.items) == pyramid.counts(grid)[2:5, 3:6].sum()
        assert len(found.items) == pyramid.count_within((x[3], y[2]), (x[6], y[5]))
        assert (found.labels == found.items % 2).all()
        assert found.points == pytest.approx(CLOUD[inside], abs=1e-6)
        seen = pyramid.points(grid)
        assert len(seen.items) == pyramid.counts(grid).sum()


def test_what_is_not_finite_or_too_far_away_is_counted_and_items_keep_their_numbers() -> None:
    points = np.array([[np.nan, 0], *np.linspace(0, 1, 1_000)[:, None].repeat(2, axis=1), [1e9, 0], [np.inf, 1]])
    pyramid = build(points)
    assert (len(pyramid), pyramid.missing, pyramid.outside) == (1_000, 2, 1)
    assert pyramid.within((0.0, 0.0), (0.0005, 0.0005)).items.tolist() == [1]
    nothing = build(np.full((3, 2), np.nan))
    low, high = nothing.whole()
    assert nothing.counts(nothing.grid(tuple(low), tuple(high), 9, 4)).sum() == 0


def test_too_many_classes_are_none() -> None:
    names = tuple(map(str, range(MOST_CLASSES + 1)))
    assert build(CLOUD, np.zeros(len(CLOUD), np.int64), names).names == ()


def test_who_reports_can_stop() -> None:
    class Stopped(Exception):
        pass

    def report(activity: str, done: int, total: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        build(CLOUD, report=report)


@pytest.mark.parametrize("points", [np.zeros(4), np.zeros((4, 3))])
def test_other_shapes_are_refused(points: NDArray) -> None:
    with pytest.raises(ValueError, match="expected points"):
        build(points)
