from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from generators import outcome

from engine.analysis import raw_items
from engine.analysis.baselines import Fitting, fitted, task_of
from engine.analysis.final_metrics import neighbours_votes, reconstruction_errors
from engine.datasets.data import Part, silence
from engine.datasets.image_data import ImageData, as_floats


class Flatterer:
    """A model that keeps everything of what it sees, which is darker than the images are."""

    shape = (4, 4, 1)
    epoch = 3
    noise = ""
    bits = 0
    block = 100

    def __init__(self, code_size: int = 16) -> None:
        self.code_size = code_size

    def encode(self, images: np.ndarray) -> np.ndarray:
        return as_floats(images).reshape(len(images), 16)

    def decode(self, codes: np.ndarray) -> np.ndarray:
        return codes.reshape(-1, *self.shape)

    def corrupted(self, images: np.ndarray, start: int = 0, *, training: bool = False, draw: int = 0) -> np.ndarray:
        return as_floats(images) / 2


def make_data(items: int) -> ImageData:
    random = np.random.default_rng(0)
    labels = random.integers(0, 3, items)
    images = random.integers(0, 50, (items, 4, 4, 1), np.uint8)
    images[np.arange(items), labels] += 150
    return ImageData("small", Part(images, labels), Part(images, labels), ("a", "b", "c"), None)


def errors(model: Any, data: ImageData, cache: Path, size: int = 4) -> dict[str, float]:
    baselines = fitted(task_of(model), Fitting(data, model, size, cache, silence))
    return outcome(reconstruction_errors(model, data, baselines))


def test_errors_are_of_what_the_encoder_sees_against_the_clean_images(tmp_path: Path) -> None:
    data = make_data(60)
    metrics = errors(Flatterer(), data, tmp_path)
    clean = as_floats(data.test.items)
    fitting = Fitting(data, Flatterer(), 4, tmp_path, silence)
    answer = fitted("reconstruction", fitting)["pca"].answer(clean / 2)
    assert metrics["test_mse"] == pytest.approx(np.square(clean / 2).mean(), rel=1e-5)
    assert metrics["pca_mse"] == pytest.approx(np.square(answer - clean).mean(), rel=1e-5)
    assert metrics["mean_mse"] == pytest.approx(clean.var(axis=0).mean(), rel=1e-4)
    assert set(metrics) == {"test_mse", "pca_mse", "mean_mse"}


def test_a_model_that_sees_noise_is_set_beside_the_linear_denoiser_and_not_pca(tmp_path: Path) -> None:
    model = Flatterer()
    model.noise = "dark"
    metrics = errors(model, make_data(60), tmp_path, 16)
    assert set(metrics) == {"test_mse", "linear_mse", "mean_mse"}
    assert metrics["linear_mse"] == pytest.approx(0, abs=1e-6)  # darkness is undone by a linear map


def test_the_neighbours_of_codes_are_those_of_the_baselines_and_of_pixels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, model = make_data(60), Flatterer(code_size=2)
    features = fitted("features", Fitting(data, model, 2, tmp_path, silence))
    metrics = outcome(neighbours_votes(model, data, features, tmp_path))
    assert metrics["knn"] == metrics["raw_knn"] == 1
    assert metrics["pca_knn"] > 0.8
    monkeypatch.setattr(raw_items, "AFFORDABLE", 60 * 60 * 16 - 1)
    assert set(outcome(neighbours_votes(model, data, features, tmp_path))) == {"knn", "pca_knn"}


def test_pixels_are_searched_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = make_data(60)
    first = outcome(raw_items.knn(data, 50, 3, tmp_path))
    monkeypatch.setattr(raw_items, "flat", lambda *_: pytest.fail("computed again"))
    again = outcome(raw_items.knn(data, 50, 3, tmp_path))
    assert again == first


def test_a_metric_that_is_no_number_is_left_out(tmp_path: Path) -> None:
    class Diverged(Flatterer):
        def decode(self, codes: Any) -> Any:
            return super().decode(codes) * np.float32(np.nan)

    assert set(errors(Diverged(), make_data(30), tmp_path)) == {"pca_mse", "mean_mse"}


def test_large_parts_give_the_same_errors_block_by_block(tmp_path: Path) -> None:
    data = make_data(207)
    metrics = errors(Flatterer(), data, tmp_path)
    assert metrics["test_mse"] == pytest.approx(np.square(as_floats(data.test.items) / 2).mean(), rel=1e-4)
