"""Seconds per epoch of vanilla on MNIST-sized data, as ratios against peers in the same process.

Run with `pytest -m benchmark -s tests/benchmarks/test_training_speed.py`. The data are random bytes of MNIST's size:
speed does not depend on what the pixels show. `benchmarks.clocks` says how the sides take turns.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from benchmarks import clocks, sides
from benchmarks.clocks import Ended, Side

from engine import params, registry
from engine.datasets.data import Part
from engine.datasets.image_data import ImageData, as_floats

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(3600)]

ITEMS, BATCH = clocks.items(60_000), 256
RATE = 1e-4
"""Of Adam, far below the recipe's: with a small one the order of the items matters little, and losses can be compared.
"""
Weights = list[np.ndarray]


def ours(images: np.ndarray) -> tuple[Side, Weights]:
    """Our side, and the weights that it begins with: in layers' order, kernel and bias of each."""
    from engine.nn.layers import Blocks

    blank = np.zeros(10, np.int64)
    data = ImageData("random", Part(images, np.zeros(len(images), np.int64)), Part(images[:10], blank), (), None)
    config = params.configure(registry.preset("vanilla", "book"), {"epochs": 10_000, "learning_rate": RATE})
    variant = registry.variant("vanilla")
    twin = variant.networks(config, data.shape, Blocks(config.seed, config.precision))
    weights = [*twin.encoder.get_weights(), *twin.decoder.get_weights()]
    return sides.run(variant, config, data), weights


def keras_model(start: Weights) -> Any:
    import keras

    layers = [keras.Input((784,)), keras.layers.Dense(128, "relu"), keras.layers.Dense(784, "relu")]
    model = keras.Sequential(layers)
    model.set_weights(start)
    return model


def keras_fit(floats: np.ndarray, start: Weights, steps: int = 1) -> Side:
    import keras

    model = keras_model(start)
    model.compile(keras.optimizers.Adam(RATE), "mse", steps_per_execution=steps)
    return sides.fit(model, floats, floats, BATCH)


def in_a_row(epoch: Callable[[], float]) -> Side:
    """A side out of what trains one epoch and returns its loss."""

    def side(epochs: int, ended: Ended) -> None:
        for _ in range(epochs):
            ended(epoch())

    return side


def eager_tape(floats: np.ndarray, start: Weights) -> Side:
    import keras
    import tensorflow as tf

    model, optimizer = keras_model(start), keras.optimizers.Adam(RATE)
    dataset = tf.data.Dataset.from_tensor_slices(floats).shuffle(ITEMS).batch(BATCH).prefetch(tf.data.AUTOTUNE)

    def epoch() -> float:
        losses = []
        for x in dataset:
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(tf.square(x - model(x)))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
            losses.append(loss)
        return float(tf.reduce_mean(losses))

    return in_a_row(epoch)


def jax_scan(images: np.ndarray, start: Weights) -> Side:
    """The same step by hand: uint8 on the device, gather inside, Adam as Keras writes it, 39 steps a call."""
    import jax
    import jax.numpy as jnp

    data = jnp.asarray(images.reshape(len(images), 784))
    random = np.random.default_rng(0)

    def loss(p: Any, x: Any) -> Any:
        return jnp.mean((jax.nn.relu(jax.nn.relu(x @ p[0] + p[1]) @ p[2] + p[3]) - x) ** 2)

    def step(state: Any, chosen: Any) -> Any:
        p, m, v, t = state
        x = data[chosen].astype(jnp.float32) * (1 / 255)
        value, g = jax.value_and_grad(loss)(p, x)
        t = t + 1
        rate = RATE * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
        m = [a + (b - a) * 0.1 for a, b in zip(m, g, strict=True)]
        v = [a + (b * b - a) * 0.001 for a, b in zip(v, g, strict=True)]
        p = [w - rate * a / (jnp.sqrt(b) + 1e-7) for w, a, b in zip(p, m, v, strict=True)]
        return (p, m, v, t), value

    chunk = jax.jit(lambda state, order: jax.lax.scan(step, state, order))
    zeros = [jnp.zeros_like(w) for w in start]
    state = (list(map(jnp.asarray, start)), zeros, zeros, jnp.float32(0))

    def epoch() -> float:
        nonlocal state
        order = random.permutation(len(images)).astype(np.int32)
        full = len(order) // BATCH
        batches = order[: full * BATCH].reshape(-1, BATCH)
        losses = []
        rest = order[None, full * BATCH :]
        for rows in (*(batches[at : at + 39] for at in range(0, full, 39)), *([rest] if rest.size else [])):
            state, found = chunk(state, rows)
            losses.append(found.block_until_ready())
        return float(jnp.concatenate(losses).mean())

    return in_a_row(epoch)


def test_vanilla_trains_faster_than_its_peers() -> None:
    images = np.random.default_rng(0).integers(0, 256, (ITEMS, 28, 28, 1), np.uint8)
    side, start = ours(images)
    floats = as_floats(images).reshape(ITEMS, 784)
    peers = {
        "fit": keras_fit(floats, start),
        sides.MANY: keras_fit(floats, start, sides.STEPS_A_CALL),
        "eager tape": eager_tape(floats, start),
    }
    if importlib.util.find_spec("jax"):
        peers["jax scan"] = jax_scan(images, start)
    found = clocks.race(side, peers)
    print("", *clocks.rows("vanilla", found, -(-ITEMS // BATCH), "jax"), sep="\n")
    assert list(clocks.last_losses(found).values()) == pytest.approx([1] * len(found), abs=0.05)
    clocks.held(found["fit"], 1.5)
    clocks.held(found["eager tape"], 4.0)
    if "jax scan" in found:
        clocks.held(found["jax scan"], 0.7)
