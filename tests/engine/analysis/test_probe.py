from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import pytest
from generators import outcome

from engine.analysis import probe


def knn(*arrays: np.ndarray) -> float:
    return outcome(probe.knn(*arrays, neighbours=5))


def wide_knn(codes: np.ndarray, labels: np.ndarray, test_codes: np.ndarray, test_labels: np.ndarray) -> float:
    """The same on codes of 20 numbers, which are searched in another way."""
    return knn(np.tile(codes, 5), labels, np.tile(test_codes, 5), test_labels)


PROBES = (knn, wide_knn)


def clusters(count: int, seed: int, scale: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Codes (count, 4) in three clouds far from each other, and the clouds' numbers."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, 3, count)
    codes = random.normal(0, 0.1, (count, 4))
    codes[np.arange(count), labels] += 1
    return (codes * scale).astype(np.float32), labels


@pytest.mark.parametrize("accuracy", PROBES)
@pytest.mark.parametrize("scale", [1.0, 1e-6, 1e6])
def test_clear_classes_are_told_apart_and_random_ones_are_not(accuracy: Callable[..., float], scale: float) -> None:
    train, test = clusters(90, 0, scale), clusters(60, 1, scale)
    assert accuracy(*train, *test) == 1
    shuffled = np.random.default_rng(2).permutation(test[1])
    assert accuracy(*train, test[0], shuffled) < 0.6


@pytest.mark.parametrize("accuracy", PROBES)
def test_odd_codes_get_a_figure_and_no_warning(accuracy: Callable[..., float]) -> None:
    (codes, labels), test = clusters(40, 0), clusters(20, 1)
    codes[3], codes[4] = np.nan, np.inf
    constant = np.full_like(codes, 0.3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert accuracy(codes, labels, *test) > 0.9
        assert 0 <= accuracy(constant, labels, *test) <= 1
        assert accuracy(codes[:2], np.zeros(2, int), test[0], np.zeros(20, int)) == 1


def test_fewer_items_than_neighbours_all_vote() -> None:
    codes = np.float32([[0], [1], [1.1]])
    assert outcome(probe.knn(codes, np.array([0, 1, 1]), codes, np.array([1, 1, 1]), neighbours=15)) == 1


@pytest.mark.parametrize("count", [40, 10_000])
@pytest.mark.parametrize("offset", [0, 1_000])
def test_wide_codes_have_the_neighbours_that_they_have(count: int, offset: int) -> None:
    random = np.random.default_rng(0)
    codes, asked = (random.normal(offset, 1, (n, 20)).astype(np.float32) for n in (count, 33))
    found = np.sort(probe._by_product(codes, 15)(asked), axis=1)
    distances = np.square(asked[:, None].astype(np.float64) - codes[None]).sum(axis=2)
    assert np.array_equal(found, np.sort(np.argsort(distances, axis=1)[:, :15], axis=1))


def test_however_few_distances_are_in_memory_at_a_time_the_neighbours_are_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    train, test = clusters(90, 0), clusters(60, 1)
    mixed = np.random.default_rng(2).permutation(train[1])
    expected = wide_knn(train[0], mixed, *test)
    monkeypatch.setattr(probe, "DISTANCES", 1)
    assert wide_knn(train[0], mixed, *test) == expected
