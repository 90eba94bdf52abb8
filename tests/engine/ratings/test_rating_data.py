"""Rows of ratings: what is seen, what is asked, and that nothing of the answer is seen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.errors import UsageError
from engine.ratings import rating_data
from engine.ratings.rating_data import ASKED, SEEN, RatingsData, with_validation
from engine.ratings.ratings import TEST, TRAIN, VALIDATION


@pytest.fixture(params=["items", "users"])
def data(request: pytest.FixtureRequest, small_ratings: Any) -> RatingsData:
    return RatingsData(small_ratings(), request.param)


def test_what_is_asked_of_held_out_ratings_is_not_seen_and_in_training_is_what_is_seen(data: RatingsData) -> None:
    train = data.train.items[:]
    np.testing.assert_array_equal(train[:, SEEN], train[:, ASKED])
    for part in (data.validation, data.test):
        rows = part.items[:]
        known = ~np.isnan(rows)
        assert not (known[:, SEEN] & known[:, ASKED]).any()
        assert known[:, ASKED].any(axis=1).all()


@pytest.mark.parametrize(("name", "part"), [("train", TRAIN), ("validation", VALIDATION), ("test", TEST)])
def test_each_rating_is_asked_for_in_its_part_once_and_in_its_unit(data: RatingsData, name: str, part: int) -> None:
    ratings, found = data.ratings, getattr(data, name)
    rows = found.items[:]
    known = data.known(rows)
    row, column = (places[ratings.part == part] for places in ratings.places(data.rows))
    assert known.sum() == len(row)
    at = [found.names.index(ratings.names(data.rows)[place]) for place in row]
    given = ratings.value[ratings.part == part]
    np.testing.assert_allclose(ratings.in_units(data.targets(rows)[at, column]), given.clip(*ratings.range), atol=1e-5)
    assert data.as_floats(train_rows := data.train.items[:]).shape == train_rows[:, SEEN].shape
    assert abs(train_rows[data.known(train_rows)[:, None] & [[True], [False]]].mean()) < 1e-5


def test_rows_can_be_taken_by_number_range_list_and_mask_as_of_an_array(data: RatingsData) -> None:
    rows, whole = data.train.items, data.train.items[:]
    mask = np.arange(len(rows)) % 2 == 0
    for places in (3, -1, slice(2, 7), np.array([5, 0]), mask, slice(0, 0), (slice(3), SEEN), (2, ASKED)):
        np.testing.assert_array_equal(rows[places], whole[places])


def test_ratings_are_held_out_where_none_were_the_same_ones_every_time(small_ratings: Any) -> None:
    ratings = small_ratings()
    ratings.part[ratings.part == VALIDATION] = TRAIN
    first, second = with_validation(ratings, 0.2), with_validation(ratings, 0.2)
    np.testing.assert_array_equal(first.part, second.part)
    assert (first.part == VALIDATION).sum() == round(0.2 * (ratings.part == TRAIN).sum())
    assert with_validation(first, 0.4) is first
    assert first.fingerprint == ratings.fingerprint
    plain = RatingsData(ratings, "items")
    assert not plain.held_out
    assert plain.validation is plain.test


def test_too_large_a_table_is_refused_with_what_to_do(small_ratings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rating_data, "LARGEST", 1_000)
    with pytest.raises(UsageError, match=r"30 users and 20 items .*--min-ratings"):
        RatingsData(small_ratings(), "items")
