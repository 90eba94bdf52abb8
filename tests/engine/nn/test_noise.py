from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray

from engine import params, registry
from engine.datasets.data import Part
from engine.datasets.image_data import ImageData
from engine.nn import noise
from engine.nn.model import KerasModel, built
from engine.nn.tensorflow_backend import KerasBackend

ROWS, SIZE = 2_000, 101


def drawn(kind: str, seed: tuple[int, int] = (1, 2), rows: list[int] | None = None) -> NDArray[np.float32]:
    places = tf.range(ROWS) if rows is None else tf.constant(rows)
    found: NDArray[np.float32] = getattr(noise, kind)(tf.constant(seed), places, SIZE).numpy()
    return found


def error(power: int) -> float:
    """Five standard errors of the mean of the `power`-th power of normal numbers."""
    return 5 * math.sqrt(math.prod(range(1, 2 * power, 2)) / (ROWS * SIZE))


def test_normal_numbers_have_the_moments_of_a_normal_distribution() -> None:
    x = drawn("normal").astype(np.float64)
    for power, moment in ((1, 0), (2, 1), (3, 0), (4, 3)):
        assert np.mean(x**power) == pytest.approx(moment, abs=error(power))


def test_normal_numbers_have_the_distribution_and_the_tails_of_a_normal_one() -> None:
    x = np.sort(np.concatenate([drawn("normal", (seed, 7)).ravel() for seed in range(5)]).astype(np.float64))
    below = 0.5 * (1 + tf.math.erf(x / math.sqrt(2)).numpy())
    steps = np.arange(len(x) + 1) / len(x)
    furthest = max((steps[1:] - below).max(), (below - steps[:-1]).max())
    assert furthest < 1.95 / math.sqrt(len(x))  # Kolmogorov and Smirnov: one time in a thousand it is not
    for bound in (2, 3, 4):
        share = math.erfc(bound / math.sqrt(2))
        assert np.mean(np.abs(x) > bound) == pytest.approx(share, abs=5 * math.sqrt(share / len(x)))


def test_the_furthest_normal_numbers_are_finite_and_alike_on_both_sides() -> None:
    ends = np.asarray(noise._quantiles(tf.constant([0x7FFFFFFF, 0x80000000, 0, 0xFFFFFFFF], tf.uint32)))
    np.testing.assert_array_equal(ends[::2], -ends[1::2])
    assert ends[0] == pytest.approx(5.42, abs=0.01)
    assert ends[2] > 0


def test_normal_numbers_are_the_same_whether_xla_compiles_them_or_not() -> None:
    compiled = tf.function(lambda rows: noise.normal(tf.constant((1, 2)), rows, SIZE), autograph=False)
    np.testing.assert_allclose(compiled(tf.range(50)), drawn("normal")[:50], rtol=1e-5)


def test_uniform_numbers_fill_the_open_interval_evenly() -> None:
    x = drawn("uniform")
    assert 0 < x.min() < 1e-3
    assert 1 - 1e-3 < x.max() < 1
    counts = np.histogram(x, 50, (0, 1))[0]
    expected = ROWS * SIZE / 50
    assert ((counts - expected) ** 2 / expected).sum() < 49 + 5 * math.sqrt(2 * 49)


