"""Seconds per epoch of every image autoencoder, as ratios against `keras.Model.fit` with its defaults.

Run with `pytest -m benchmark -s tests/benchmarks/test_variant_speed.py`. Both sides train the same networks with the
same loss and optimiser at the batch size of the recipe, in float32; ours also corrupts the images, `fit` gets them
corrupted. A second line of the convolutional one is ours in the precision that `auto` chooses.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import msgspec
import numpy as np
import pytest

from engine import params, registry
from engine.datasets.data import Part
from engine.datasets.image_data import ImageData, as_floats
from engine.params import TrainingConfig
from engine.training import EpochReport
from engine.variants.variant import Variant

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(1200)]

ROUNDS = 5
Epoch = Callable[[], float]
CASES = {
    "sparse": ("book", 60_000, 3.0),
    "denoising": ("book", 60_000, 3.0),
    "stacked": ("book", 30_000, 3.0),
    "variational": ("book", 30_000, 3.0),
    "convolutional": ("book", 3_840, 1.5),
}


def images(items: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (items, 28, 28, 1), np.uint8)


def ours(variant: Variant, config: TrainingConfig, data: ImageData) -> Epoch:
    from engine.nn.backend import KerasBackend

    course = KerasBackend("cpu").training(variant, config, data, None).run()
    return lambda: next(report for report in course if isinstance(report, EpochReport)).event.seconds


def fit(variant: Variant, config: TrainingConfig, data: ImageData) -> Epoch:
    import keras
    import tensorflow as tf

    from engine.nn.blocks import Blocks
    from engine.nn.model import KerasModel
    from engine.nn.networks import Batch, Draw, Weighted

    blocks = Blocks(config.seed, config.precision)
    networks = variant.networks(config, data.shape, blocks)
    stage = variant.stages(config)[-1].name

    class Peer(keras.Model):
        """Its prediction is its input: the loss goes through the networks itself, once."""

        def __init__(self) -> None:
            super().__init__()
            self.encoder, self.decoder = networks.encoder, networks.decoder

        def call(self, x: Any) -> Any:
            return x

        def compute_loss(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None, training: bool = True) -> Any:
            seed = tf.stack([tf.cast(self.optimizer.iterations, tf.int32), 7])
            batch = Batch(y_pred, y, Draw(seed, seed, tf.range(tf.shape(y)[0])), tf.constant(1e9), stage)
            terms = variant.loss_terms(networks, batch, config, blocks).values()
            return sum(term.weight * term.value if isinstance(term, Weighted) else term for term in terms)

    model = Peer()
    model.compile(variant.optimizer(config, 1000, blocks))
    targets = as_floats(data.train.items)
    inputs = KerasModel(variant, config, networks, blocks).corrupted(data.train.items)

    def epoch() -> float:
        began = time.perf_counter()
        model.fit(inputs, targets, batch_size=config.batch_size, epochs=1, verbose=0)
        return time.perf_counter() - began

    return epoch


@pytest.mark.parametrize("key", CASES)
def test_it_trains_faster_than_fit(key: str) -> None:
    preset, items, wanted = CASES[key]
    variant = registry.variant(key)
    config = params.configure(registry.preset(key, preset), {"precision": "float32", "epochs": 100})
    pixels, labels = images(items), np.zeros(items, np.int64)
    data = ImageData("random", Part(pixels, labels), Part(pixels[:10], labels[:10]), (), None)
    epochs = {"ours": ours(variant, config, data), "fit": fit(variant, config, data)}
    if registry.preset(key, preset).precision == "auto":
        epochs["auto"] = ours(variant, msgspec.structs.replace(config, precision="auto"), data)
    for epoch in epochs.values():
        epoch()  # compilation
    times: dict[str, list[float]] = {name: [] for name in epochs}
    for _ in range(ROUNDS):
        for name, epoch in epochs.items():
            times[name].append(epoch())
    steps = -(-items // config.batch_size)
    for name, found in times.items():
        ratio = median(a / b for a, b in zip(times["fit"], found, strict=True))
        print(f"{key:14} {name:5} {1e3 * median(found) / steps:7.2f} ms a step, fit takes {ratio:.2f} × that")
    best = times.get("auto", times["ours"])
    assert median(a / b for a, b in zip(times["fit"], best, strict=True)) >= wanted
