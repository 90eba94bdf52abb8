"""Seconds per step of every image autoencoder, as ratios against `keras.Model.fit`.

Run with `pytest -m benchmark -s tests/benchmarks/test_variant_speed.py`. Both sides train the same networks with the
same loss and optimiser at the batch size of the recipe, in the same precision; ours also corrupts the images, `fit`
gets them corrupted. `benchmarks.clocks` says how the sides take turns.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from benchmarks import clocks, sides
from benchmarks.clocks import Side

from engine import params, registry
from engine.datasets.data import Part
from engine.datasets.image_data import ImageData, as_floats
from engine.params import TrainingConfig
from engine.variants.variant import Variant

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(3600)]

RATE = 1e-4
"""Of the optimiser, below the recipes': the order of the items then matters little, and losses can be compared."""
CASES = [
    ("sparse", "float32", 60_000, 1.3),
    ("denoising", "float32", 60_000, 1.1),
    ("stacked", "float32", 30_000, 1.1),
    ("variational", "float32", 30_000, 1.1),
    ("convolutional", "float32", 3_840, 0.9),
    ("convolutional", "mixed_bfloat16", 3_840, 0.9),
]
"""Variant, precision, images of an epoch, and how many times the time of ours `fit` takes at least."""


def random_images(items: int) -> ImageData:
    pixels, labels = np.random.default_rng(0).integers(0, 256, (items, 28, 28, 1), np.uint8), np.zeros(items, np.int64)
    return ImageData("random", Part(pixels, labels), Part(pixels[:10], labels[:10]), (), None)


def fit(variant: Variant, config: TrainingConfig, data: ImageData, **compiled: Any) -> Side:
    """`compiled` goes to `compile`, whose defaults include XLA (`jit_compile="auto"`)."""
    import keras
    import tensorflow as tf

    from engine.nn.model import KerasModel, built
    from engine.nn.networks import Batch, NoiseKeys, Weighted

    twin = built(variant, config, data.shape)
    stage = variant.stages(config)[-1].name

    class Peer(keras.Model):
        """Its prediction is its input: the loss goes through the networks itself, once."""

        def __init__(self) -> None:
            super().__init__()
            self.encoder, self.decoder = twin.networks.encoder, twin.networks.decoder

        def call(self, x: Any) -> Any:
            return x

        def compute_loss(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None, training: bool = True) -> Any:
            seed = tf.stack([tf.cast(self.optimizer.iterations, tf.int32), 7])
            batch = Batch(y_pred, y, NoiseKeys(seed, seed, tf.range(tf.shape(y)[0])), tf.constant(1e9), stage)
            terms = variant.loss_terms(twin, batch).values()
            return sum(term.weight * term.value if isinstance(term, Weighted) else term for term in terms)

    model = Peer()
    model.compile(variant.optimizer(twin, 1000), **compiled)
    inputs = KerasModel(variant, twin).corrupted(data.train.items)
    return sides.fit(model, inputs, as_floats(data.train.items), config.batch_size)


@pytest.mark.parametrize(("key", "precision", "items", "least"), CASES)
def test_it_trains_fast_beside_fit(key: str, precision: str, items: int, least: float) -> None:
    sides.skip_without(precision)
    variant, data = registry.variant(key), random_images(clocks.items(items))
    settings = {"precision": precision, "epochs": 10_000, "learning_rate": RATE}
    config = params.configure(registry.preset(key, "book"), settings)
    ours = sides.run(variant, config, data)
    # XLA as ours has it: none for convolutions, where `fit` would choose it.
    known = {"steps_per_execution": sides.STEPS_A_CALL, "jit_compile": variant.xla}
    name = sides.MANY + ("" if variant.xla else ", without XLA")
    peers = {"fit": fit(variant, config, data), name: fit(variant, config, data, **known)}
    found = clocks.race(ours, peers)
    steps = -(-len(data.train.items) // config.batch_size)
    print("", *clocks.rows(f"{key}, {config.batch_size}, {precision}", found, steps), sep="\n")
    assert list(clocks.last_losses(found).values()) == pytest.approx([1] * len(found), abs=0.05)
    clocks.held(found["fit"], least)
