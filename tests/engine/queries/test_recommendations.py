"""What a stored run recommends, when its data are gone."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import numpy as np
import pytest
from fakes import FakeRun

from engine.backend import Checkpoint, Position
from engine.errors import RunError, UsageError
from engine.kinds import KINDS
from engine.queries.messages import Recommend, Recommendations
from engine.queries.service import QueryService
from engine.ratings.rating_data import RatingsData
from engine.runs.checkpoint import write_checkpoint
from engine.runs.jobs import TrainJob
from engine.runs.store import RunStore


class Counting:
    """Says of every place its column, a tenth a step."""

    block, epoch = 6, 3

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.shape = shape

    def encode(self, rows: np.ndarray) -> np.ndarray:
        assert rows.shape[1:] == self.shape
        return rows[:, :1]

    def decode(self, codes: np.ndarray) -> np.ndarray:
        return np.tile(np.arange(*self.shape, dtype=np.float32) / 10, (len(codes), 1))


def gone(*_: object, **__: object) -> None:
    raise AssertionError("the data are gone")


class Asked:
    def __init__(self, folder: Path, data: RatingsData) -> None:
        store = RunStore(folder / "runs")
        job = TrainJob(variant="autorec", dataset="made-ratings", preset="book", config={"rows": data.rows})
        run = FakeRun(store, "run", job)
        self.folder = store.find("run").folder
        KINDS["ratings"].keep(data, self.folder)
        position = Position(epoch=4, seconds=1)
        write_checkpoint(
            self.folder / "checkpoint.safetensors", Checkpoint(arrays={"w": np.ones(1)}, position=position)
        )
        model = Counting(data.shape)
        self.questions = QueryService(SimpleNamespace(model=lambda *_: model), store, SimpleNamespace(load=gone))  # type: ignore[arg-type]
        del run

    def __call__(self, **query: Any) -> Recommendations:
        steps = self.questions.answer(Recommend(run_id="run", **query), None, lambda *_: None)
        while True:
            try:
                next(steps)  # type: ignore[arg-type]
            except StopIteration as end:
                found: Recommendations = end.value
                return found


@pytest.mark.parametrize("rows", ["items", "users"])
def test_unrated_items_come_best_first_and_what_was_rated_beside(rows: Any, small_ratings: Any, tmp_path: Path) -> None:
    ratings = small_ratings()
    asked = Asked(tmp_path, RatingsData(ratings, rows))
    answer = asked(user="user 4", count=3)
    theirs = ratings.user == 4
    rated = {ratings.items[item] for item in ratings.item[theirs]}
    assert {each.item for each in answer.rated} == rated
    assert sum(each.held_out for each in answer.rated) == (ratings.part[theirs] > 0).sum()
    assert [each.rating for each in answer.rated] == sorted(ratings.value[theirs].tolist(), reverse=True)
    assert answer.unrated == len(ratings.items) - len(rated)
    unrated = [item for item in ratings.items if item not in rated]
    found = [each.item for each in answer.suggestions]
    assert found == (unrated[:3] if rows == "items" else unrated[:-4:-1])
    low, high = ratings.range
    assert all(low <= each.predicted <= high for each in (*answer.suggestions, *answer.rated))
    assert answer.epoch == 3
    assert msgspec.json.encode(answer)


def test_an_unknown_user_is_refused_with_some_that_are_known(small_ratings: Any, tmp_path: Path) -> None:
    asked = Asked(tmp_path, RatingsData(small_ratings(), "items"))
    with pytest.raises(UsageError, match=r"'usr 17' is not among the 30 users .*there are user 17"):
        asked(user="usr 17")
    with pytest.raises(UsageError, match="at least 1"):
        asked(user="user 4", count=0)
    (asked.folder / "ratings.npz").unlink()
    asked.questions._kept_of_data = None
    with pytest.raises(RunError, match="train anew"):
        asked(user="user 4")
