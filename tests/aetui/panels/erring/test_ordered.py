"""Items in an order: the cursor goes through them and through their histogram, and it is the same cursor."""

from __future__ import annotations

import msgspec
import numpy as np
from fake_answers import measured

from aetui.panels.erring.ordered import Ordered
from engine.queries.messages import Measure, Measurement


def ordered(*values: float) -> Ordered:
    found = measured(Measure(run_id="run"), 3)
    one = Measurement(key="error", label="error", values=np.array(values, np.float32))
    labels = np.arange(len(values)) % 2
    return Ordered(msgspec.structs.replace(found, measures=(one,), labels=labels, classes=("even", "odd", "none")))


def test_the_histogram_moves_through_the_items_and_skips_what_is_empty() -> None:
    items = ordered(0, 0.1, 0.2, 5, 10, 10)
    assert (items.rank, items.place) == (0, 4)  # of the same value the first
    assert items.move_column(-1, 11)
    assert items.value == 5
    assert items.move_column(-1, 11)
    assert items.value == np.float32(0.2)  # the nearest of its column
    assert not items.move_column(-1, 11)
    assert items.move_column(1, 11)
    assert items.value == 5
    items.turn()
    assert (items.place, items.rank) == (0, 0)
    assert items.move_column(1, 11)
    assert (items.value, items.rank) == (5, 3)


def test_what_is_infinite_is_the_worst_and_has_the_last_column() -> None:
    items = ordered(1, 2, float("inf"))
    assert items.place == 2
    assert items.move_column(-1, 10)
    assert items.value == 1  # 2 is in the last column, too


def test_one_class_keeps_the_cursor_where_it_can_and_classes_without_items_are_left_out() -> None:
    items = ordered(1, 2, 3, 4)
    items.move(1)
    items.next_class()
    assert (items.label, items.order.tolist(), items.place) == ("even", [2, 0], 2)
    items.next_class()
    assert (items.label, items.order.tolist(), items.place) == ("odd", [3, 1], 3)
    items.next_class()
    assert (items.label, len(items.order)) == ("", 4)


def test_items_measured_again_are_shown_as_before() -> None:
    before, after = ordered(1, 2, 3, 4), ordered(4, 3, 2, 1)
    before.turn()
    before.next_class()
    before.move(1)
    before.mark()
    after.take(before)
    assert (after.label, after.worst_first, after.marked, after.place) == ("even", False, {2}, 2)
