"""Our recurrent layers are Keras's, only quicker."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.nn import runtime

runtime.load("cpu")

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402

from engine.nn.recurrent import Gru, Lstm, UntilLastWord  # noqa: E402


def sentences() -> Any:
    """Five of up to seven vectors: a whole one, shorter ones, one with a gap inside, and an empty one."""
    vectors = np.random.default_rng(0).normal(size=(5, 7, 4)).astype(np.float32)
    vectors[1, 4:] = vectors[2, 1:] = vectors[3, 2] = vectors[4] = 0
    return vectors


def outcome(layer: Any, vectors: Any, mask: Any) -> list[Any]:
    """Outputs, and the gradients of a function of them."""
    inputs = tf.constant(vectors)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = layer(inputs, mask=mask)
        loss = tf.reduce_sum(tf.sin(outputs))
    return [outputs.numpy(), *(found.numpy() for found in tape.gradient(loss, [inputs, *layer.trainable_variables]))]


@pytest.mark.parametrize(("ours", "theirs"), [(Lstm, keras.layers.LSTM), (Gru, keras.layers.GRU)])
@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("sequences", [False, True])
@pytest.mark.parametrize("masked", [False, True])
def test_outputs_and_gradients_are_those_of_keras(
    ours: Any, theirs: Any, backwards: bool, sequences: bool, masked: bool
) -> None:
    vectors, random = sentences(), np.random.default_rng(1)
    layers = [kind(6, return_sequences=sequences, go_backwards=backwards) for kind in (ours, theirs)]
    for layer in layers:
        layer(vectors)
    weights = [random.normal(0, 0.5, weight.shape) for weight in layers[0].get_weights()]
    for layer in layers:
        layer.set_weights(weights)
    mask = UntilLastWord().compute_mask(vectors) if masked else None
    for found, expected in zip(*(outcome(layer, vectors, mask) for layer in layers), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_the_mask_ends_at_the_last_word_and_never_hides_all() -> None:
    mask = np.asarray(UntilLastWord().compute_mask(sentences()))
    assert mask.sum(axis=1).tolist() == [7, 4, 1, 7, 1]
    assert mask[3, 2]  # a word without a vector inside a sentence is still a word


def test_half_precision_products_change_little() -> None:
    vectors = sentences()
    whole, half = Lstm(6), Lstm(6, products="bfloat16")
    for layer in (whole, half):
        layer(vectors)
    half.set_weights(whole.get_weights())
    assert half(vectors).dtype == tf.float32
    np.testing.assert_allclose(half(vectors), whole(vectors), atol=0.02)
    assert not np.array_equal(half(vectors), whole(vectors))


def test_a_layer_is_made_again_from_its_configuration() -> None:
    for kind in (Lstm, Gru):
        made = kind.from_config(kind(3, products="bfloat16", go_backwards=True).get_config())
        assert (made.units, made.products, made.go_backwards) == (3, "bfloat16", True)
