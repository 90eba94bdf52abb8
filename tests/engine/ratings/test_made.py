from __future__ import annotations

import numpy as np

from engine.datasets import DATASETS, load, statistics
from engine.ratings.made import SHARE
from engine.ratings.ratings import TEST


def test_made_ratings_are_what_the_catalogue_says_the_same_every_time_and_named_as_made() -> None:
    first, second, row = load("made-ratings", None), load("made-ratings", None), DATASETS["made-ratings"]
    assert first.fingerprint == second.fingerprint
    assert (len(first.users), len(first.items)) == row.shape
    test = int((first.part == TEST).sum())
    assert (len(first) - test, test) == (row.train_items, row.test_items)
    assert abs(len(first) / np.prod(row.shape) - SHARE) < 0.02
    told = statistics(first)
    assert "by this program" in told.metadata["made"]
    assert sum(int(cells[2].replace(",", "")) for cells in told.table[1:]) == test
