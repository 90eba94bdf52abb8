"""What a model of ratings has to beat: means, biases, and a truncated SVD of what was rated.

Each is fitted to the ratings to train on, as the model is, and answers rows by what is seen of them. Rows and answers:
(count, columns), normalised, NaN where nothing is seen.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from engine.analysis import array_cache
from engine.analysis.baselines import Fitting
from engine.datasets.data import Report, in_blocks, silence
from engine.datasets.splits import stratified
from engine.ratings.factors import Factors, Floats, fitted
from engine.ratings.rating_data import ASKED, BLOCK, SEEN, RatingsData, part_moved
from engine.ratings.ratings import TRAIN, VALIDATION

RANKS = (0, 1, 2, 3, 5, 8, 12, 20, 32)
"""Tried, as far as the model's code has as many numbers."""
RIDGES = (1.0, 3.0, 10.0)
"""Tried with each: the variance of the noise over that of the factors."""
SPARED = 0.1
"""The share of the ratings to train on by which both are chosen where no validation part is held out."""
VERSION = 1
"""Of the way of fitting: part of the name under which factors are cached."""


class Constant:
    """One rating for everything."""

    name = "mean"

    def __init__(self, value: float = 0.0) -> None:
        self._value = value

    def answer(self, seen: NDArray[Any]) -> Floats:
        """That rating, (count, columns)."""
        return np.full(seen.shape, self._value, np.float32)

    def encode(self, items: NDArray[Any]) -> Floats:
        """Nothing is told of any row."""
        return np.zeros((len(items), 0), np.float32)


class OfColumns(Constant):
    """The mean of each column, (columns,)."""

    def __init__(self, name: str, means: Floats) -> None:
        super().__init__()
        self.name = name
        self._means = means

    def answer(self, seen: NDArray[Any]) -> Floats:
        """The columns' means, a read-only view."""
        return np.broadcast_to(self._means, seen.shape)


class OfRows(Constant):
    """The mean of what is seen of each row; 0, the mean of all, where nothing is."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def answer(self, seen: NDArray[Any]) -> Floats:
        """Each row's mean, a read-only view."""
        known = ~np.isnan(seen)
        means = np.where(known, seen, 0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
        return np.broadcast_to(means[:, np.newaxis].astype(np.float32), seen.shape)


class Svd:
    """Biases of rows and columns, and as many factors as validation ratings ask for."""

    def __init__(self, factors: Factors) -> None:
        self._factors = factors
        rank = factors.factors.shape[1]
        self.name = f"SVD-{rank}" if rank else "biases"

    def answer(self, seen: NDArray[Any]) -> Floats:
        """All ratings of rows, by what is seen of them."""
        return self._factors.answer(seen)

    def encode(self, items: NDArray[Any]) -> Floats:
        """The factors of rows, (count, rank); compact items (count, 2, columns) are taken by what is seen of them."""
        return self._factors.rows(items[:, SEEN] if items.ndim == 3 else items)[:, 1:]


def constant(fitting: Fitting) -> Constant:
    """The mean of all ratings to train on, which is 0 when they are normalised."""
    del fitting
    return Constant()


def users(fitting: Fitting) -> Constant:
    """What each user gives on average."""
    return _means(_ratings(fitting), "users")


def items(fitting: Fitting) -> Constant:
    """What each item gets on average."""
    return _means(_ratings(fitting), "items")


def _means(data: RatingsData, of: str) -> Constant:
    name = f"{of[:-1]} mean"
    if data.rows == of:
        return OfRows(name)
    total, count = np.zeros(data.shape), np.zeros(data.shape)
    for block in in_blocks(data.train.items, BLOCK):
        rows = data.train.items[block]
        total += data.targets(rows).sum(axis=0, dtype=np.float64)
        count += data.known(rows).sum(axis=0)
    return OfColumns(name, (total / np.maximum(count, 1)).astype(np.float32))


def biases(fitting: Fitting) -> Svd:
    """What a user gives and an item gets beyond the mean, summed; the ridge chosen by validation ratings."""
    return _svd(_ratings(fitting), (0,), fitting.cache, fitting.report)


def svd(fitting: Fitting) -> Svd:
    """Of as many factors as validation ratings ask for, at most as many as the model's code has numbers."""
    return svd_of(_ratings(fitting), fitting.size, fitting.cache, fitting.report)


def svd_of(data: RatingsData, size: int, cache: Path, report: Report = silence) -> Svd:
    """Likewise, of at most `size` factors. Raises Stopped from `report`."""
    most = min(size, *data.everything.shape[::2])
    return _svd(data, tuple(rank for rank in RANKS if rank <= most), cache, report)


def _ratings(fitting: Fitting) -> RatingsData:
    return cast("RatingsData", fitting.data)


def _svd(data: RatingsData, ranks: tuple[int, ...], cache: Path, report: Report) -> Svd:
    """Cached under the data, the cut, and what it was chosen among."""
    path = cache / "svd" / f"{data.fingerprint}-{data.split}{VERSION}-{'-'.join(map(str, ranks))}.npz"
    (columns,) = data.shape
    shapes = {"bias": (columns,), "factors": (columns, max(ranks)), "chosen": (2,)}
    found = array_cache.cached(path, shapes, lambda: _fitted(data, ranks, report))
    rank, ridge = found["chosen"].tolist()
    return Svd(Factors(found["bias"], found["factors"][:, : int(rank)], ridge))


def _fitted(data: RatingsData, ranks: tuple[int, ...], report: Report) -> array_cache.Arrays:
    chosen_by = data if data.held_out else _spared(data)
    errors: dict[tuple[int, float], float] = {}

    activity, tried = "choosing the rank of an SVD" if max(ranks) else "fitting biases", len(ranks) * len(RIDGES)

    def tell() -> None:
        report(activity, len(errors), tried)

    def found(among: RatingsData, rank: int, ridge: float) -> Factors:
        return fitted(among.training, among.turned.training, rank, ridge, tell)

    for ridge in RIDGES:
        before = np.inf
        for rank in ranks:
            error = errors[rank, ridge] = _error(found(chosen_by, rank, ridge), chosen_by)
            if error > before:  # more factors only learn the noise by heart
                break
            before = error
    rank, ridge = min(errors, key=lambda pair: errors[pair])
    factors = found(data, rank, ridge)
    report(activity, tried, tried)
    wide = np.pad(factors.factors, ((0, 0), (0, max(ranks) - rank)))
    return {"bias": factors.bias, "factors": wide, "chosen": np.array([rank, ridge], np.float32)}


def _error(factors: Factors, data: RatingsData) -> float:
    """The mean square over the validation ratings."""
    total, count = 0.0, 0
    for block in in_blocks(data.validation.items, BLOCK):
        rows = data.validation.items[block]
        known = data.known(rows)
        squares = np.square(factors.answer(rows[:, SEEN]) - rows[:, ASKED], dtype=np.float64)
        total += float(squares[known].sum())
        count += int(known.sum())
    return total / max(count, 1)


def _spared(data: RatingsData) -> RatingsData:
    """The same with some of the ratings to train on for validation."""
    training = np.flatnonzero(data.ratings.part == TRAIN)
    drawn = stratified(np.zeros(len(training), np.int64), max(SPARED, 1 / max(2, len(training))))
    return RatingsData(part_moved(data.ratings, training[drawn], VALIDATION), data.rows)
