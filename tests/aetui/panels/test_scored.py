"""What lies on either side of a threshold."""

from __future__ import annotations

from typing import Any

import numpy as np
from fake_answers import detection

from aetui.panels.scored import Scored


def scored(**changes: Any) -> Scored:
    return Scored(detection(**changes))


def test_the_threshold_divides_the_items_and_moves_by_columns_within_the_scores() -> None:
    found = scored()
    total = len(found.ordered)
    below, above = found.beside(3, 0)
    assert all(found.detection.scores[place] <= found.threshold for place in below)
    assert all(found.detection.scores[place] > found.threshold for place in above)
    before = found.above
    found.move(5, 40)
    assert found.above < before
    found.move(10_000, 40)
    assert found.above == 0
    assert found.beside(3, 0)[1] == []
    found.move(-10_000, 40)
    assert found.above >= total - 1
    found.back()
    assert (found.threshold, found.above) == (found.detection.threshold, before)


def test_pages_lead_away_from_the_threshold_until_all_items_were_shown() -> None:
    found = scored()
    seen: list[int] = []
    for page in range(found.pages(4)):
        below, above = found.beside(4, page)
        seen += [*below, *above]
    assert sorted(seen) == list(range(len(found.ordered)))


def test_items_are_grouped_by_what_is_known_of_them() -> None:
    assert [group.label for group in scored().groups] == ["validation", "3", "others"]
    by_class = scored(strange=None, normal="", auroc=None, average_precision=None)
    assert [group.label for group in by_class.groups][:3] == ["validation", "0", "1"]
    assert by_class.curve is None
    nothing = scored(strange=None, normal="", labels=None, classes=(), auroc=None, average_precision=None)
    assert [group.label for group in nothing.groups] == ["validation", "test items"]
    assert np.isclose(nothing.quantile, 0.99, atol=0.02)
