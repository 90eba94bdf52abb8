from __future__ import annotations

import numpy as np
import pytest

from engine.datasets.classes import class_of
from engine.datasets.data import Part
from engine.datasets.image_data import ImageData
from engine.datasets.numbers import series
from engine.errors import UsageError


@pytest.mark.parametrize(("name", "place"), [("Bag", 1), ("bag", 1), ("2", 0), ("1", 1), (" Shirt ", 2)])
def test_a_class_is_meant_by_its_name_before_its_number(name: str, place: int) -> None:
    assert class_of(name, ("2", "Bag", "Shirt")) == place


@pytest.mark.parametrize("name", ["Hat", "3", "-1", ""])
def test_what_is_no_class_is_refused_with_a_list(name: str) -> None:
    with pytest.raises(UsageError, match="0 Coat, 1 Bag, 2 Shirt"):
        class_of(name, ("Coat", "Bag", "Shirt"))


def test_data_without_classes_have_no_normal_one() -> None:
    with pytest.raises(UsageError, match="have classes"):
        class_of("0", ("unlabelled",))


def data(held_out: bool) -> ImageData:
    def part(count: int) -> Part:
        return Part(np.zeros((count, 1, 1, 1), np.uint8), np.arange(count) % 3)

    return ImageData("x", part(30), part(9), ("a", "b", "c"), None, part(6) if held_out else None)


@pytest.mark.parametrize("held_out", [False, True])
def test_one_class_alone_is_trained_on_and_chosen_by_the_test_part_stays_whole(held_out: bool) -> None:
    whole = data(held_out)
    one = whole.only("b")
    assert set(one.train.labels.tolist()) == set(one.validation.labels.tolist()) == {1}
    assert len(one.test.labels) == 9
    assert one.judged.labels.tolist() == [1, 1, 1]
    assert one.held_out is held_out
    assert one.fingerprint == whole.fingerprint
    assert one.split != whole.split
    assert "b" in one.metadata["normal"]


def test_validation_is_then_held_out_of_that_class() -> None:
    one = data(False).only("2").with_validation(0.2)
    assert (len(one.train.labels), len(one.validation.labels), one.normal) == (8, 2, "c")
    assert one.held_out
    assert one.split != data(False).with_validation(0.2).split


def test_without_a_class_nothing_changes() -> None:
    whole = data(True)
    assert whole.only("") is whole
    assert whole.judged is whole.test


def test_a_class_of_which_there_is_nothing_to_train_on_is_refused() -> None:
    empty = ImageData("x", data(False).train.at(slice(1)), data(False).test, ("a", "b", "c"), None)
    with pytest.raises(UsageError, match="'b', but there are none to train on"):
        empty.only("b")


def test_a_window_has_the_rarest_class_among_its_steps() -> None:
    words = ["normal"] * 6 + ["drift"] * 2 + ["normal"] * 3 + ["stuck"]
    assert series.of_windows(words, np.array([0, 4, 5, 8]), 4) == ["normal", "drift", "drift", "stuck"]
