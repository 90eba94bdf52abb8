from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from generators import outcome

from engine import datasets, params, registry
from engine.analysis.baselines import BASELINES, MEASURES, Fitting, fitted, task_of
from engine.analysis.final_metrics import reconstruction_errors
from engine.datasets.data import Part, silence
from engine.datasets.image_data import ImageData


class Clean:
    """As much of a model as it takes to be compared with."""

    noise = ""
    bits = 0
    block = 1_000
    code_size = 3

    def corrupted(self, images: Any, start: int = 0, *, training: bool = False, draw: int = 0) -> Any:
        raise AssertionError("it corrupts nothing")


class Noisy(Clean):
    noise = "strong"

    def corrupted(self, images: Any, start: int = 0, *, training: bool = False, draw: int = 0) -> Any:
        return images / np.float32(510)


def small_data() -> ImageData:
    random = np.random.default_rng(0)

    def part(items: int) -> Part:
        return Part(random.integers(0, 256, (items, 4, 4, 1), np.uint8), random.integers(0, 3, items))

    return ImageData("small", part(40), part(20), ("a", "b", "c"), None)


@pytest.mark.parametrize(("model", "keys"), [(Clean(), ["pca", "mean"]), (Noisy(), ["linear", "mean"])])
def test_what_a_run_is_asked_to_do_says_what_it_has_to_beat(model: Any, keys: list[str], tmp_path: Path) -> None:
    found = fitted(task_of(model), Fitting(small_data(), model, 3, tmp_path, silence))
    assert list(found) == keys
    assert [baseline.name for baseline in found.values()] == [f"{'PCA' if keys[0] == 'pca' else 'linear'}-3", "mean"]


def test_the_mean_item_is_the_mean_of_the_training_part(tmp_path: Path) -> None:
    data = small_data()
    mean = fitted("reconstruction", Fitting(data, Clean(), 3, tmp_path, silence))["mean"]
    expected = np.broadcast_to(data.train.items.mean(axis=0) / 255, (5, 4, 4, 1))
    assert np.allclose(mean.answer(data.test.items[:5]), expected, atol=1e-6)


def test_names_of_metrics_tell_baselines_and_measures_apart() -> None:
    names = [f"{baseline.key}_{measure.key}" for baseline in BASELINES for measure in MEASURES]
    assert len({*names, *(measure.ours for measure in MEASURES)}) == len(names) + len(MEASURES)


def test_a_variant_that_corrupts_says_so_and_no_other() -> None:
    for variant in registry.VARIANTS.values():
        config = variant.presets[variant.default_preset]
        corrupts = "corrupt" in vars(type(variant))
        assert bool(variant.noise(config)) == corrupts
        if corrupts:
            silent = params.configure(config, {"noise_mean": 0, "noise_std": 0})
            assert variant.noise(silent) == ""
            others = ({"noise_std": 0.4}, {"resample": not config.resample}, {"seed": 5}, {"corruption": "masking"})
            changed = [params.configure(config, changes) for changes in others]
            assert len({variant.noise(each) for each in (config, *changed)}) == 5


@pytest.fixture(scope="module")
def mnist() -> ImageData:
    if "AETUI_DATA" not in os.environ:
        pytest.skip("set AETUI_DATA to a folder with mnist.npz")
    return datasets.load("mnist", Path(os.environ["AETUI_DATA"]), download=False)


@pytest.mark.data
@pytest.mark.parametrize(
    ("variant", "settings", "metrics"),
    [
        ("vanilla", {"hidden_dim": 128}, {"pca_mse": 0.00340, "mean_mse": 0.0675}),
        ("vanilla", {"hidden_dim": 2}, {"pca_mse": 0.05547, "mean_mse": 0.0675}),
        ("denoising", {"hidden_dim": 128}, {"linear_mse": 0.0182, "mean_mse": 0.0675}),
        ("denoising", {"hidden_dim": 128, "clip": True}, {"linear_mse": 0.0226, "mean_mse": 0.0675}),
        ("convolutional", {}, {"linear_mse": 0.0175, "mean_mse": 0.0675}),
    ],
)
def test_on_mnist_they_reach_what_is_known(
    variant: str, settings: dict[str, Any], metrics: dict[str, float], mnist: ImageData, tmp_path: Path
) -> None:
    from engine.nn.tensorflow_backend import KerasBackend

    config = params.configure(registry.preset(variant, "book"), {"precision": "float32", **settings})
    training = KerasBackend("cpu").training(registry.variant(variant), config, mnist, None)
    model = training.model
    found = fitted(task_of(model), Fitting(mnist, model, training.code_size, tmp_path, silence))
    reached = outcome(reconstruction_errors(model, mnist, found))
    assert set(reached) == {"test_mse", *metrics}
    for name, known in metrics.items():
        assert reached[name] == pytest.approx(known, abs=2e-5 if name == "pca_mse" else 2e-4)
