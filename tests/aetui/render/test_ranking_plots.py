from __future__ import annotations

import numpy as np

from aetui.render.ranking_plots import precision_recall, ranking, roc

SCORES = np.array([0.1, 0.2, 0.3, 0.3, 0.9], np.float32)
STRANGE = np.array([False, True, False, True, True])


def test_the_curves_hold_the_rates_of_every_threshold() -> None:
    curve = ranking(SCORES, STRANGE)
    assert curve is not None
    assert curve.at(0.5) == (0.0, 1 / 3, 1.0)
    assert curve.at(0.25) == (0.5, 2 / 3, 2 / 3)
    assert curve.at(2.0) == (0.0, 0.0, 1.0)
    assert curve.at(-1.0) == (1.0, 1.0, 0.6)


def test_without_both_kinds_of_items_there_is_no_curve() -> None:
    assert ranking(SCORES, np.zeros(5, bool)) is None
    assert ranking(SCORES, np.ones(5, bool)) is None


def test_the_threshold_is_a_point_in_plots_of_the_size_asked_for() -> None:
    curve = ranking(SCORES, STRANGE)
    assert curve is not None
    for plot in (roc, precision_recall):
        for blocks, mark in ((True, "●"), (False, "@")):
            lines = [line.plain for line in plot(curve, 0.25, (24, 7), blocks=blocks)]
            assert {len(line) for line in lines} == {24}
            assert len(lines) == 7
            assert sum(line.count(mark) for line in lines) == 1
