"""The contractive penalty, and what its panel shows, against the Jacobian that TensorFlow differentiates."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine import params, registry


@pytest.fixture(params=["sigmoid", "tanh", "relu"])
def made(request: pytest.FixtureRequest) -> Any:
    """The variant, its autoencoder, items, and the Jacobians of the codes, (items, units, pixels)."""
    from engine.nn import runtime

    runtime.load("cpu")
    import tensorflow as tf

    from engine.nn.model import built

    variant, shape = registry.variant("contractive"), (4, 3, 1)
    config = params.configure(registry.preset("contractive", "small"), {"hidden_dim": 5, "activation": request.param})
    model = built(variant, config, shape)
    items = tf.constant(np.random.default_rng(0).random((3, *shape)), tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(items)
        codes = model.encode(items)
    return variant, model, items, tape.batch_jacobian(codes, items).numpy().reshape(3, 5, 12)


def test_the_penalty_is_the_mean_squared_norm_of_the_jacobian(made: Any) -> None:
    variant, model, items, jacobians = made
    from engine.nn.networks import Batch, NoiseKeys

    terms = variant.loss_terms(model, Batch(items, items, NoiseKeys(None, None), None, "training"))
    assert float(terms["contraction"].value) == pytest.approx(np.square(jacobians).sum((1, 2)).mean(), rel=1e-5)
    assert float(terms["contraction"].weight) == pytest.approx(model.config.contraction / 12)


def test_the_spectrum_is_that_of_the_jacobians_of_the_first_items(made: Any) -> None:
    variant, model, items, jacobians = made
    found = np.asarray(variant.views(model, items)["spectrum"])
    assert found == pytest.approx(np.linalg.svd(jacobians[:2], compute_uv=False).mean(axis=0), rel=1e-4)
