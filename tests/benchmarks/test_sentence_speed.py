"""Seconds per step of the published sentence network, as ratios against the same network in `keras.Model.fit`.

Run with `pytest -m benchmark -s tests/benchmarks/test_sentence_speed.py`: 512 units, both directions, 50 words of 50
numbers, batches of 64. All sides begin with the same weights and see the same sentences in the same order.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pytest

from engine import params, registry

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(1800)]

ROUNDS = 7
STEPS = 6
BATCH = 64
RATE = 1e-3
"""Of Adam, half the recipe's: with a small one rounding stays rounding, and the losses can be compared."""
LENGTH = DIMENSIONS = 50
HALF = any(flag in Path("/proc/cpuinfo").read_text() for flag in ("avx512_bf16", "amx_bf16"))


def sentences(count: int) -> Any:
    """Vectors like words' and then padding, (count, words, numbers)."""
    random = np.random.default_rng(0)
    themes = random.normal(0, 0.6, (20, DIMENSIONS))
    vectors = themes[random.integers(0, 20, count)][:, None] + random.normal(0, 0.3, (count, LENGTH, DIMENSIONS))
    lengths = random.integers(8, LENGTH, count)
    vectors[np.arange(LENGTH) >= lengths[:, None]] = 0
    return vectors.astype(np.float32)


def ours(precision: str, vectors: Any) -> Callable[[slice], list[float]]:
    """Steps through the compiled chunks of a stage, as the trainer takes them; returns their losses."""
    import tensorflow as tf

    from engine.nn.blocks import Blocks
    from engine.nn.chunks import Stretch
    from engine.nn.stage import CompiledStage

    class Ready:
        """Vectors as they are: what is measured is the network."""

        def blank(self) -> Any:
            return tf.zeros([1, LENGTH, DIMENSIONS])

        def seen(self, rows: Any) -> Any:
            return rows, tf.cast(tf.reduce_any(rows != 0, axis=-1), tf.float32)

    variant = registry.variant("sentence")
    config = params.configure(registry.preset("sentence", "book"), {"precision": precision, "learning_rate": RATE})
    blocks = Blocks(1, precision)
    networks = variant.networks(config, (LENGTH, DIMENSIONS), blocks)
    stage = CompiledStage(variant, config, variant.stages(config)[0], networks, blocks, Ready(), 1000)
    data, order = tf.constant(vectors), tf.range(len(vectors))

    def steps(which: slice) -> list[float]:
        stretch = Stretch(which.start, which.stop - which.start, which.start * BATCH, BATCH, 0, 0)
        found = stage.chunks.run(data, order, stretch, (0, 0), learn=True).terms
        return [float(loss) for loss in found[:, 0]]

    return steps


def fit(vectors: Any) -> Callable[[slice], list[float]]:
    """The same network out of Keras's own layers."""
    import keras

    from engine.nn.blocks import Blocks

    layers, variant = keras.layers, registry.variant("sentence")
    model = keras.Sequential(
        [
            keras.Input((LENGTH, DIMENSIONS)),
            layers.Bidirectional(layers.LSTM(512), merge_mode="sum"),
            layers.RepeatVector(LENGTH),
            layers.Bidirectional(layers.LSTM(DIMENSIONS, return_sequences=True), merge_mode="sum"),
        ]
    )
    twin = variant.networks(registry.preset("sentence", "book"), (LENGTH, DIMENSIONS), Blocks(1, "float32"))
    model.set_weights([*twin.encoder.get_weights(), *twin.decoder.get_weights()])
    model.compile(keras.optimizers.Adam(RATE), "mse")

    class Losses(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            self.means: list[float] = []

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            self.means.append(logs["loss"])  # of all batches so far

    losses = Losses()

    def steps(which: slice) -> list[float]:
        part = vectors[which.start * BATCH : which.stop * BATCH]
        model.fit(part, part, batch_size=BATCH, epochs=1, verbose=0, shuffle=False, callbacks=[losses])
        sums = [mean * (place + 1) for place, mean in enumerate(losses.means)]
        return np.diff(sums, prepend=0).tolist()

    return steps


def test_a_step_takes_less_time_than_in_fit_at_the_same_loss() -> None:
    from engine.nn import runtime

    runtime.load("cpu")
    vectors = sentences((ROUNDS + 1) * STEPS * BATCH)
    sides = {"fit": fit(vectors), "float32": ours("float32", vectors)}
    if HALF:
        sides["mixed_bfloat16"] = ours("mixed_bfloat16", vectors)
    times: dict[str, list[float]] = {name: [] for name in sides}
    losses: dict[str, list[float]] = {name: [] for name in sides}
    for turn in range(ROUNDS + 1):  # in the first one everything is compiled
        for name, steps in sides.items():
            began = time.perf_counter()
            losses[name] += steps(slice(turn * STEPS, (turn + 1) * STEPS))
            times[name].append((time.perf_counter() - began) / STEPS)
    for name, found in times.items():
        ratio = median(a / b for a, b in zip(found[1:], times["fit"][1:], strict=True))
        last = np.mean(losses[name][-STEPS:]) / np.mean(losses["fit"][-STEPS:])
        print(f"{name:14} {1e3 * median(found[1:]):6.0f} ms a step, {ratio:.2f} × fit; loss {last:.4f} × fit's")
        assert ratio <= {"fit": 1, "float32": 0.95, "mixed_bfloat16": 0.7}[name]
        assert last == pytest.approx(1, abs=0.01)
