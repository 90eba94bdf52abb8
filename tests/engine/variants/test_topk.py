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
    _, model, batch = made
    outputs = {name: np.asarray(one) for name, one in model.outputs(batch.input).items()}
    for code, units in zip(outputs["code"], outputs["all"], strict=True):
        kept = np.argsort(units)[-K:]
        assert set(np.flatnonzero(code)) == set(kept)
        np.testing.assert_array_equal(code[kept], units[kept])


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


def test_a_silent_unit_is_drawn_back_and_no_other(made: Any) -> None:
    import tensorflow as tf

    variant, model, batch = made
    _, bias = model.networks.encoder.trainable_variables
    bias.assign(tf.tensor_scatter_nd_update(tf.zeros(12), [[4]], [-50.0]))
    with tf.GradientTape() as tape:
        value = variant.loss_terms(model, batch)["revival"].value
    slope = np.asarray(tape.gradient(value, bias))
    silent = np.flatnonzero((np.asarray(model.encode(batch.input)) == 0).all(axis=0))
    assert 4 in silent
    assert set(np.flatnonzero(slope)) <= set(silent)
    assert slope[4] < 0  # a step against it lets the unit speak more


def test_more_units_than_there_are_cannot_speak() -> None:
    variant = registry.variant("sparse")
    with pytest.raises(SettingError, match="smaller k"):
        variant.check(params.configure(registry.preset("sparse", "topk"), {"hidden_dim": 12, "k": 13}))
