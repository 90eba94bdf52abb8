from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aetui.render.curves.scale import chosen


def labels(low: float, high: float, rows: int, **options: bool | float) -> list[str]:
    return [label for _, label in chosen(np.linspace(low, high, 50), rows, **options).ticks]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("low", "high", "rows", "expected"),
    [
        (0.0158, 0.0634, 5, ["0.01", "0.02", "0.04", "0.06"]),
        (0.0082, 0.25, 13, ["0.008", "0.01", "0.02", "0.05", "0.1", "0.2"]),
        (93.1, 310, 13, ["90", "100", "150", "200", "250", "300"]),
        (-120, -80, 8, ["-120", "-110", "-100", "-90", "-80"]),
        (1e-5, 1, 8, ["1e-5", "0.0001", "0.001", "0.01", "0.1", "1"]),
        (0.0110, 0.0117, 5, ["0.0110", "0.0112", "0.0114", "0.0116"]),
    ],
)
def test_ticks_are_round_and_the_lowest_is_where_the_axis_begins(
    low: float, high: float, rows: int, expected: list[str]
) -> None:
    assert labels(low, high, rows) == expected
    scale = chosen([low, high], rows)
    assert scale.ticks[0][0] == scale.low


@given(st.floats(1e-6, 1e6), st.floats(1e-3, 1e6), st.integers(4, 40), st.booleans())
def test_there_are_at_least_four_ticks_each_in_a_line_of_its_own(low: float, more: float, rows: int, log: bool) -> None:
    scale = chosen([low, low * (1 + more)], rows, log=log)
    lines = [scale.row(at, rows) for at, _ in scale.ticks]
    assert 4 <= len(lines) == len(set(lines)) <= 12
    assert lines[0] == rows - 1
    assert len({label for _, label in scale.ticks}) == len(lines)


def test_the_axis_is_logarithmic_by_itself_where_the_range_asks_for_it() -> None:
    assert chosen([0.01, 0.2], 9).log
    assert not chosen([0.01, 0.03], 9).log
    assert not chosen([-1, 100], 9).log
    assert chosen([0.01, 0.03], 9, log=True).log
    assert not chosen([0.01, 0.2], 9, log=False).log
    assert not chosen([-3, -1], 9, log=True).log, "no value has a logarithm"


def test_a_few_values_far_out_do_not_make_the_axis_longer_but_a_curve_that_falls_is_whole() -> None:
    spiky = np.tile([1.0, 1.1], 100)
    spiky[50] = 900.0
    assert chosen(spiky, 9).high < 1.2
    assert chosen(spiky, 9).above(spiky).sum() == 1
    falling = 0.06 * np.exp(-np.arange(50) / 6) + 0.0118
    assert not chosen(falling, 9).above(falling).any()


def test_a_baseline_is_on_the_axis_where_it_does_not_squeeze_the_curve() -> None:
    assert chosen([0.01, 0.03], 9, beside=0.005).low == 0.005
    assert chosen([0.01, 0.03], 9, beside=7.0).high == 0.03
