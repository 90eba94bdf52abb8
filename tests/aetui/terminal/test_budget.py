"""What waits while too much goes to the terminal."""

from __future__ import annotations

import pytest

from aetui.terminal.budget import CURVES, PICTURES, PROGRESS, Budget

SECONDS = 120


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def played(rate: float, *sizes: int) -> tuple[Budget, list[int]]:
    """Two minutes in which progress, curves and pictures take `sizes` bytes and are wanted all the time."""
    clock = Clock()
    budget = Budget(rate, clock)
    intervals, patience = (0.125, 0.4, 1.5), (PROGRESS, CURVES, PICTURES)
    last, drawn = [-9.0, -9.0, -9.0], [0, 0, 0]
    for tick in range(SECONDS * 50):
        clock.now = tick / 50
        for place, size in enumerate(sizes):
            if budget.wait(intervals[place], last[place], patience[place]) <= 1e-9:
                budget.wrote(size)
                last[place] = clock.now
                drawn[place] += 1
    return budget, drawn


def test_what_fits_is_hardly_delayed() -> None:
    _, drawn = played(18_000, 200, 1_000, 10_000)
    assert drawn == pytest.approx([SECONDS / 0.14, SECONDS / 0.4, SECONDS / 1.5], rel=0.1)


@pytest.mark.parametrize(("rate", "pictures"), [(18_000, 60_000), (3_500, 40_000)])
def test_the_rate_is_kept_and_pictures_wait_first_but_not_for_ever(rate: float, pictures: int) -> None:
    budget, (progress, curves, drawn) = played(rate, 300, 4_000, pictures)
    assert budget.written / SECONDS <= rate * 1.11
    full = (SECONDS / 0.14, SECONDS / 0.4, SECONDS / 1.5)
    kept = [count / most for count, most in zip((progress, curves, drawn), full, strict=True)]
    assert kept[0] > kept[1] > kept[2] > 0
    assert drawn >= 2


def test_the_wait_that_is_told_is_the_one_it_takes() -> None:
    clock = Clock()
    budget = Budget(1_000, clock)
    budget.wrote(2_000)
    wait = budget.wait(1.5, 0.0, PICTURES)
    clock.now = wait - 0.01
    assert budget.wait(1.5, 0.0, PICTURES) > 0
    clock.now = wait + 0.01
    assert budget.wait(1.5, 0.0, PICTURES) == 0


def test_what_keys_made_is_forgotten_after_a_while() -> None:
    clock = Clock()
    budget = Budget(1_000, clock)
    budget.wrote(10_000_000)
    clock.now = 151
    assert budget.wait(1.5, 149.0, PICTURES) == 0
