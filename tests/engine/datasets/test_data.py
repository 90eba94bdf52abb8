from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.analysis import pca, plane
from engine.analysis.moments import moments
from engine.datasets import data as datasets
from engine.datasets.data import Part, in_blocks, spread_blocks
from engine.datasets.image_data import ImageData
from engine.storage.file_rows import FileRows, Piece
from engine.storage.rows import Kept, Rows


def test_very_many_items_are_represented_by_blocks_from_all_over() -> None:
    few = range(95)
    assert spread_blocks(few, 10, 200) == list(in_blocks(few, 10))
    found = spread_blocks(range(1_000), 10, 200)
    assert [block.start for block in found] == list(range(0, 1_000, 50))
    assert all(block.stop - block.start == 10 for block in found)
    assert spread_blocks(range(1_000), 100, 10) == [slice(0, 100)]


def test_a_plane_of_very_many_classes_has_no_more_points_than_others() -> None:
    labels = np.arange(100_000) % 2_000
    assert len(plane.items(labels)) == 4_000
    assert len(plane.items(np.arange(100_000))) == plane.MOST


def test_parts_of_items_in_files_are_cut_without_reading_them_and_keep_their_fingerprint(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    images, labels = random.integers(0, 256, (200, 4, 4, 1), np.uint8), random.integers(0, 3, 200)
    np.save(tmp_path / "x.npy", images)
    rows = FileRows([Piece(tmp_path / "x.npy", 128, 200)], (4, 4, 1), images.dtype)
    data = ImageData("own", Part(rows, labels), Part(rows, labels).at(slice(150, 200)), ("a", "b", "c"), None)
    cut, held = data.with_validation(0.25), ImageData("own", Part(images, labels), Part(images, labels), (), None)
    expected = held.with_validation(0.25)
    for part, wanted in ((cut.train, expected.train), (cut.validation, expected.validation)):
        assert isinstance(part.items, Rows)
        np.testing.assert_array_equal(part.items[:], wanted.items)
        np.testing.assert_array_equal(part.labels, wanted.labels)
    assert isinstance(data.test.items, Kept)
    np.testing.assert_array_equal(data.test.items[:], images[150:])
    assert cut.fingerprint == data.fingerprint
    digests = {part.items.digest() for part in (cut.train, cut.validation, data.test)}  # type: ignore[union-attr]
    assert len(digests) == 3
    images[77, 0, 0, 0] ^= 1
    np.save(tmp_path / "x.npy", images)
    assert ImageData("own", Part(rows, labels), data.test, ("a", "b", "c"), None).fingerprint != data.fingerprint


def test_baselines_are_fitted_to_a_part_of_very_many_items(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    items = random.normal(size=(5_000, 1, 1, 6)).astype(np.float32) * np.array([9, 5, 1, 1, 1, 1], np.float32)
    labels = np.zeros(5_000, np.int64)
    data = ImageData("own", Part(items, labels), Part(items[:9], labels[:9]), (), None)
    every = pca.fit(data, 2, tmp_path / "every")
    monkeypatch.setattr(datasets, "ENOUGH", 2_000)
    starts: list[int] = []

    def pair(start: int, block: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        starts.append(start)
        return block, block

    moments(items, (1, 1, 6), [pair], "fitting", datasets.silence, 500)
    assert starts == [0, 1_000, 2_500, 3_500]
    few = pca.fit(data, 2, tmp_path / "few")
    assert (few.mean != every.mean).any()
    assert np.abs((few.components * every.components).sum(axis=1)).min() > 0.99
