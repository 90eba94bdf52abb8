"""The spectrum as bars."""

from __future__ import annotations

import numpy as np
from fakes import pictures

from aetui.panels.jacobian import Jacobian, spectrum
from aetui.panels.table import View


def lines(values: list[float], size: tuple[int, int]) -> list[str]:
    return [line.plain for line in spectrum(np.float32(values), size)]


def test_the_sum_stands_above_bars_from_the_largest_to_the_smallest() -> None:
    head, *rows = lines([4, 3, 0.1], (40, 9))
    assert head.strip() == "‖J‖ 5 · follows 2 of 3 directions"
    assert [row.split()[0] for row in rows] == ["1", "2", "3"]
    assert rows[0].count("█") > rows[1].count("█")


def test_where_not_all_fit_the_first_and_the_last_are_there() -> None:
    _, *rows = lines(list(range(100, 0, -1)), (40, 5))
    assert len(rows) == 4
    assert (rows[0].split()[0], rows[-1].split()[0]) == ("1", "100")


def test_the_panel_says_why_there_is_nothing() -> None:
    panel, samples = Jacobian(), pictures(1)
    panel.show(View(None, 0, None, ""))
    assert panel._why == panel.placeholder
    panel.show(View(None, 1, samples, ""))
    assert panel._why == panel.missing
    panel.show(View(None, 1, samples.with_views(spectrum=np.ones(3, np.float32)), ""))
    assert panel._values is not None
