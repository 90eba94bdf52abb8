"""Raw pixels as features: what codes are worth beside what they were made of. Cached, as they take long to compute."""

from __future__ import annotations

from collections.abc import Callable, Generator
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.analysis import array_cache, probe
from engine.datasets.array_data import ArrayData

AFFORDABLE = 10**12
"""Multiplications of a search for neighbours that nobody minds: half a minute on one core. MNIST takes half of it."""

LARGEST = 2**31
"""Bytes of all those items as floats, which are in memory together."""

Steps = Generator[tuple[int, int], None, float]
SHAPES: dict[str, tuple[int, ...]] = {"accuracy": (1,)}


def affordable(data: ArrayData, items: int = 0) -> bool:
    """Whether the neighbours of all test items among the first `items` training items (0: all) can be looked up."""
    train, test, numbers = items or len(data.train.items), len(data.test.items), prod(data.shape)
    return train * test * numbers <= AFFORDABLE and 4 * (train + test) * numbers <= LARGEST


def knn(data: ArrayData, items: int, neighbours: int, cache: Path) -> Steps:
    """`probe.knn` on pixels, among the first `items` of the training part (0: all)."""

    def vote(*of: NDArray[Any]) -> Steps:
        train, labels, test, test_labels = of
        return probe.knn(train, labels, test, test_labels, neighbours)

    return (yield from _cached(data, items, f"{neighbours}-nn", cache, vote))


def softmax(data: ArrayData, items: int, cache: Path) -> Steps:
    """`probe.softmax` on pixels: 15 s for MNIST, in one piece."""

    def fit(*of: NDArray[Any]) -> Steps:
        yield 0, 0
        train, labels, test, test_labels = of
        return probe.softmax(train, labels, test, test_labels)

    return (yield from _cached(data, items, "softmax", cache, fit))


def _cached(data: ArrayData, items: int, what: str, cache: Path, measure: Callable[..., Steps]) -> Steps:
    train, test = data.train, data.test
    count = min(items or len(train.items), len(train.items))
    path = cache / "raw" / f"{data.fingerprint}-{data.split}{count}-{what}.npz"
    found = array_cache.read(path, SHAPES)
    if found is None:
        numbers, test_numbers = _flat(data, train.items[:count]), _flat(data, test.items[:])
        seen = numbers, train.labels[:count], test_numbers, test.labels
        accuracy = yield from measure(*seen)
        found = {"accuracy": np.array([accuracy], np.float32)}
        array_cache.write(path, found)
    return float(found["accuracy"][0])


def _flat(data: ArrayData, items: NDArray[Any]) -> NDArray[np.float32]:
    return data.as_floats(items).reshape(len(items), -1)
