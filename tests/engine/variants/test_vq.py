"""The codebook, its losses and what they move."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine import params, registry

SHAPE = (9, 6, 1)
PLACES = 3 * 2
SMALL = {"entries": 7, "dimensions": 3, "filters": 4, "halvings": 2}


@pytest.fixture
def made() -> Any:
    """The variant, its autoencoder and a batch of eight items; a loss moves the entries."""
    return make("loss")


def make(learning: str) -> Any:
    from engine.nn import runtime

    runtime.load("cpu")
    import tensorflow as tf

    from engine.nn.model import built
    from engine.nn.networks import Batch, NoiseKeys

    variant = registry.variant("vq")
    config = params.configure(
        registry.preset("vq", "small"),
        {"entries": 7, "dimensions": 3, "filters": 4, "halvings": 2, "learning": learning},
    )
    model = built(variant, config, SHAPE)
    items = tf.constant(np.random.default_rng(0).random((8, *SHAPE)), tf.float32)
    seed = tf.constant([1, 2])
    return variant, model, Batch(items, items, NoiseKeys(seed, seed), None, "training")


def gradients(made: Any, term: str) -> dict[str, Any]:
    """By the name of the weight, those of a term as it counts that are not 0."""
    import tensorflow as tf

    variant, model, batch = made
    variables = model.networks.trainable_variables
    with tf.GradientTape() as tape:
        found = variant.loss_terms(model, batch)[term]
        value = found.weight * found.value if hasattr(found, "weight") else found
    moved = zip(variables, tape.gradient(value, variables), strict=True)
    return {variable.path: slope for variable, slope in moved if slope is not None and np.abs(slope).max() > 0}


def test_codes_are_entries_and_the_nearest_ones(made: Any) -> None:
    _, model, batch = made
    codebook = model.networks.encoder.get_layer("codebook")
    entries = np.asarray(codebook.entries)
    outputs = model.outputs(batch.input)
    codes = np.asarray(outputs["code"]).reshape(8, PLACES, 3)
    distances = np.square(np.asarray(outputs["continuous"])[:, :, None] - entries).sum(axis=-1)
    np.testing.assert_allclose(codes, entries[distances.argmin(axis=-1)], atol=1e-6)
    assert model.decode(outputs["code"]).shape == (8, *SHAPE)


def test_the_reconstruction_moves_encoder_and_decoder_but_no_entry(made: Any) -> None:
    moved = gradients(made, "reconstruction")
    assert any("down1" in name for name in moved)
    assert any("up1" in name for name in moved)
    assert not any("codebook" in name for name in moved)


def test_the_codebook_term_moves_the_entries_alone(made: Any) -> None:
    assert {name.split("/")[-2] for name in gradients(made, "codebook")} == {"codebook"}


def test_running_means_begin_with_the_first_batch_and_move_in_training_alone() -> None:
    from dataclasses import replace

    from engine.nn.menu import drawing

    variant, model, batch = make("means")
    codebook = model.networks.encoder.get_layer("codebook")
    before = np.asarray(codebook.entries)
    variant.loss_terms(model, batch)
    assert np.array_equal(before, codebook.entries)
    vectors = np.asarray(model.outputs(batch.input)["continuous"]).reshape(-1, 3)
    first = np.asarray(codebook.nearest(vectors))
    learning = replace(model, learning=True)
    with drawing(batch.noise_keys):
        variant.loss_terms(learning, batch)
    began = np.asarray(codebook.entries)
    means = [vectors[first == number].mean(axis=0) for number in np.unique(first)]
    assert all(np.abs(np.vstack([vectors, *means]) - entry).sum(axis=1).min() < 1e-5 for entry in began)
    chosen = np.asarray(codebook.nearest(vectors))
    counts, sums = np.asarray(codebook._counts), np.asarray(codebook._sums)
    with drawing(batch.noise_keys):
        variant.loss_terms(learning, batch)
    for number in np.unique(chosen):
        mine = vectors[chosen == number]
        mean = (0.99 * sums[number] + 0.01 * mine.sum(axis=0)) / (0.99 * counts[number] + 0.01 * len(mine))
        np.testing.assert_allclose(codebook.entries[number], mean, rtol=1e-4, atol=1e-6)


def test_commitment_moves_the_encoder_alone(made: Any) -> None:
    moved = gradients(made, "commitment")
    assert moved
    assert not any("codebook" in name or "up" in name for name in moved)


def test_perplexity_and_usage_are_those_of_the_nearest_entries(made: Any) -> None:
    variant, model, batch = made
    codebook = model.networks.encoder.get_layer("codebook")
    chosen = np.asarray(codebook.nearest(model.outputs(batch.input)["continuous"]))
    shares = np.bincount(chosen.ravel(), minlength=7) / chosen.size
    np.testing.assert_allclose(variant.views(model, batch.input)["usage"], shares, rtol=1e-6)
    used = shares[shares > 0]
    assert float(variant.loss_terms(model, batch)["in_use"].value) == pytest.approx(len(used) / 7)
    expected = np.exp(-(used * np.log(used)).sum())
    assert float(variant.loss_terms(model, batch)["perplexity"].value) == pytest.approx(expected, rel=1e-5)


def test_a_codebook_of_which_hardly_anything_is_chosen_raises_an_alarm() -> None:
    from engine.analysis.alarms import History, raised
    from engine.events import EpochEnded

    variant = registry.variant("vq")
    for in_use, said in ((0.02, ["codebook_collapsed"]), (0.9, [])):
        terms = {"loss": 1.0, "in_use": in_use, "perplexity": 3.0}
        epoch = EpochEnded(
            stage="", epoch=1, train=terms, validation=terms, steps=200, seconds=1.0, samples_per_second=1.0
        )
        history = History.of([epoch] * 3)
        assert [alarm.key for alarm in raised(variant.alarms, history, {"learning": "loss"})] == said


def test_a_code_has_as_many_bits_as_choosing_takes() -> None:
    variant = registry.variant("vq")
    config = params.configure(registry.preset("vq", "tuned"), {"entries": 512})
    assert variant.bits(config, (28, 28, 1)) == 441
