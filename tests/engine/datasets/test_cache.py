"""The data set that is kept in memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.datasets import cache
from engine.datasets.cache import DatasetCache
from engine.kinds.reading import Reading


def test_runs_on_the_same_images_share_them_wherever_they_lie(toy, tmp_path: Path) -> None:
    toy.write_npz(tmp_path)
    datasets, reading = DatasetCache(tmp_path), Reading(validation=0.25)
    trained = datasets.load("toy", reading)
    assert datasets.load("toy", reading, tmp_path / "one run") is trained
    assert datasets.load("toy", reading, tmp_path / "another") is trained
    assert datasets.load("toy", Reading()) is not trained


def test_a_folder_that_takes_long_to_look_through_is_not_looked_through_for_every_query(
    toy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    toy.write_npz(tmp_path)
    clock, looks, costs = [0.0], [0], [0.001]

    def state(key: str, location: object) -> None:
        looks[0] += 1
        clock[0] += costs[0]

    monkeypatch.setattr(cache, "state", state)
    monkeypatch.setattr(cache, "monotonic", lambda: clock[0])
    datasets = DatasetCache(tmp_path)
    datasets.load("toy")
    before = looks[0]
    for _ in range(10):
        datasets.load("toy")
    assert looks[0] - before == 10
    costs[0] = 2.0
    datasets.load("toy")
    before = looks[0]
    for _ in range(10):
        datasets.load("toy")
    assert looks[0] == before
    clock[0] += cache.RARELY * 2 + 1
    datasets.load("toy")
    assert looks[0] == before + 1
