from __future__ import annotations

import numpy as np
import pytest

from aetui.render.curves.time_axis import Clock, Window, extent, panned, ticks, zoomed

WHOLE = (1.0, 100.0)


def test_an_ended_run_fits_and_one_that_goes_on_has_a_little_room() -> None:
    assert extent(1, 58, 3000, going=False) == (1, 58)
    for newest in (5, 58, 1000):
        first, end = extent(1, newest, 3000, going=True)
        assert (first, newest < end <= 1.2 * newest + 1) == (1, True)
    assert extent(1, 2950, 3000, going=True) == (1, 3000)
    assert extent(0, 0.3, 50, going=True) == (0, 1)
    assert extent(1, 1, 1, going=False) == (1, 2)


def test_the_axis_stays_for_several_epochs() -> None:
    assert len({extent(1, newest, 3000, going=True) for newest in range(100, 200)}) <= 7


def test_zoom_keeps_its_place_and_ends_at_all_of_the_run() -> None:
    window = zoomed(WHOLE, WHOLE, 0.5, 30)
    assert window is not None
    start, end = window.within(WHOLE)
    assert end - start == pytest.approx(49.5)
    assert (30 - start) / (end - start) == pytest.approx(29 / 99)
    assert zoomed((start, end), WHOLE, 2, 30) is None


def test_a_window_at_the_end_goes_along_with_the_run_until_it_is_moved() -> None:
    window = zoomed(WHOLE, WHOLE, 0.5, 100)
    assert window is not None
    assert window.within((1, 200)) == (150.5, 200)
    back = panned(window.within(WHOLE), WHOLE, -0.25)
    assert back is not None
    assert back.within((1, 200)) == back.within(WHOLE) == (50.5 - 49.5 / 4, 100 - 49.5 / 4)
    assert panned(back.within(WHOLE), WHOLE, 9) == Window(49.5, None)
    assert panned(WHOLE, WHOLE, 1) is None


def test_a_clock_tells_steps_and_seconds_and_which_epoch_they_are() -> None:
    clock = Clock(np.array([1.0, 2.0, 4.0]), np.array([10.0, 30.0, 50.0]))
    assert clock.of([0, 0.5, 1, 3, 8]).tolist() == [0, 5, 10, 40, 100]
    assert [clock.epoch(read) for read in (5, 40, 100)] == [0.5, 3, 8]
    assert Clock().of(7) == 7 == Clock().epoch(7)


def test_a_clock_goes_on_as_fast_as_in_the_last_epochs() -> None:
    clock = Clock(np.arange(1.0, 11), np.array([90.0, *range(91, 100)]))
    assert clock.of(12) == 101
    assert clock.epoch(101) == 12


def test_times_have_round_ticks_in_units_that_people_use() -> None:
    assert [label for _, label in ticks((0, 9000), 60, "seconds")] == ["0 s", "30 min", "1 h", "1.5 h", "2 h", "2.5 h"]
    assert [label for _, label in ticks((0, 3), 40, "seconds")] == ["0 s", "1 s", "2 s", "3 s"]
    assert [label for _, label in ticks((1, 58), 60, "epochs")] == ["10", "20", "30", "40", "50", "1"]
