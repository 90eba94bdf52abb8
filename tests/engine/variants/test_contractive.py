"""The contractive penalty, and what its panel shows, against the Jacobian that TensorFlow differentiates."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine import params, registry


@pytest.fixture(params=["sigmoid", "tanh", "relu"])
def built(request: pytest.FixtureRequest) -> Any:
    """Configuration, networks, items, and the Jacobians of the codes, (items, units, pixels)."""
    from engine.nn import runtime

    runtime.load("cpu")
    import tensorflow as tf

    from engine.nn.layers import Blocks

    variant, shape = registry.variant("contractive"), (4, 3, 1)
    config = params.configure(registry.preset("contractive", "small"), {"hidden_dim": 5, "activation": request.param})
    blocks = Blocks(3, "float32")
    networks = variant.networks(config, shape, blocks)
    items = tf.constant(np.random.default_rng(0).random((3, *shape)), tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(items)
        codes = networks.encode(items)
    return variant, config, networks, blocks, items, tape.batch_jacobian(codes, items).numpy().reshape(3, 5, 12)


def test_the_penalty_is_the_mean_squared_norm_of_the_jacobian(built: Any) -> None:
    variant, config, networks, blocks, items, jacobians = built
    from engine.nn.networks import Batch, NoiseKeys

    terms = variant.loss_terms(networks, Batch(items, items, NoiseKeys(None, None), None, "training"), config, blocks)
    assert float(terms["contraction"].value) == pytest.approx(np.square(jacobians).sum((1, 2)).mean(), rel=1e-5)
    assert float(terms["contraction"].weight) == pytest.approx(config.contraction / 12)


def test_the_spectrum_is_that_of_the_jacobians_of_the_first_items(built: Any) -> None:
    variant, config, networks, blocks, items, jacobians = built
    found = np.asarray(variant.views(networks, items, config, blocks)["spectrum"])
    assert found == pytest.approx(np.linalg.svd(jacobians[:2], compute_uv=False).mean(axis=0), rel=1e-4)
