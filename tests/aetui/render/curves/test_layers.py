from __future__ import annotations

import numpy as np

from aetui.render.curves.layers import Area, Line, Steps, band, stroke, visible
from aetui.render.curves.scale import Scale

X = np.arange(1.0, 20_001)
AREA = Area(60, 8, (1, 20_000), Scale(0.0, 1.0))


def dots(y: np.ndarray) -> np.ndarray:
    return stroke(AREA, *visible(Line("a", X, y), AREA.x_range, AREA.columns), "thin")


def test_a_long_curve_has_no_holes_and_a_spike_in_it_is_an_upright_line() -> None:
    y = 0.1 + 0.3 * np.sin(X / 2_000) ** 2
    y[12_345] = 0.95
    found = dots(y)
    assert found.any(axis=0).all()
    column = int(AREA.dot_column(X[12_345]))
    tall = found.sum(axis=0) > 12
    assert tall.nonzero()[0].tolist() == [column]
    for left, right in zip(found.T[:-1], found.T[1:], strict=True):
        rows, next_rows = left.nonzero()[0], right.nonzero()[0]
        assert next_rows.min() <= rows.max() + 1
        assert next_rows.max() >= rows.min() - 1


def test_a_long_curve_is_torn_where_values_are_missing() -> None:
    y = np.full(20_000, 0.5)
    y[8_000:12_000] = np.nan
    filled = dots(y).any(axis=0)
    assert not filled[50:70].any()
    assert filled[:46].all()
    assert filled[74:].all()


def test_the_band_reaches_from_the_lowest_to_the_highest_step_of_each_column() -> None:
    ends = np.linspace(10, 10_000, 2_000)
    high = np.full(2_000, 0.6)
    high[1_000] = 0.9
    found = band(AREA, Steps(ends, np.full(2_000, 0.2), high, np.full(2_000, 0.4)))
    column = int(AREA.dot_column(ends[1_000]))
    tops = found[:, :58].argmax(axis=0)
    assert tops[column] == AREA.dot_row(np.array(0.9))
    assert set(np.delete(tops, column)) == {int(AREA.dot_row(np.array(0.6)))}
    assert not found[:, 62:].any()
