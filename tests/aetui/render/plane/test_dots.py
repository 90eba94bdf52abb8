from __future__ import annotations

import numpy as np
import pytest

from aetui.render.plane.colouring import STEPS, ByClass, ByNumber, coloured
from aetui.render.plane.dots import NOBODY, dots, seen
from aetui.render.plane.window import Window, around, cut

CELLS = cut(Window(0, 0, 10, 5), 10, 5)


def test_a_point_on_a_border_is_seen_in_the_cell_that_the_cells_say() -> None:
    points = np.array([[0, 0], [10, 5], [3, 2], [9.999, 4.999]])
    found = seen(points, CELLS)
    where = [(int(y) // 4, int(x) // 2) for x, y in zip(found.x, found.y, strict=True)]
    assert where == [CELLS.at(*point) for point in points.tolist()] == [(4, 0), (0, 9), (2, 3), (0, 9)]


def test_points_outside_or_not_finite_are_not_seen() -> None:
    points = np.array([[np.nan, 1], [1, np.inf], [-0.1, 1], [1, 5.1], [1e308, 1], [1, 1]])
    assert seen(points, CELLS).which.tolist() == [5]


def test_every_point_has_its_dot() -> None:
    points = np.array([[0.1, 4.9], [0.9, 4.9], [0.1, 4.1], [0.9, 4.1]])
    picture = dots(seen(points, CELLS), coloured(None, 4, dark=True), CELLS)
    assert chr(int(picture.chars[0, 0])) == "⣉"
    assert (picture.owner != NOBODY).sum() == 1


def test_a_cell_belongs_to_the_majority_and_of_numbers_it_has_the_mean() -> None:
    points = np.full((3, 2), 0.5)
    by_class = coloured(ByClass(np.array([0, 1, 1]), ("a", "b")), 3, dark=True)
    assert dots(seen(points, CELLS), by_class, CELLS, letters=True).owner[4, 0] == 1
    values = np.array([0.0, 7.0, 7.0, *np.linspace(0, 7, 50)])
    everything = np.concatenate([points, np.full((50, 2), 9.5)])
    by_number = coloured(ByNumber(values, "error"), 53, dark=True)
    assert dots(seen(everything, CELLS), by_number, CELLS).owner[4, 0] == round((0 + 7 + 7) / 3)


def test_numbers_that_are_not_finite_and_classes_that_are_not_known_have_a_group_of_their_own() -> None:
    by_number = coloured(ByNumber(np.array([1.0, np.nan, 2.0]), "error"), 3, dark=True)
    assert (by_number.members.tolist(), by_number.names[-1]) == ([0, STEPS, STEPS - 1], "no value")
    by_class = coloured(ByClass(np.array([0, -1]), ("a",)), 2, dark=True)
    assert (by_class.members.tolist(), by_class.names) == ([0, 1], ("a", "no class"))


def test_one_far_number_leaves_the_others_their_colours() -> None:
    values = np.append(np.linspace(0, 1, 200), 1e6)
    members = coloured(ByNumber(values, "error"), 201, dark=True).members
    assert set(members.tolist()) == set(range(STEPS))


@pytest.mark.parametrize("points", [np.zeros((0, 2)), np.zeros((5, 2)), np.full((3, 2), 1e300)])
def test_the_whole_has_room_round_points_that_are_none_or_all_the_same(points: np.ndarray) -> None:
    window = around(points)
    assert window.width > 0
    assert window.height > 0
    assert len(seen(points, cut(window, 20, 10)).which) == len(points)


def test_zooming_keeps_a_point_where_it_is_and_ends_where_floats_do() -> None:
    window = Window(0, 0, 8, 4)
    assert window.zoomed(0.5, (2, 1)) == Window(1, 0.5, 5, 2.5)
    for _ in range(200):
        window = window.zoomed(0.5, (1, 1))
    assert window.width > 0
