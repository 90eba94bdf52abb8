"""Layers that are computed together give what Keras gives for one after the other."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray

from engine import params, registry
from engine.nn import chains, enlarging
from engine.nn.model import built
from engine.nn.pooling import largest

SHAPES = [(28, 28, 1), (9, 6, 2), (13, 3)]


def numbers(*shape: int) -> Any:
    return tf.constant(np.random.default_rng(0).standard_normal(shape, np.float32))


def answers(network: Any, weights: list[Any], x: Any) -> list[NDArray[Any]]:
    """What comes out, and the gradients of input and weights of a loss that sees every place of it differently."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        found = network(x)
        loss = tf.reduce_sum(found * tf.cos(tf.reshape(tf.range(tf.size(found), dtype=tf.float32), tf.shape(found))))
    return [found.numpy(), *(one.numpy() for one in tape.gradient(loss, [x, *weights]))]


def assert_alike(model: keras.Model, x: Any) -> None:
    steps = chains.steps(model)
    assert steps is not None

    def quick(tensor: Any) -> Any:
        return chains.through(steps, tensor)

    weights = [weight.value for weight in model.trainable_variables]
    for found, expected in zip(answers(quick, weights, x), answers(model, weights, x), strict=True):
        np.testing.assert_allclose(found, expected, atol=2e-5 * max(1, np.abs(expected).max()))


def networks(shape: tuple[int, ...], **settings: Any) -> Any:
    preset = registry.preset("convolutional", "series" if len(shape) == 2 else "small")
    config = params.configure(preset, {"activation": "relu", "filters": 5, "code_filters": 3, **settings})
    return built(registry.variant("convolutional"), config, shape).networks


@pytest.mark.parametrize("shape", SHAPES)
def test_both_halves_answer_and_learn_as_the_layers_do_one_by_one(shape: tuple[int, ...]) -> None:
    made = networks(shape)
    assert_alike(made.encoder, numbers(2, *shape))
    assert_alike(made.decoder, numbers(2, made.code_size))


def test_what_xla_compiles_answers_like_the_layers() -> None:
    made = networks((12, 12, 1))
    quick = tf.function(chains.quicker(made.decoder), autograph=False)
    weights, codes = [weight.value for weight in made.decoder.trainable_variables], numbers(2, made.code_size)
    for found, expected in zip(answers(quick, weights, codes), answers(made.decoder, weights, codes), strict=True):
        np.testing.assert_allclose(found, expected, atol=2e-5 * max(1, np.abs(expected).max()))


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize(("channels", "filters"), [(3, 1), (3, 17)])
@pytest.mark.parametrize("product", [False, True])
def test_enlarging_and_convolving_are_one(
    padding: str, channels: int, filters: int, product: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(enlarging, "SMALL", 100 if product else 0)
    inputs = keras.Input((4, 3, channels))
    layers = [keras.layers.UpSampling2D(2), keras.layers.Conv2D(filters, 3, padding=padding, activation="tanh")]
    assert_alike(keras.Model(inputs, layers[1](layers[0](inputs))), numbers(2, 4, 3, channels))


def test_of_equal_numbers_the_first_is_the_largest() -> None:
    x = tf.ones([1, 2, 2, 1])
    with tf.GradientTape() as tape:
        tape.watch(x)
        found = largest(x)
    np.testing.assert_array_equal(tape.gradient(found, x)[0, ..., 0], [[1, 0], [0, 0]])


@pytest.mark.parametrize(
    "layers",
    [
        [keras.layers.Conv2D(2, 5), keras.layers.MaxPooling2D(2)],
        [keras.layers.Conv2D(2, 3, strides=2), keras.layers.MaxPooling2D(2)],
        [keras.layers.Conv2D(2, 3, activation="gelu"), keras.layers.MaxPooling2D(2)],
        [keras.layers.Conv2D(2, 3), keras.layers.MaxPooling2D(3)],
        [keras.layers.UpSampling2D(2, interpolation="bilinear"), keras.layers.Conv2D(2, 3)],
        [keras.layers.UpSampling2D(3), keras.layers.Conv2D(2, 3)],
        [keras.layers.UpSampling2D(2), keras.layers.Conv2D(2, 3), keras.layers.BatchNormalization()],
    ],
)
def test_what_is_not_known_is_left_to_keras(layers: list[keras.layers.Layer]) -> None:
    tensor = inputs = keras.Input((12, 12, 2))
    for layer in layers:
        tensor = layer(tensor)
    model = keras.Model(inputs, tensor)
    assert chains.quicker(model) is model
