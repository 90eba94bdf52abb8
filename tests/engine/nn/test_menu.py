"""Layers by their names in Keras: repeatable whatever they draw, and alike in training only where they say so."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from engine import params, registry
from engine.backend import Checkpoint, EpochReport
from engine.nn.graph_cache import Graphs
from engine.nn.layers import Blocks
from engine.nn.menu import drawing
from engine.nn.networks import NoiseKeys
from engine.nn.trainer import Trainer
from engine.variants.vanilla import Vanilla

CONFIG = params.configure(registry.preset("vanilla", "small"), {"epochs": 2, "batch_size": 16, "hidden_dim": 6})
ITEMS = tf.constant(np.random.default_rng(0).random((64, 50)), tf.float32)


class Open(Vanilla):
    """Convolution, normalisation and dropout, none of them in the menu by a name of its own."""

    def networks(self, config: Any, shape: tuple[int, ...], blocks: Any) -> Any:
        down = [
            blocks.layer("Conv2D", filters=3, kernel_size=2, strides=2, padding="same", name="down"),
            blocks.layer("BatchNormalization", name="normal"),
            blocks.layer("Dropout", rate=0.3, name="dropout"),
            blocks.flatten(),
        ]
        encoder = blocks.encoder(shape, [*down, blocks.dense(config.hidden_dim, "linear", name="code")])
        pixels = blocks.dense(blocks.size(shape), "linear", name="pixels")
        return blocks.networks(encoder, blocks.decoder(encoder, [pixels, blocks.reshape(shape)], config.output))


def keys(step: int) -> NoiseKeys:
    return NoiseKeys(tf.constant([1, step]), tf.constant([1, 0]))


def reports(training: Trainer, most: int = 99) -> list[EpochReport]:
    found: list[EpochReport] = []
    for each in training.run():
        found += [each] if isinstance(each, EpochReport) else []
        if len(found) == most:
            break
    return found


def test_a_network_of_any_layers_trains_and_resumes_to_the_bit(small_data: Any) -> None:
    data = small_data()
    graphs = Graphs(Open(), CONFIG, data)  # compiled once for the three

    def begun(checkpoint: Checkpoint | None = None) -> Trainer:
        graphs.begin()
        return Trainer(Open(), CONFIG, data, checkpoint, graphs=graphs)

    whole = begun()
    expected, end = reports(whole)[-1].event, whole.checkpoint().arrays
    first = begun()
    reports(first, most=1)
    second = begun(first.checkpoint())
    found = reports(second)[-1].event
    assert (found.train, found.validation) == (expected.train, expected.validation)
    assert all(np.array_equal(second.checkpoint().arrays[name], array) for name, array in end.items())
    [moved] = [array for name, array in end.items() if "moving_mean" in name]
    assert np.abs(moved).max() > 0


def test_weights_depend_on_the_seed_and_the_order_of_making_alone() -> None:
    def made(seed: int) -> Any:
        layer = Blocks(seed, "float32").layer("Conv2D", filters=2, kernel_size=3)
        layer.build((None, 8, 8, 1))
        return np.asarray(layer.kernel)

    assert np.array_equal(made(1), made(1))
    assert not np.array_equal(made(1), made(2))


def test_dropout_repeats_with_its_keys_and_leaves_inputs_alone_outside_training() -> None:
    blocks = Blocks(0, "float32")
    one, other = (blocks.layer("Dropout", rate=0.25, name=name) for name in ("a", "b"))
    with drawing(keys(1)):
        first, again, second = one(ITEMS, training=True), one(ITEMS, training=True), other(ITEMS, training=True)
    with drawing(keys(2)):
        later = one(ITEMS, training=True)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, second)
    assert not np.array_equal(first, later)
    assert np.mean(first == 0) == pytest.approx(0.25, abs=0.03)
    np.testing.assert_allclose(np.asarray(first)[first != 0], np.asarray(ITEMS)[first != 0] / 0.75, rtol=1e-6)
    assert np.array_equal(one(ITEMS), ITEMS)


def test_gaussian_noise_has_its_deviation() -> None:
    layer = Blocks(0, "float32").layer("GaussianNoise", stddev=0.5, name="noise")
    with drawing(keys(1)):
        assert np.std(layer(ITEMS, training=True) - ITEMS) == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        ("SpatialDropout2D", {"rate": 0.1}),
        ("LSTM", {"units": 2, "dropout": 0.1}),
        ("AdditiveAttention", {"dropout": 0.5}),
    ],
)
def test_a_layer_whose_noise_could_not_be_repeated_is_refused(kind: str, settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="a resumed run cannot repeat"):
        Blocks(0, "float32").layer(kind, **settings)


def test_a_layer_whose_weights_would_begin_alike_is_refused() -> None:
    with pytest.raises(ValueError, match="begin alike"):
        Blocks(0, "float32").layer("MultiHeadAttention", num_heads=2, key_dim=4)


def test_a_name_that_keras_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="name of a layer"):
        Blocks(0, "float32").layer("Convolution", filters=2)
