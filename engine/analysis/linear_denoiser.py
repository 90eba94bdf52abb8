"""The best linear map of a given rank from noisy items to clean ones: what a denoising autoencoder has to beat.

Reduced-rank regression (Izenman, Journal of Multivariate Analysis 5 (1975) 248-264): of all maps that pass through k
numbers, the one with the least squared error over the training items.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from math import ceil, prod
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.analysis.array_cache import Arrays, cached
from engine.analysis.baselines import Fitting
from engine.analysis.directions import strongest
from engine.analysis.few_pairs import FewPairs
from engine.analysis.moments import BLOCK, MakePair, Moments, Pair, moments
from engine.datasets.array_data import ArrayData, as_floats
from engine.datasets.data import in_blocks, spread_blocks
from engine.datasets.splits import stratified
from engine.storage.blas import one_thread
from engine.storage.rows import Array

if TYPE_CHECKING:
    from engine.backend import Model

WIDEST = 4_096
"""Numbers in an item up to which the map is fitted: there its matrices take half a gigabyte and minutes."""
RIDGE = 1e-9
"""Of the mean variance; without it a pixel that never changes has no solution."""
RIDGES = (RIDGE, 1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0, 100.0, 1e3)
"""Chosen among where there are too few pairs: without one the map would know their noise by heart."""
ENOUGH = 50
"""Pairs for each number in an item. A network that gets fresh noise in every epoch has as many, and more."""
SPARED = 0.1
"""The share of the training part on which a ridge is chosen where no validation part is held out."""
AFFORDABLE = 10**11
"""Multiplications of many draws that nobody minds: ten seconds on one core. Items of 784 numbers have enough pairs for
less."""
VERSION = 3
"""Of the way of fitting and of the noise: part of the name under which a map is cached."""


class LinearDenoiser:
    """Noisy items as codes of a few numbers, and codes as clean items. Items: (count, *shape), in [0, 1] when clean."""

    def __init__(self, arrays: Arrays, shape: tuple[int, ...], *, bounded: bool = True) -> None:
        """`arrays`: what is seen on average (d,), from there to codes (d, k), back (k, d), and the mean answer (d,);
        `bounded`: whether answers are cut to [0, 1], as pictures are."""
        self.seen_mean, self.encoder = arrays["seen_mean"], arrays["encoder"]
        self.decoder, self.mean = arrays["decoder"], arrays["mean"]
        self.shape = shape
        self._bounded = bounded
        self.name = f"linear-{len(self.decoder)}"

    @one_thread()
    def encode(self, items: NDArray[Any]) -> NDArray[np.float32]:
        """Noisy items (count, *shape) → codes (count, rank) float32, with the mean of what is seen taken off."""
        codes = np.empty((len(items), len(self.decoder)), np.float32)
        for block in in_blocks(items, BLOCK):
            floats = as_floats(items[block])
            codes[block] = (floats.reshape(len(floats), -1) - self.seen_mean) @ self.encoder
        return codes

    @one_thread()
    def answer(self, seen: NDArray[Any]) -> NDArray[np.float32]:
        """Clean items for noisy ones; pictures cut to [0, 1]."""
        flat: NDArray[np.float32] = self.encode(seen) @ self.decoder + self.mean
        return (np.clip(flat, 0, 1) if self._bounded else flat).reshape(-1, *self.shape)


def fitted(fitting: Fitting) -> LinearDenoiser | None:
    """For the noise that the run trains on, through as many numbers as its code has; None for items that are too wide.

    From as many draws of it as the run gets to see, if need be; where it is drawn once and the items are few, with a
    ridge that was chosen on others. It is cached under the data, the noise with its seed, the way of
    fitting and the rank. Raises Stopped from the report.
    """
    data, model = fitting.data, fitting.model
    size = int(np.prod(data.shape))
    rank = min(fitting.size, size)
    if size > WIDEST:
        return None
    draws = _draws(fitting, size)
    many = f"-{draws.number}-draws" if draws.enough or draws.number > 1 else ""
    policy = f"{VERSION}{many}{'' if draws.enough else '-ridge-chosen'}"
    path = fitting.cache / "linear" / f"{data.fingerprint}-{data.split}{model.noise}-{policy}-{rank}.npz"
    shapes = {"seen_mean": (size,), "encoder": (size, rank), "decoder": (rank, size), "mean": (size,)}
    arrays = cached(path, shapes, lambda: _fitted(fitting, rank, draws))
    return LinearDenoiser(arrays, data.shape, bounded=data.bounded)


class Draws(NamedTuple):
    """Of the training noise."""

    number: int
    enough: bool
    """Whether they make enough pairs; else a ridge is chosen."""


def _draws(fitting: Fitting, size: int) -> Draws:
    """As many as make enough pairs, if each is another and they take no longer than is affordable."""
    data, model = fitting.data, fitting.model
    needed = max(1, ceil(ENOUGH * size / len(data.train.items)))
    if needed == 1:
        return Draws(1, enough=True)
    some = data.as_floats(data.train.items[: model.block])
    first, second = (model.corrupted(some, training=True, draw=draw) for draw in (0, 1))
    if np.array_equal(first, second):
        return Draws(1, enough=False)
    number = min(needed, max(1, AFFORDABLE // (4 * len(data.train.items) * size**2)))
    return Draws(number, enough=number == needed)


def _fitted(fitting: Fitting, rank: int, draws: Draws) -> Arrays:
    activity = f"fitting a linear denoiser of rank {rank}"
    data, model = fitting.data, fitting.model
    pairs = [_trained_on(data, model, draw) for draw in range(draws.number)]
    maps = _regression(fitting, pairs, len(data.train.items), activity)
    return maps(rank, RIDGE if draws.enough else _ridge(fitting, rank, draws, maps))


Regression = Callable[[int, float], Arrays]
"""From a rank and a ridge to what `LinearDenoiser` is made of."""


def _regression(fitting: Fitting, pairs: Sequence[MakePair], items: int, activity: str) -> Regression:
    """Of the `pairs` of training items, each of which makes them of `items`; by whichever way takes less."""
    data, block = fitting.data, fitting.model.block
    if len(pairs) * items < prod(data.shape):
        return FewPairs(data.train.items, pairs, activity, fitting.report, block).maps
    return partial(_maps, moments(data.train.items, data.shape, pairs, activity, fitting.report, block))


def _trained_on(data: ArrayData, model: Model, draw: int = 0, among: NDArray[np.bool_] | None = None) -> MakePair:
    """Items with the noise of training, and what is to be answered; of all, or of those that are `among` it."""

    def pair(start: int, block: NDArray[Any]) -> Pair:
        seen = model.corrupted(data.as_floats(block), start, training=True, draw=draw)
        wanted = slice(None) if among is None else among[start : start + len(block)]
        return seen[wanted], data.targets(block)[wanted]

    return pair


def _ridge(fitting: Fitting, rank: int, draws: Draws, maps: Regression) -> float:
    """Of `RIDGES` that whose map errs least on what it was not fitted to: the validation part, else some of the
    training part, which those on the rest are tried on."""
    data, model = fitting.data, fitting.model
    activity = f"choosing the ridge of a linear denoiser of rank {rank}"
    judged, judge = data.validation.items, _validated_on(data, model)
    if not data.held_out:
        labels = data.train.labels
        chosen = stratified(labels, max(SPARED, 1 / max(2, len(labels))))
        judged, judge = data.train.items, _trained_on(data, model, among=chosen)
        others = [_trained_on(data, model, draw, ~chosen) for draw in range(draws.number)]
        maps = _regression(fitting, others, int((~chosen).sum()), activity)
    errors = []
    for number, ridge in enumerate(RIDGES):
        fitting.report(activity, number, len(RIDGES))
        found = LinearDenoiser(maps(rank, ridge), data.shape, bounded=data.bounded)
        errors.append(_error(found, judged, judge, model.block))
    fitting.report(activity, len(RIDGES), len(RIDGES))
    return RIDGES[int(np.argmin(errors))]


def _validated_on(data: ArrayData, model: Model) -> MakePair:
    def pair(start: int, block: NDArray[Any]) -> Pair:
        return model.corrupted(data.as_floats(block), start), data.targets(block)

    return pair


def _error(of: LinearDenoiser, items: Array, pair: MakePair, block: int) -> float:
    """The sum of squares over the pairs of `items`."""
    total = 0.0
    for rows in spread_blocks(items, block):
        seen, clean = pair(rows.start, items[rows])
        total += float(np.square(of.answer(seen) - clean, dtype=np.float64).sum())
    return total


@one_thread()
def _maps(of: Moments, rank: int, ridge: float) -> Arrays:
    """The regression with `ridge` times the mean variance, then onto the directions in which its answers vary most."""
    added = ridge * np.trace(of.within) / len(of.within) + 1e-12
    full = np.linalg.solve(of.within + added * np.eye(len(of.within)), of.across)
    answers = full.T @ of.within @ full
    axes = strongest((answers + answers.T) / 2, rank)
    arrays = {"seen_mean": of.seen_mean, "encoder": full @ axes, "decoder": axes.T, "mean": of.wanted_mean}
    return {name: array.astype(np.float32) for name, array in arrays.items()}
