"""Epochs that grow without being copied are values all the same."""

from __future__ import annotations

import pytest

from aetui.state.epochs import REMEMBERED, Epochs
from engine.events import EpochEnded


def ended(epoch: int, loss: float = 0.1) -> EpochEnded:
    terms = {"loss": loss}
    return EpochEnded(
        stage="train", epoch=epoch, train=terms, validation=terms, steps=4, seconds=1, samples_per_second=1
    )


def numbers(epochs: Epochs) -> list[int]:
    return [each.epoch for each in epochs]


def test_older_ones_still_have_their_own_length() -> None:
    grown = [Epochs()]
    for number in range(1, 6):
        grown.append(grown[-1].and_then(ended(number)))
    assert [numbers(epochs) for epochs in grown] == [list(range(1, count + 1)) for count in range(6)]
    assert [len(epochs) for epochs in grown] == list(range(6))


def test_what_grows_out_of_an_older_one_leaves_the_newer_ones_alone() -> None:
    two = Epochs([ended(1), ended(2)])
    three = two.and_then(ended(3, loss=0.3))
    other = two.and_then(ended(3, loss=0.7))
    assert [three[2].train["loss"], other[2].train["loss"]] == [0.3, 0.7]
    assert numbers(two) == [1, 2]


def test_those_before_an_epoch_can_go_on_otherwise() -> None:
    four = Epochs(ended(number) for number in (1, 2, 3, 4))
    again = four.before(3).and_then(ended(3, loss=0.9))
    assert (numbers(four), numbers(again), again[-1].train["loss"]) == ([1, 2, 3, 4], [1, 2, 3], 0.9)
    assert four[2].train["loss"] == 0.1
    assert four.before(5) is four


def test_an_epoch_is_found_by_its_number_also_where_the_first_ones_were_not_read() -> None:
    late = Epochs(ended(number) for number in (5, 6, 7)).before(7)
    found = late.numbered(6)
    assert found is late[1]
    assert (late.numbered(4), late.numbered(7)) == (None, None)


def test_places_and_slices_end_where_the_epochs_do() -> None:
    two = Epochs([ended(1), ended(2)])
    two.and_then(ended(3))
    assert (two[-1].epoch, two[0].epoch, [each.epoch for each in two[-9:]]) == (2, 1, [1, 2])
    for place in (2, -3):
        with pytest.raises(IndexError):
            two[place]


def test_equal_epochs_are_equal_whatever_grew_out_of_them() -> None:
    two = Epochs([ended(1), ended(2)])
    two.and_then(ended(3))
    assert two == Epochs([ended(1), ended(2)])
    assert two != Epochs([ended(1)])


def test_a_column_asks_each_epoch_once_and_follows_every_branch() -> None:
    asked = []

    def loss(each: EpochEnded) -> float:
        asked.append(each.epoch)
        return each.train["loss"]

    three = Epochs(ended(number, number / 10) for number in (1, 2, 3))
    column = three.column("loss", loss)
    assert three.column("loss", loss) is column
    grown = three
    for number in range(4, 200):
        grown = grown.and_then(ended(number, number / 10))
        assert len(grown.column("loss", loss)) == number
    assert asked == list(range(1, 200))
    other = three.before(3).and_then(ended(3, 0.7), ended(4, 0.8))
    assert list(other.column("loss", loss)) == [0.1, 0.2, 0.7, 0.8]
    assert list(grown.column("loss", loss)) == [number / 10 for number in range(1, 200)]
    assert list(three.column("loss", loss)) == list(column) == [0.1, 0.2, 3 / 10]
    with pytest.raises(ValueError, match="read-only"):
        column[0] = 1


def test_kinds_are_told_in_order_and_each_epoch_is_looked_at_once() -> None:
    looked: list[int] = []

    def kind(each: EpochEnded) -> bool:
        looked.append(each.epoch)
        return each.epoch > 2

    first = Epochs([ended(1), ended(2)])
    longer = first.and_then(ended(3))
    assert longer.kinds("late", kind) == [False, True]
    assert first.kinds("late", kind) == [False]
    assert longer.and_then(ended(4)).kinds("late", kind) == [False, True]
    assert looked == [1, 2, 3, 4]


def test_what_was_found_out_about_epochs_is_not_asked_again_and_other_epochs_have_their_own() -> None:
    asked = []

    def newest(epochs: Epochs) -> int:
        return epochs.once("newest", lambda: asked.append(epochs[-1].epoch) or epochs[-1].epoch)

    four = Epochs(ended(number) for number in (1, 2, 3, 4))
    other = four.before(3).and_then(ended(7), ended(8))
    assert [newest(each) for each in (four, four.before(3), four, other, four.before(3))] == [4, 2, 4, 8, 2]
    assert asked == [4, 2, 8]
    grown = four
    for number in range(5, 500):
        grown = grown.and_then(ended(number))
        newest(grown)
    assert newest(four) == 4
    assert len(grown._shared.found) <= REMEMBERED
