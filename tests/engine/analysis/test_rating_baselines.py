"""What a model of ratings has to beat, and by how much it does."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from engine.analysis.baselines import Fitting, fitted
from engine.analysis.rating_comparison import RatingComparison
from engine.analysis.verdict import lost
from engine.datasets.data import silence
from engine.ratings.rating_data import SEEN, RatingsData
from engine.ratings.ratings import TRAIN


class Average:
    """A model that says the mean to everything."""

    block = 7

    def encode(self, rows: np.ndarray) -> np.ndarray:
        return np.zeros((len(rows), 4), np.float32)

    def decode(self, codes: np.ndarray) -> np.ndarray:
        return np.zeros((len(codes), self.columns), np.float32)

    def __init__(self, data: RatingsData) -> None:
        [self.columns] = data.shape


def fitting(data: RatingsData, cache: Path) -> Fitting:
    return Fitting(data, SimpleNamespace(noise="", bits=0), 4, cache, silence)  # type: ignore[arg-type]


def metrics_of(data: RatingsData, cache: Path) -> dict[str, float]:
    steps = RatingComparison(fitting(data, cache)).metrics(Average(data), cache, "")  # type: ignore[arg-type]
    while True:
        try:
            next(steps)
        except StopIteration as end:
            found: dict[str, float] = end.value
            return found


def test_errors_are_in_stars_the_same_whichever_way_the_table_is_turned_and_the_best_model_leads(
    small_ratings: Any, tmp_path: Path
) -> None:
    ratings = small_ratings(users=60, items=40)
    by_item, by_user = (metrics_of(RatingsData(ratings, rows), tmp_path) for rows in ("items", "users"))  # type: ignore[arg-type]
    few = {"svd_rmse": 0.0}  # so few ratings do not tell the rank the same both ways
    assert {**by_item, **few} == pytest.approx({**by_user, **few}, rel=0.02)
    test = ratings.part == 2
    expected = np.sqrt(np.mean((ratings.value[test] - ratings.mean) ** 2))
    assert by_item["test_rmse"] == by_item["mean_rating_rmse"] == pytest.approx(expected, rel=1e-5)
    assert by_item["svd_rmse"] < by_item["item_rmse"] < by_item["mean_rating_rmse"]
    loss = lost(by_item)
    assert loss is not None
    assert loss.baseline.key == "svd"


def test_means_are_those_of_the_ratings_to_train_on(small_ratings: Any, tmp_path: Path) -> None:
    ratings = small_ratings()
    data = RatingsData(ratings, "items")
    found = fitted("rating", fitting(data, tmp_path))
    rows = data.everything[:][:, SEEN]
    training = ratings.part == TRAIN
    for key, of in (("user", ratings.user), ("item", ratings.item)):
        mean = ratings.value[training & (of == 3)].mean()
        answer = ratings.in_units(found[key].answer(rows))
        np.testing.assert_allclose(answer[:, 3] if key == "user" else answer[3], mean, atol=1e-5)


def test_factors_are_found_once_and_kept(small_ratings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = RatingsData(small_ratings(), "items")
    rows = data.test.items[:][:, SEEN]
    first = fitted("rating", fitting(data, tmp_path))["svd"].answer(rows)
    monkeypatch.setattr("engine.analysis.rating_baselines.fitted", None)
    np.testing.assert_array_equal(fitted("rating", fitting(data, tmp_path))["svd"].answer(rows), first)
