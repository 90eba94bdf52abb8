from __future__ import annotations

import numpy as np
import pytest

from engine.datasets.own.cutting import Cutting, cut, shares
from engine.errors import SettingError, UsageError


@pytest.mark.parametrize("split", ["", "80", "80/10/20", "50/50/0", "a/b", "90/-10/20", "25/25/25/25", "nan/nan"])
def test_shares_that_cannot_be_meant_are_refused(split: str) -> None:
    with pytest.raises(SettingError, match="sum to 100"):
        shares(split)


def test_shares_are_percents_or_parts_of_one() -> None:
    assert shares("80/10/10") == pytest.approx((0.8, 0.1, 0.1))
    assert shares("0.8/0.1/0.1") == pytest.approx((0.8, 0.1, 0.1))
    assert shares("75/25") == pytest.approx((0.75, 0.25))


def test_each_item_is_in_one_part_and_each_class_in_its_share() -> None:
    labels = np.repeat([0, 1], [80, 20])
    parts = cut(100, labels, Cutting())
    assert parts.validation is not None
    assert sorted([*parts.train, *parts.validation, *parts.test]) == list(range(100))
    assert [len(part) for part in (parts.train, parts.validation, parts.test)] == [80, 10, 10]
    assert (labels[parts.test] == 1).sum() == 2
    assert np.array_equal(cut(100, labels, Cutting()).train, parts.train)


def test_in_order_the_last_items_are_for_the_test() -> None:
    parts = cut(20, None, Cutting(split="50/25/25", split_by="order"))
    assert parts.validation is not None
    assert [part.tolist() for part in (parts.train, parts.validation, parts.test)] == [
        list(range(10)),
        list(range(10, 15)),
        list(range(15, 20)),
    ]


def test_of_two_shares_nothing_is_held_out_to_choose_by() -> None:
    for way in ("random", "order"):
        parts = cut(10, None, Cutting(split="70/30", split_by=way))
        assert (len(parts.train), parts.validation, len(parts.test)) == (7, None, 3)


@pytest.mark.parametrize("split", ["60/20/20", "70/30"])
def test_a_group_is_never_cut(split: str) -> None:
    groups = np.repeat(np.arange(20), 5)
    parts = cut(100, None, Cutting(split=split), groups=groups.tolist())
    there = [set(groups[part]) for part in (parts.train, parts.validation, parts.test) if part is not None]
    assert sum(map(len, there)) == 20
    assert len(there) == split.count("/") + 1
    assert len(parts.test) == pytest.approx(float(split.rpartition("/")[2]), abs=5)


def test_parts_that_are_named_are_taken_as_they_are() -> None:
    parts = cut(5, None, Cutting(), parts=["Train", "val", "train", "test", "dev"])
    assert parts.validation is not None
    assert [part.tolist() for part in (parts.train, parts.validation, parts.test)] == [[0, 2], [1, 4], [3]]
    assert cut(3, None, Cutting(), parts=["train", "test", "test"]).validation is None
    with pytest.raises(UsageError, match="'holdout'"):
        cut(2, None, Cutting(), parts=["train", "holdout"])


def test_a_part_without_items_is_refused() -> None:
    with pytest.raises(UsageError, match="none is left to train on"):
        cut(2, None, Cutting())
    with pytest.raises(UsageError, match="none is left to test"):
        cut(2, None, Cutting(), parts=["train", "train"])
