"""What is left of a long run gets sparser with its age, and depends on nothing but the newest epoch and the window."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.runs.thinning import thinned, widest


def test_distances_double_with_the_age() -> None:
    assert sorted(thinned(range(1, 33), 32, 4)) == [8, 16, 20, 24, 26, 28, 29, 30, 31, 32]
    assert thinned(range(1, 33), 32, 0) == set()
    left = sorted(thinned(range(1, 100_001), 100_000, 100))
    gaps = [after - before for before, after in pairwise(left)]
    assert gaps == sorted(gaps, reverse=True)
    assert left[-100:] == list(range(99_901, 100_001))
    assert len(left) < 100 + 50 * 11


@given(newest=st.integers(1, 500), later=st.integers(0, 300), window=st.integers(0, 80), narrower=st.integers(0, 80))
def test_nothing_that_went_would_have_to_come_back(newest: int, later: int, window: int, narrower: int) -> None:
    window, narrower = max(window, narrower), min(window, narrower)
    first = thinned(range(1, newest + 1), newest, window)
    second = thinned(range(1, newest + later + 1), newest + later, narrower)
    assert second & set(range(1, newest + 1)) <= first


@pytest.mark.parametrize(("room", "most"), [(10**9, 50), (10**9, 7), (400, 50), (200, 50), (25, 50)])
def test_the_widest_window_is_as_wide_as_there_is_room(room: int, most: int) -> None:
    sizes = dict.fromkeys(range(1, 51), 10)
    found = widest(sizes, 50, {1, 3, 50}, room, most)
    assert found <= most

    def left(window: int) -> int:
        return 10 * len(thinned(sizes, 50, window) | {1, 3, 50})

    assert left(found) <= room or found == 0
    assert found == most or left(found + 1) > room
