from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.datasets.splits import stratified
from engine.errors import UsageError


@pytest.mark.parametrize("share", [0.1, 0.25, 0.5])
def test_of_each_class_the_same_share_is_drawn(share: float) -> None:
    labels = np.repeat([0, 1, 2], [50, 200, 1])
    drawn = stratified(labels, share)
    assert drawn.sum() == round(share * len(labels))
    assert np.bincount(labels[drawn], minlength=3)[:2] == pytest.approx([share * 50, share * 200], abs=1)


def test_the_draw_is_the_same_every_time_and_not_the_first_ones() -> None:
    labels = np.zeros(1_000, int)
    assert np.array_equal(stratified(labels, 0.1), stratified(labels, 0.1))
    assert np.flatnonzero(stratified(labels, 0.1)).max() - 100 > 20


def test_images_held_out_are_taken_from_the_training_part_alone(small_data: Any) -> None:
    whole = small_data(items=40)
    cut = whole.with_validation(0.25)
    assert (len(cut.train.labels), len(cut.validation.labels)) == (30, 10)
    both = np.concatenate([cut.train.items, cut.validation.items]).reshape(40, -1)
    assert sorted(map(bytes, both)) == sorted(map(bytes, whole.train.items.reshape(40, -1)))
    assert cut.test is whole.test
    assert cut.held_out
    assert cut.fingerprint == whole.fingerprint


@pytest.mark.parametrize(("share", "held_out"), [(1e-4, 1), (0.9999, 39)])
def test_one_item_at_least_is_held_out_and_one_left_to_train_on(small_data: Any, share: float, held_out: int) -> None:
    cut = small_data(items=40).with_validation(share)
    assert (len(cut.train.labels), len(cut.validation.labels)) == (40 - held_out, held_out)
    with pytest.raises(UsageError, match="set validation to 0"):
        small_data(items=1).with_validation(share)


def test_two_parts_as_published_choose_by_the_test_part_and_say_so(small_data: Any) -> None:
    whole = small_data().with_validation(0)
    assert whole.validation is whole.test
    assert not whole.held_out
    assert whole.metadata == {"validation": "the test part, as published"}
