from __future__ import annotations

import numpy as np
import pytest

from aetui.render.plane.dots import NOBODY
from aetui.render.plane.shades import affordable, by_class, by_count, digits, level_of, without_short

RANDOM = np.random.default_rng(2)


@pytest.mark.parametrize("counts", [RANDOM.integers(0, 10**6, (55, 190)), RANDOM.poisson(3, (55, 190)) ** 4])
def test_noise_takes_no_more_bytes_than_there_are(counts: np.ndarray) -> None:
    assert affordable(by_count(counts, dark=True, colours=True).picture)
    classes = np.stack([counts, counts[::-1], counts[:, ::-1]])
    assert affordable(by_class(classes, ("a", "b", "c"), dark=True, colours=True))


def test_more_points_never_have_a_lower_level_and_none_have_none() -> None:
    for levels in (2, 3, 8):
        level = level_of(np.arange(5_000), 4_999, levels)
        assert (np.diff(level) >= 0).all()
        assert (level[0], level[1], level[-1]) == (0, 1, levels)


def test_digits_are_the_counts() -> None:
    picture = digits(np.array([[0, 1, 9, 10, 500]]))
    assert "".join(map(chr, picture.chars[0])) == " 19++"


def test_a_cell_has_the_mark_of_its_most_frequent_class_or_is_full_of_its_colour() -> None:
    classes = np.array([[[0, 3, 0, 900]], [[0, 1, 2, 100]]])
    picture = by_class(classes, ("cat", "dog"), dark=True, colours=True)
    assert "".join(map(chr, picture.chars[0])) == " CD "
    assert picture.owner[0, 0] == NOBODY
    assert picture.styles[picture.owner[0, 3]].bgcolor == picture.styles[picture.owner[0, 1]].color


def test_short_stretches_become_what_is_left_of_them() -> None:
    rows = np.array([[1, 1, 1, 2, 1, 1, 3, 3], [2, 1, 1, 1, 1, 2, 2, 2], [-1, 1, 1, 1, 2, 3, 1, 3]])
    expected = [[1, 1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 2, 2, 2], [-1, 1, 1, 1, 1, 1, 1, 1]]
    assert without_short(rows, 3).tolist() == expected
