from __future__ import annotations

from math import inf, nan

from aetui.render.spark import BARS, sparkline


def test_heights_are_shares_of_the_highest_value() -> None:
    assert sparkline(range(8), 20) == BARS
    assert sparkline([0.5, 0.5], 20, top=1) == "▅▅"
    assert sparkline([-1, 0, 1], 20) == "▁▅█"


def test_more_values_than_room_are_thinned_and_end_with_the_last() -> None:
    text = sparkline([*[0.0] * 999, 1.0], 10)
    assert text == "▁" * 9 + "█"


def test_nothing_breaks_it() -> None:
    assert sparkline([], 10) == ""
    assert sparkline([1.0], 0) == ""
    assert sparkline([0.0, 0.0], 10) == "▁▁"
    assert sparkline([nan, inf, 1.0], 10) == "××█"
