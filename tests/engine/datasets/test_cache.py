"""The data set that is kept in memory."""

from __future__ import annotations

from pathlib import Path

from engine.datasets.cache import DatasetCache
from engine.kinds.reading import Reading


def test_runs_on_the_same_images_share_them_wherever_they_lie(toy, tmp_path: Path) -> None:
    toy.write_npz(tmp_path)
    datasets, reading = DatasetCache(tmp_path), Reading(validation=0.25)
    trained = datasets.load("toy", reading)
    assert datasets.load("toy", reading, tmp_path / "one run") is trained
    assert datasets.load("toy", reading, tmp_path / "another") is trained
    assert datasets.load("toy", Reading()) is not trained