@pytest.mark.parametrize("shift", [(1, 0), (0, 1), (7, 0), (0, SIZE // 2 + 1)])
def test_neighbours_know_nothing_of_each_other(shift: tuple[int, int]) -> None:
    x = drawn("normal")
    other = np.roll(x, shift, (0, 1))
    assert abs(np.mean(x * other)) < error(1)


def test_rows_depend_on_seed_and_number_only_not_on_their_company() -> None:
    np.testing.assert_array_equal(drawn("uniform", rows=[7, 3, 7]), drawn("uniform")[[7, 3, 7]])
    for other in ((1, 3), (2, 2), (2, 1)):
        assert abs(np.mean(drawn("normal") * drawn("normal", other))) < error(1)


@cache
def model(**settings: Any) -> Any:
    """A denoising one that was not trained."""
    variant = registry.variant("denoising")
    config = params.configure(
        registry.preset("denoising", "book"), {"hidden_dim": 3, "precision": "float32", **settings}
    )
    return KerasModel(variant, built(variant, config, (4, 4, 1)))


@pytest.mark.parametrize("resample", [True, False])
@pytest.mark.parametrize("training", [True, False])
def test_noise_is_the_same_block_by_block(resample: bool, training: bool) -> None:
    asked, images = model(resample=resample), np.zeros((2_050, 4, 4, 1), np.uint8)
    whole = asked.corrupted(images, training=training)
    pieces = [asked.corrupted(images[at : at + 1_000], at, training=training) for at in (0, 1_000, 2_000)]
    np.testing.assert_array_equal(np.concatenate(pieces), whole)
    np.testing.assert_array_equal(asked.corrupted(images[:10], training=training), whole[:10])
    for some in (slice(999, 1_001), slice(1_234, 1_235)):  # wherever they begin
        np.testing.assert_array_equal(asked.corrupted(images[some], some.start, training=training), whole[some])
    assert len(np.unique(whole[:, 0, 0, 0])) > 2_000


@pytest.mark.parametrize("resample", [True, False])
def test_draws_of_the_training_noise_differ_where_each_epoch_has_its_own(resample: bool) -> None:
    asked, images = model(resample=resample), np.zeros((100, 4, 4, 1), np.uint8)
    first, second = (asked.corrupted(images, training=True, draw=draw) for draw in (0, 1))
    assert np.array_equal(first, second) is not resample


@pytest.mark.parametrize("resample", [True, False])
def test_what_is_judged_on_has_not_the_noise_of_training(resample: bool) -> None:
    asked, images = model(resample=resample), np.zeros((2_050, 4, 4, 1), np.uint8)
    seen, trained = asked.corrupted(images), asked.corrupted(images, training=True)
    assert abs(np.corrcoef(seen.ravel(), trained.ravel())[0, 1]) < 5 / math.sqrt(seen.size)


def test_what_is_shown_before_a_run_is_what_its_model_will_see() -> None:
    items, variant = np.random.default_rng(0).random((10, 4, 4, 1), np.float32), registry.variant("denoising")
    config = params.configure(registry.preset("denoising", "book"), {"hidden_dim": 3, "precision": "auto"})
    shown = KerasBackend("cpu").corrupted(variant, config, items)
    np.testing.assert_array_equal(shown, model().corrupted(items))


def test_noise_drawn_once_is_that_which_the_run_trains_on() -> None:
    """A step of training with the weights of nothing else: its loss is the mean square of what the noise becomes."""
    images, labels = np.zeros((64, 4, 4, 1), np.uint8), np.zeros(64, np.int64)
    data = ImageData("black", Part(images, labels), Part(images, labels), ("a",), None)
    settings = {"hidden_dim": 16, "activation": "linear", "output": "linear", "batch_size": 64, "epochs": 1}
    settings["precision"] = "float32"  # "auto" would measure which is faster
    config = params.configure(registry.preset("denoising", "book"), settings)
    training = KerasBackend("cpu").training(registry.variant("denoising"), config, data, None)
    noisy = training.model.corrupted(images, training=True)
    expected = float(np.square(training.model.decode(training.model.encode(noisy))).mean())
    [*_, report] = training.run()
    assert report.event.train["loss"] == pytest.approx(expected, rel=1e-4)


def test_no_number_reaches_0_or_1_whatever_the_bits() -> None:
    ends = np.asarray(noise._unit(tf.constant([0, 0xFFFFFFFF, 0xFFFFFF00], tf.uint32)))
    assert ends.min() > 0
    assert ends.max() < 1
