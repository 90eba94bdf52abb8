"""The k-sparse code: who speaks, who is called back, and what is reported."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine import params, registry
from engine.errors import SettingError

SHAPE, K = (4, 5, 1), 3


@pytest.fixture
def made() -> Any:
    """The variant, its autoencoder and a batch of sixteen items."""
    from engine.nn import runtime

    runtime.load("cpu")
    import tensorflow as tf

    from engine.nn.model import built
    from engine.nn.networks import Batch, NoiseKeys

    variant = registry.variant("sparse")
    config = params.configure(registry.preset("sparse", "topk"), {"hidden_dim": 12, "k": K})
    model = built(variant, config, SHAPE)
    items = tf.constant(np.random.default_rng(0).random((16, *SHAPE)), tf.float32)
    return variant, model, Batch(items, items, NoiseKeys(None, None), None, "training")


def test_the_k_largest_units_speak_as_they_are(made: Any) -> None:
    import keras

    _, model, batch = made
    encoder = model.networks.encoder
    everything = np.asarray(keras.Model(encoder.input, encoder.get_layer("alike").output)(batch.input))
    for code, units in zip(np.asarray(model.encode(batch.input)), everything, strict=True):
        kept = np.argsort(units)[-K:]
        assert set(np.flatnonzero(code)) == set(kept)
        np.testing.assert_array_equal(code[kept], units[kept])


def test_in_training_every_unit_gets_to_speak(made: Any) -> None:
    from dataclasses import replace

    _, model, batch = made
    kernel = model.networks.encoder.trainable_variables[0]
    kernel.assign(np.abs(kernel) * np.where(np.arange(12) < 4, 1e-3, 1.0))  # four units hardly answer to anything
    spoke = {
        learning: (np.asarray(replace(model, learning=learning).encode(batch.input)) != 0).any(axis=0)
        for learning in (False, True)
    }
    assert not spoke[False][:4].any()
    assert spoke[True].all()


def test_what_is_reported_is_what_it_says(made: Any) -> None:
    variant, model, batch = made
    terms = variant.loss_terms(model, batch)
    x = np.asarray(batch.target)
    answers = np.asarray(model.decode(model.encode(batch.input)))
    explained = 1 - np.square(x - answers).sum() / np.square(x - x.mean(axis=0)).sum()
    assert float(terms["explained_variance"].value) == pytest.approx(explained, rel=1e-4)
    assert float(terms["shrinkage"].value) == pytest.approx(
        1 - np.square(answers).sum() / (answers * x).sum(), rel=1e-4
    )
    assert float(terms["l0"].value) == K
    assert {name for name, term in terms.items() if getattr(term, "weight", 1) == 0} == {
        "explained_variance",
        "l0",
        "shrinkage",
    }


def test_of_one_image_or_black_ones_nothing_is_said_to_be_explained(made: Any) -> None:
    variant, model, batch = made
    for items in (batch.input[:1], batch.input * 0):
        terms = variant.loss_terms(model, batch._replace(input=items, target=items))
        assert float(terms["explained_variance"].value) == 0
        assert abs(float(terms["shrinkage"].value)) < 10


def test_more_units_than_there_are_cannot_speak() -> None:
    variant = registry.variant("sparse")
    with pytest.raises(SettingError, match="smaller k"):
        variant.check(params.configure(registry.preset("sparse", "topk"), {"hidden_dim": 12, "k": 13}))
