"""What the losses of the variants do to the weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from engine import params, registry
from engine.nn.autoencoder import Autoencoder
from engine.nn.layers import Blocks
from engine.nn.model import built
from engine.nn.networks import Batch, NoiseKeys, Weighted
from engine.variants.variant import Variant

SHAPE = (8, 8, 1)
IMAGES = tf.constant(np.random.default_rng(0).random((32, *SHAPE), np.float32))
SEED = tf.constant([3, 4])
KEYS = NoiseKeys(SEED, SEED, tf.range(32))


def made(key: str, *, shape: tuple[int, ...] = SHAPE, **settings: Any) -> tuple[Variant, Autoencoder]:
    variant = registry.variant(key)
    preset = "kl" if settings.get("penalty") == "kl" else "book"
    config = params.configure(registry.preset(key, preset), {"precision": "float32", **settings})
    return variant, built(variant, config, shape)


def terms(variant: Variant, model: Autoencoder, epochs: float = 1e9) -> Any:
    batch = Batch(IMAGES, IMAGES, KEYS, tf.constant(epochs, tf.float32), "fine-tuning")
    return variant.loss_terms(model, batch)


@pytest.mark.parametrize("penalty", ["l1", "l2", "l1_l2", "kl"])
def test_the_sparsity_penalty_reaches_the_gradient_of_the_encoder(penalty: str) -> None:
    variant, model = made("sparse", penalty=penalty)
    with tf.GradientTape() as tape:
        value = terms(variant, model)["penalty"]
    gradients = tape.gradient(value, model.networks.encoder.trainable_variables)
    assert value > 0
    assert all(np.abs(gradient).max() > 0 for gradient in gradients)


def test_the_kl_penalty_is_zero_at_the_target_rate_only() -> None:
    for rate, expected in ((0.05, 0.0), (0.5, 3 * 10 * 0.494632)):
        variant, model = made("sparse", penalty="kl", hidden_dim=10)
        kernel, bias = model.networks.encoder.trainable_variables
        kernel.assign(tf.zeros_like(kernel))
        bias.assign(tf.fill(bias.shape, float(np.log(rate / (1 - rate)))))
        assert float(terms(variant, model)["penalty"]) == pytest.approx(expected, abs=2e-3)


@pytest.mark.parametrize(("corruption", "values"), [("salt_and_pepper", {0.0, 1.0}), ("masking", {0.0})])
def test_corruption_hits_its_share_of_the_pixels(corruption: str, values: set[float]) -> None:
    variant, model = made("denoising", corruption=corruption, noise_share=0.25)
    seen = np.asarray(variant.corrupt(model, IMAGES, KEYS))
    hit = seen != IMAGES.numpy()
    assert hit.mean() == pytest.approx(0.25, abs=0.05)
    assert set(np.unique(seen[hit])) == values


def test_fresh_noise_changes_with_the_step_and_fixed_noise_stays_with_the_item() -> None:
    later = KEYS._replace(fresh=tf.constant([3, 5]))
    order = tf.reverse(tf.range(32), [0])
    for resample, same in ((True, False), (False, True)):
        variant, model = made("denoising", resample=resample)
        first = np.asarray(variant.corrupt(model, IMAGES, KEYS))
        again = np.asarray(variant.corrupt(model, tf.gather(IMAGES, order), later._replace(items=order)))
        assert np.array_equal(first, again[::-1]) == same


def test_gradients_longer_than_the_clip_norm_are_scaled_down() -> None:
    weights = tf.Variable(tf.zeros([2]))
    variant, model = made("variational", clip_norm=5.0)
    optimizer = variant.optimizer(model, 10)
    optimizer.build([weights])
    optimizer.apply_gradients([(tf.constant([30.0, 40.0]), weights)])
    [momentum] = [variable for variable in optimizer.variables if "momentum" in variable.path]
    np.testing.assert_allclose(momentum, [0.3, 0.4], rtol=1e-5)  # a tenth of (3, 4), which has length 5


def test_the_kl_term_grows_to_its_weight_during_the_warm_up() -> None:
    for epochs, weight in ((0.0, 0.0), (5.0, 1.0), (10.0, 2.0), (99.0, 2.0)):
        term = terms(*made("variational", warmup=10, beta=2.0), epochs=epochs)["kl"]
        assert isinstance(term, Weighted)
        assert float(term.weight) == pytest.approx(weight)


def test_codes_are_drawn_from_the_distribution_that_the_encoder_gives() -> None:
    blocks = Blocks(0, "float32")
    noise = np.asarray(blocks.normal(tf.zeros([4000, 3]), KEYS._replace(items=tf.range(4000))))
    np.testing.assert_allclose(noise.std(axis=0), 1, atol=0.06)
    variant, model = made("variational")
    other = KEYS._replace(fresh=tf.constant([9, 9]))
    batch = Batch(IMAGES, IMAGES, other, tf.constant(1.0), "")
    first = terms(variant, model)
    second = variant.loss_terms(model, batch)
    assert first["reconstruction"] != second["reconstruction"]
    assert first["kl"].value == second["kl"].value


def test_binary_cross_entropy_of_logits_is_that_of_the_probabilities_and_never_overflows() -> None:
    logits = tf.constant([-200.0, -2.0, 0.0, 3.0, 200.0])
    target = tf.constant([1.0, 0.25, 0.5, 0.0, 0.0])
    found = np.asarray(Blocks(0, "float32").binary_cross_entropy(target, logits))
    middle = 1 / (1 + np.exp(-logits[1:4].numpy()))
    x = target[1:4].numpy()
    np.testing.assert_allclose(found[1:4], -x * np.log(middle) - (1 - x) * np.log(1 - middle), rtol=1e-5)
    np.testing.assert_allclose(found[[0, 4]], 200.0)


@pytest.mark.parametrize("shape", [(28, 28, 1), (32, 32, 3), (8, 8, 1), (13, 30, 3), (5, 5, 1), (3, 2, 1)], ids=str)
def test_the_convolutional_network_gives_back_images_of_any_size(shape: tuple[int, int, int]) -> None:
    _, model = made("convolutional", shape=shape, filters=2, code_filters=1)
    assert model.networks.decoder.output_shape[1:] == shape


@pytest.mark.parametrize(
    ("key", "settings", "names"),
    [
        ("vanilla", {"reconstruction": "bce", "output": "sigmoid"}, {"reconstruction"}),
        ("vanilla", {"reconstruction": "mse"}, set()),
        ("contractive", {}, {"contraction"}),
        ("sparse", {"penalty": "l1_l2"}, {"penalty"}),
        ("sparse", {"penalty": "kl"}, set()),
        ("variational", {}, {"kl", "reconstruction"}),
        ("vq", {"filters": 8, "entries": 16, "dimensions": 4}, {"commitment"}),
        ("convolutional", {}, {"reconstruction"}),
    ],
)
def test_terms_of_single_items_have_the_terms_of_the_batch_as_their_means(
    key: str, settings: dict[str, Any], names: set[str]
) -> None:
    variant, model = made(key, **settings)
    batch = Batch(IMAGES, IMAGES, KEYS, tf.constant(1e9), "")
    found = {name: np.asarray(term) for name, term in variant.item_terms(model, batch).items()}
    assert set(found) >= names
    for name in found.keys() - ({"reconstruction"} if key == "variational" else set()):  # there a draw is in it
        whole = terms(variant, model)[name]
        value = whole.value if isinstance(whole, Weighted) else whole
        assert found[name].shape == (32,)
        assert found[name].mean() == pytest.approx(float(value), rel=1e-4)
