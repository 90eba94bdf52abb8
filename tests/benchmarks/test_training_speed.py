"""Seconds per epoch of vanilla on MNIST-sized data, as ratios against peers in the same process.

Run with `pytest -m benchmark -s tests/benchmarks`. The data are random bytes of MNIST's size: speed does not depend on
what the pixels show. Peers take turns, so that a machine whose speed drifts treats all alike.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
import pytest

from engine import registry
from engine.datasets.data import Part
from engine.datasets.image_data import ImageData
from engine.training import EpochReport

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(1200)]

ITEMS, BATCH, ROUNDS = 60_000, 256, 5
Epoch = Callable[[], Any]


def random_images(items: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (items, 28, 28, 1), np.uint8)


def ours(images: np.ndarray) -> Epoch:
    from engine.nn.backend import KerasBackend

    blank = np.zeros(10, np.int64)
    data = ImageData("random", Part(images, np.zeros(len(images), np.int64)), Part(images[:10], blank), (), None)
    training = KerasBackend("cpu").training(registry.variant("vanilla"), registry.preset("vanilla", "book"), data, None)
    course = training.run()
    return lambda: next(report for report in course if isinstance(report, EpochReport))


def keras_model() -> Any:
    import keras

    layers = [keras.Input((784,)), keras.layers.Dense(128, "relu"), keras.layers.Dense(784, "relu")]
    return keras.Sequential(layers)


def keras_fit(images: np.ndarray) -> Epoch:
    import keras

    floats = images.reshape(len(images), 784) / np.float32(255)
    model = keras_model()
    model.compile(keras.optimizers.Adam(1e-2), "mse")
    return lambda: model.fit(floats, floats, batch_size=BATCH, epochs=1, verbose=0)


def eager_tape(images: np.ndarray) -> Epoch:
    import keras
    import tensorflow as tf

    floats = images.reshape(len(images), 784) / np.float32(255)
    model, optimizer = keras_model(), keras.optimizers.Adam(1e-2)
    dataset = tf.data.Dataset.from_tensor_slices(floats).shuffle(ITEMS).batch(BATCH)

    def epoch() -> None:
        for x in dataset:
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(tf.square(x - model(x)))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))

    return epoch


def jax_scan(images: np.ndarray) -> Epoch:
    """The same step by hand: uint8 on the device, gather inside, Adam as Keras writes it, 39 steps a call."""
    import jax
    import jax.numpy as jnp

    data = jnp.asarray(images.reshape(len(images), 784))
    random = np.random.default_rng(0)
    weights = [jnp.asarray(random.normal(0, 0.05, shape), jnp.float32) for shape in ((784, 128), (128, 784))]
    biases = [jnp.zeros(128), jnp.zeros(784)]
    start = [weights[0], biases[0], weights[1], biases[1]]

    def loss(p: Any, x: Any) -> Any:
        return jnp.mean((jax.nn.relu(jax.nn.relu(x @ p[0] + p[1]) @ p[2] + p[3]) - x) ** 2)

    def step(state: Any, chosen: Any) -> Any:
        p, m, v, t = state
        x = data[chosen].astype(jnp.float32) * (1 / 255)
        value, g = jax.value_and_grad(loss)(p, x)
        t = t + 1
        rate = 1e-2 * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
        m = [a + (b - a) * 0.1 for a, b in zip(m, g, strict=True)]
        v = [a + (b * b - a) * 0.001 for a, b in zip(v, g, strict=True)]
        p = [w - rate * a / (jnp.sqrt(b) + 1e-7) for w, a, b in zip(p, m, v, strict=True)]
        return (p, m, v, t), value

    chunk = jax.jit(lambda state, order: jax.lax.scan(step, state, order))
    zeros = [jnp.zeros_like(w) for w in start]
    state = (start, zeros, zeros, jnp.float32(0))

    def epoch() -> None:
        nonlocal state
        order = np.random.default_rng(1).permutation(len(images)).astype(np.int32)
        full = len(order) // BATCH
        batches = order[: full * BATCH].reshape(-1, BATCH)
        for rows in (*(batches[at : at + 39] for at in range(0, full, 39)), order[None, full * BATCH :]):
            state, losses = chunk(state, rows)
            losses.block_until_ready()

    return epoch


def seconds(epoch: Epoch) -> float:
    began = time.perf_counter()
    epoch()
    return time.perf_counter() - began


def test_vanilla_trains_faster_than_its_peers() -> None:
    images = random_images(ITEMS)
    epochs = {"ours": ours(images), "fit": keras_fit(images), "eager": eager_tape(images)}
    if importlib.util.find_spec("jax"):
        epochs["jax"] = jax_scan(images)
    for epoch in epochs.values():
        epoch()  # compilation
    times: dict[str, list[float]] = {name: [] for name in epochs}
    for _ in range(ROUNDS):
        for name, epoch in epochs.items():
            times[name].append(seconds(epoch))
    middle = {name: median(found) for name, found in times.items()}
    ratios = {name: median(a / b for a, b in zip(found, times["ours"], strict=True)) for name, found in times.items()}
    for name, found in times.items():
        runs = " ".join(f"{value:.3f}" for value in found)
        print(f"{name:6} median {middle[name]:.3f} s an epoch, {ratios[name]:.2f} × ours   ({runs})")
    assert ratios["fit"] >= 3.0
    assert ratios["eager"] >= 10.0
    if "jax" in ratios:
        assert ratios["jax"] >= 1 / 1.15
