"""The contract that every autoencoder in the table keeps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import params, registry
from engine.checkpoint import read_checkpoint, write_checkpoint
from engine.datasets import DATASETS
from engine.errors import UsageError
from engine.registry import VARIANTS
from engine.training import EpochReport
from engine.variants.variant import Variant

SHAPES = [(28, 28, 1), (8, 8, 1), (32, 32, 3)]


@pytest.fixture(params=VARIANTS.values(), ids=list(VARIANTS))
def variant(request: pytest.FixtureRequest) -> Variant:
    found: Variant = request.param
    return found


@pytest.fixture
def on_the_cpu() -> None:
    from engine.nn import runtime

    runtime.load("cpu")


def test_it_says_what_it_is(variant: Variant) -> None:
    assert VARIANTS[variant.key] is variant
    assert variant.label
    assert variant.summary.endswith(".")
    assert variant.reference
    assert {DATASETS[key].kind for key in variant.prefers} <= set(variant.accepts)


def test_the_book_preset_exists_and_passes_its_own_checks(variant: Variant) -> None:
    for config in variant.presets.values():
        variant.check(config)
    assert "book" in variant.presets


def test_every_setting_has_a_label_a_meaning_and_a_range_that_holds_its_default(variant: Variant) -> None:
    for config in variant.presets.values():
        for param in params.describe(config):
            assert param.label
            assert param.meaning
            assert params.parse(param, str(param.default)) == param.default


@pytest.mark.usefixtures("on_the_cpu")
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_it_trains_saves_and_answers_the_same_after_loading(
    variant: Variant, shape: tuple[int, int, int], small_data: Any, tmp_path: Path
) -> None:
    from engine.nn.model import KerasModel
    from engine.nn.trainer import Trainer

    data = small_data(items=24, shape=shape)
    config = params.configure(variant.presets["book"], {"epochs": 1, "batch_size": 10})
    training = Trainer(variant, config, data)
    report = next(report for report in training.run() if isinstance(report, EpochReport))
    assert report.event.train["loss"] == pytest.approx(
        sum(value for name, value in report.event.train.items() if name != "loss"), rel=1e-5
    )
    write_checkpoint(tmp_path / "c.safetensors", training.checkpoint())
    checkpoint = read_checkpoint(tmp_path / "c.safetensors")
    assert checkpoint is not None
    model = KerasModel.load(variant, config, shape, checkpoint)
    before, after = training.reconstruct(data.test.images), model.reconstruct(data.test.images)
    np.testing.assert_array_equal(before.outputs, after.outputs)
    np.testing.assert_array_equal(before.codes, after.codes)
    with pytest.raises(UsageError, match="expected images of"):
        model.reconstruct(np.zeros((1, 3, 5, 1), np.uint8))


@pytest.mark.usefixtures("on_the_cpu")
def test_vanilla_has_the_published_number_of_parameters(small_data: Any) -> None:
    from engine.nn.trainer import Trainer

    training = Trainer(
        registry.variant("vanilla"), registry.preset("vanilla", "book"), small_data(items=4, shape=(28, 28, 1))
    )
    assert sum(layer.parameters for layer in training.layers) == 201_616


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match="vanilla"):
        registry.variant("vanila")
    with pytest.raises(UsageError, match="book"):
        registry.preset("vanilla", "bok")
