from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from generators import outcome

from engine.analysis import pca
from engine.analysis.baseline import against_pca
from engine.datasets.data import Part
from engine.datasets.image_data import ImageData, as_floats


class Flatterer:
    """A model that keeps everything of what it sees, which is darker than the images are."""

    shape = (4, 4, 1)
    epoch = 3

    def __init__(self, code_size: int = 16) -> None:
        self.code_size = code_size

    def encode(self, images: np.ndarray) -> np.ndarray:
        return as_floats(images).reshape(len(images), 16)

    def decode(self, codes: np.ndarray) -> np.ndarray:
        return codes.reshape(-1, *self.shape)

    def corrupted(self, images: np.ndarray) -> np.ndarray:
        return as_floats(images) / 2


def make_data(items: int) -> ImageData:
    random = np.random.default_rng(0)
    labels = random.integers(0, 3, items)
    images = random.integers(0, 50, (items, 4, 4, 1), np.uint8)
    images[np.arange(items), labels] += 150
    return ImageData("small", Part(images, labels), Part(images, labels), ("a", "b", "c"), None)


def test_errors_are_of_what_the_encoder_sees_against_the_clean_images(tmp_path: Path) -> None:
    data = make_data(60)
    fitted = pca.fit(data, 4, tmp_path)
    figures = outcome(against_pca(Flatterer(), data, fitted))
    clean = as_floats(data.test.items)
    assert figures["test_mse"] == pytest.approx(np.square(clean / 2).mean(), rel=1e-5)
    assert figures["pca_mse"] == pytest.approx(np.square(fitted.reconstruct(clean / 2) - clean).mean(), rel=1e-5)
    assert set(figures) == {"test_mse", "pca_mse"}


def test_small_codes_are_asked_for_their_neighbours_too(tmp_path: Path) -> None:
    data = make_data(60)
    figures = outcome(against_pca(Flatterer(code_size=2), data, pca.fit(data, 2, tmp_path)))
    assert figures["knn"] == 1
    assert figures["pca_knn"] > 0.8


def test_a_figure_that_is_no_number_is_left_out(tmp_path: Path) -> None:
    class Diverged(Flatterer):
        def decode(self, codes: Any) -> Any:
            return super().decode(codes) * np.float32(np.nan)

    data = make_data(30)
    assert set(outcome(against_pca(Diverged(), data, pca.fit(data, 2, tmp_path)))) == {"pca_mse"}


def test_large_parts_give_the_same_errors_block_by_block(tmp_path: Path) -> None:
    data = make_data(pca.BLOCK * 2 + 7)
    figures = outcome(against_pca(Flatterer(), data, pca.fit(data, 4, tmp_path)))
    assert figures["test_mse"] == pytest.approx(np.square(as_floats(data.test.items) / 2).mean(), rel=1e-4)
