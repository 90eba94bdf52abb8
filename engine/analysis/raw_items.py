"""Raw pixels as features: what codes are worth beside what they were made of. Cached, as they take long to compute."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Mapping
from math import prod
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.analysis import array_cache, probe
from engine.analysis.array_cache import Arrays
from engine.datasets.array_data import ArrayData

AFFORDABLE = 10**12
"""Multiplications of a search for neighbours that nobody minds: half a minute on one core. MNIST takes half of it."""

LARGEST = 2**31
"""Bytes of all those items as floats, which are in memory together."""

T = TypeVar("T")
Steps = Generator[tuple[int, int], None, T]
SHAPES: dict[str, tuple[int, ...]] = {"accuracy": (1,)}


def affordable(data: ArrayData, items: int = 0) -> bool:
    """Whether the neighbours of all test items among the first `items` training items (0: all) can be looked up."""
    train, test, numbers = items or len(data.train.items), len(data.test.items), prod(data.shape)
    return train * test * numbers <= AFFORDABLE and 4 * (train + test) * numbers <= LARGEST


def knn(
    data: ArrayData, items: int, neighbours: int, cache: Path, chosen: NDArray[np.int64] | None = None
) -> Steps[float]:
    """`probe.knn` on pixels, among the first `items` of the training part (0: all), or those at the places `chosen`."""
    train, test = data.train, data.test
    places = np.arange(min(items or len(train.labels), len(train.labels))) if chosen is None else chosen

    def vote() -> Steps[Arrays]:
        seen = flat(data, train.items[_where(places)]), train.labels[places]
        accuracy = yield from probe.knn(*seen, flat(data, test.items[:]), test.labels, neighbours)
        return {"accuracy": np.array([accuracy], np.float32)}

    found = yield from cached(data, places, f"{neighbours}-nn", cache, SHAPES, vote)
    return float(found["accuracy"][0])


def cached(
    data: ArrayData,
    places: NDArray[np.int64],
    what: str,
    cache: Path,
    shapes: Mapping[str, tuple[int, ...]],
    measure: Callable[[], Steps[Arrays]],
) -> Steps[Arrays]:
    """Arrays of these `shapes` that come of the training items at `places`, ascending; `what` names them."""
    count = str(len(places))
    if len(places) and places[-1] != len(places) - 1:
        count += "-" + hashlib.sha256(places.astype(np.int64).tobytes()).hexdigest()[:16]
    path = cache / "raw" / f"{data.fingerprint}-{data.split}{count}-{what}.npz"
    found = array_cache.read(path, shapes)
    if found is None:
        found = yield from measure()
        array_cache.write(path, found)
    return found


def flat(data: ArrayData, items: NDArray[Any]) -> NDArray[np.float32]:
    """Compact items as (n, their numbers)."""
    return data.as_floats(items).reshape(len(items), -1)


def _where(places: NDArray[np.int64]) -> NDArray[np.int64] | slice:
    """As a range if they are the first ones: nothing is copied then."""
    first = not len(places) or places[-1] == len(places) - 1
    return slice(len(places)) if first else places
