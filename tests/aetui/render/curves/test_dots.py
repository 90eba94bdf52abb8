from __future__ import annotations

import numpy as np
import pytest

from aetui.render import plot
from aetui.render.curves.dots import BLANK, halftone, pack, thickened, unpack


def test_dots_and_cells_are_the_same_both_ways() -> None:
    cells = np.arange(256, dtype=np.uint8).reshape(8, 32)
    assert (pack(unpack(cells)) == cells).all()
    dots = unpack(np.array([[ord("⠇") - BLANK]], np.uint8))
    assert dots[:, 0].tolist() == [True, True, True, False]


@pytest.mark.parametrize("size", [(8, 1), (60, 8), (230, 40)])
def test_a_curve_reaches_from_corner_to_corner(size: tuple[int, int]) -> None:
    dots = plot.dots(np.array([1.0, 50.0]), np.array([0.2, 0.9]), size, (1, 50), (0.2, 0.9))
    assert dots.shape == (4 * size[1], 2 * size[0])
    assert dots[-1, 0]
    assert dots[0, -1]
    assert dots.any(axis=0).all()


def test_a_gap_in_the_values_is_a_gap_in_the_curve() -> None:
    x, y = np.arange(5.0), np.array([1, 1, np.nan, 1, 1])
    dots = plot.dots(x, y, (20, 2), (0, 4), (0, 2))
    assert dots.any(axis=0)[[0, 9, 30, 39]].all()
    assert not dots[:, 14:26].any()


def test_thick_strokes_lose_no_dot_and_have_two_everywhere() -> None:
    x = np.arange(1, 51.0)
    dots = plot.dots(x, np.exp(-x / 4), (30, 6), (1, 50), (0, 0.8))
    thick = thickened(dots)
    assert (thick | dots == thick).all()
    assert (thick.sum(axis=0) >= 2).all()


def test_a_band_shows_its_ends_in_each_column_and_is_thinner_between() -> None:
    dots = halftone(np.array([9, 9, 0]), np.array([2, 3, 5]), 12)
    assert dots[:, 0].nonzero()[0].tolist() == [2, 4, 6, 8, 9]
    assert dots[:, 1].nonzero()[0].tolist() == [3, 5, 7, 9]
    assert not dots[:, 2].any()
