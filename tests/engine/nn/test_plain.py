"""What NumPy makes of a network is what the model makes of it, for every autoencoder that has plain layers."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from engine import params, registry
from engine.backend import Checkpoint, PlainHalves, Position
from engine.nn.model import KerasModel, built, copied
from engine.nn.plain import halves
from engine.variants.variant import Variant

SMALL: dict[str, tuple[tuple[int, ...], dict[str, Any]]] = {
    "convolutional": ((13, 9, 2), {"filters": 5, "code_filters": 3}),
    "vq": ((13, 9, 2), {"filters": 4, "entries": 9, "dimensions": 3}),
    "variational": ((4, 4, 1), {"hidden": "7-6", "latent_dim": 3}),
    "stacked": ((4, 4, 1), {"layers": "9-4"}),
    "autorec": ((11,), {"hidden_dim": 5}),
    "recurrent": ((6, 2), {"units": 4}),
    "sentence": ((6, 5), {"units": 4, "decoder_units": 3}),
}
DENSE: dict[str, Any] = {"hidden_dim": 6}
CASES = [
    *((key, "book") for key in registry.VARIANTS if registry.VARIANTS[key].trained),
    ("sparse", "topk"),
    ("convolutional", "series"),
    ("vq", "series"),
]
NOT_PLAIN = ("recurrent", "sentence")


def stored(variant: Variant[Any], config: Any, shape: tuple[int, ...], position: Position) -> Checkpoint:
    """Weights that no layer begins with, so that each counts."""
    random = np.random.default_rng(1)
    arrays = copied(built(variant, config, shape).networks.variables)
    drawn = {name: each + random.uniform(0.05, 0.2, each.shape).astype(np.float32) for name, each in arrays.items()}
    return Checkpoint(arrays=drawn, position=position)


def assert_alike(model: KerasModel, found: PlainHalves) -> None:
    random = np.random.default_rng(0)
    assert found.encoder is not None, found.why
    assert found.decoder is not None, found.why
    for items in (
        random.random((5, *model.shape), np.float32),
        random.integers(0, 256, (5, *model.shape), np.uint8),
    ):
        codes = model.encode(items)
        np.testing.assert_allclose(found.encoder(items), codes, atol=1e-5)
        np.testing.assert_allclose(found.decoder(codes), model.decode(codes), atol=1e-5)


@pytest.mark.slow
def test_every_variant_of_plain_layers_answers_the_same_in_numpy() -> None:
    for key, preset in CASES:
        shape, changed = SMALL.get(key, ((4, 4, 1), DENSE | ({"k": 2} if preset == "topk" else {})))
        shape = (13, 3) if preset == "series" else shape
        variant = registry.variant(key)
        config = params.configure(registry.preset(key, preset), {"precision": "float32", **changed})
        model = KerasModel.load(variant, config, shape, stored(variant, config, shape, Position(epoch=2)))
        found = model.plain()
        if key in NOT_PLAIN:
            assert found.encoder is None
            assert "only the engine" in found.why
        else:
            assert_alike(model, found)
            half = params.configure(registry.preset(key, preset), {"precision": "mixed_bfloat16", **changed})
            trained = KerasModel.load(variant, half, shape, stored(variant, config, shape, Position(epoch=2)))
            assert_alike(model, trained.plain())


@pytest.mark.slow
@pytest.mark.parametrize("stage", [0, 1, 2])
def test_a_stack_is_what_it_shows_while_a_stage_of_it_trains(stage: int) -> None:
    variant = registry.variant("stacked")
    given = {"layers": "9-4", "pretrain_epochs": 1, "precision": "float32"}
    config = params.configure(registry.preset("stacked", "greedy"), given)
    checkpoint = stored(variant, config, (4, 4, 1), Position(stage=stage, epoch=1 + stage, step=1))
    model = KerasModel.load(variant, config, (4, 4, 1), checkpoint)
    assert model.code_size == (9 if stage == 0 else 4)
    assert_alike(model, model.plain())


@pytest.mark.slow
def test_layers_of_files_from_elsewhere_answer_the_same_or_are_told_of() -> None:
    kinds = keras.layers
    image = kinds.Conv2D(4, 3, padding="same", activation="elu"), kinds.AveragePooling2D(2, padding="same")
    inside = keras.Sequential([keras.Input((7, 6, 2)), kinds.Rescaling(0.5, 0.1), *image])
    items = keras.Input((7, 6, 2))
    pooled = kinds.GlobalMaxPooling2D()(kinds.LeakyReLU(0.1)(inside(items)))
    joined = kinds.Concatenate()([pooled, kinds.GlobalAveragePooling2D()(kinds.ZeroPadding2D(1)(items))])
    encoder = keras.Model(items, kinds.Dense(3, activation="softmax")(kinds.BatchNormalization()(joined)))
    codes = keras.Input((3,))
    seen = kinds.Permute((2, 1))(kinds.RepeatVector(4)(codes))
    seen = kinds.Dropout(0.5)(kinds.Conv1DTranspose(3, 3, strides=2)(seen))
    decoder = keras.Model(codes, kinds.ReLU(6.0)(seen))
    found = halves(encoder, decoder)
    assert found.encoder is not None, found.why
    assert found.decoder is not None, found.why
    given, drawn = (np.random.default_rng(0).random((3, *shape), np.float32) for shape in ((7, 6, 2), (3,)))
    np.testing.assert_allclose(found.encoder(given), encoder.predict(given, verbose=0), atol=1e-5)
    np.testing.assert_allclose(found.decoder(drawn), decoder.predict(drawn, verbose=0), atol=1e-5)
    grouped = keras.Model(items, kinds.Flatten()(kinds.Conv2D(4, 3, groups=2, name="grouped")(items)))
    refused = halves(grouped, decoder)
    assert refused.encoder is None
    assert refused.why == "grouped is a convolution in groups, which only the engine can compute"
    assert refused.decoder is not None


def test_a_copy_of_the_weights_does_not_train_on() -> None:
    variant = registry.variant("vanilla")
    config = params.configure(registry.preset("vanilla", "book"), {"hidden_dim": 2, "precision": "float32"})
    model = KerasModel.load(variant, config, (2, 2, 1), stored(variant, config, (2, 2, 1), Position(epoch=2)))
    found, items = model.plain().encoder, np.ones((1, 2, 2, 1), np.float32)
    assert found is not None
    before = found(items)
    for weight in model.networks.variables.values():
        weight.assign(weight * 0)
    np.testing.assert_array_equal(found(items), before)
