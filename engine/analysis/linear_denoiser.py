"""The best linear map of a given rank from noisy items to clean ones: what a denoising autoencoder has to beat.

Reduced-rank regression (Izenman, Journal of Multivariate Analysis 5 (1975) 248-264): of all maps that pass through k
numbers, the one with the least squared error over the training items.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.analysis.baselines import Fitting
from engine.analysis.kept_arrays import Arrays, kept
from engine.analysis.moments import BLOCK, Moments, moments
from engine.analysis.threads import one_thread
from engine.datasets.image_data import as_floats

WIDEST = 4_096
"""Numbers in an item up to which the map is fitted: there its matrices take half a gigabyte and a minute."""
RIDGE = 1e-9
"""Of the mean variance; without it a pixel that never changes has no solution."""


class LinearDenoiser:
    """Noisy items as codes of a few numbers, and codes as clean items. Items: (count, *shape), in [0, 1] when clean."""

    def __init__(self, arrays: Arrays, shape: tuple[int, ...]) -> None:
        """`arrays`: what is seen on average (d,), from there to codes (d, k), back (k, d), and the mean answer (d,)."""
        self.seen_mean, self.encoder = arrays["seen_mean"], arrays["encoder"]
        self.decoder, self.mean = arrays["decoder"], arrays["mean"]
        self.shape = shape
        self.name = f"linear-{len(self.decoder)}"

    @one_thread()
    def encode(self, items: NDArray[Any]) -> NDArray[np.float32]:
        codes = np.empty((len(items), len(self.decoder)), np.float32)
        for start in range(0, len(items), BLOCK):
            block = as_floats(items[start : start + BLOCK])
            codes[start : start + BLOCK] = (block.reshape(len(block), -1) - self.seen_mean) @ self.encoder
        return codes

    @one_thread()
    def answer(self, seen: NDArray[Any]) -> NDArray[np.float32]:
        """Clean items for noisy ones, cut to [0, 1]."""
        flat: NDArray[np.float32] = np.clip(self.encode(seen) @ self.decoder + self.mean, 0, 1)
        return flat.reshape(-1, *self.shape)


def fitted(fitting: Fitting) -> LinearDenoiser | None:
    """For the noise that the run trains on, through as many numbers as its code has; None for items that are too wide.

    It is kept in the cache, under the data, the noise with its seed, and the rank. Raises Stopped from the report.
    """
    data, model = fitting.data, fitting.model
    size = int(np.prod(data.shape))
    rank = min(fitting.size, size)
    if size > WIDEST:
        return None
    path = fitting.cache / "linear" / f"{data.fingerprint}-{data.split}{model.noise}-{rank}.npz"
    shapes = {"seen_mean": (size,), "encoder": (size, rank), "decoder": (rank, size), "mean": (size,)}
    return LinearDenoiser(kept(path, shapes, lambda: _maps(_moments(fitting, rank), rank)), data.shape)


def _moments(fitting: Fitting, rank: int) -> Moments:
    def pair(start: int, clean: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        return fitting.model.corrupted(clean, start, training=True), as_floats(clean)

    activity = f"fitting a linear denoiser of rank {rank}"
    return moments(fitting.data.train.items, pair, activity, fitting.report, fitting.model.block)


@one_thread()
def _maps(of: Moments, rank: int) -> Arrays:
    """The regression of full rank, then onto the directions in which what it answers varies most."""
    ridge = RIDGE * np.trace(of.within) / len(of.within) + 1e-12
    full = np.linalg.solve(of.within + ridge * np.eye(len(of.within)), of.across)
    answers = full.T @ of.within @ full
    axes = np.linalg.eigh((answers + answers.T) / 2)[1][:, ::-1][:, :rank]
    arrays = {"seen_mean": of.seen_mean, "encoder": full @ axes, "decoder": axes.T, "mean": of.wanted_mean}
    return {name: array.astype(np.float32) for name, array in arrays.items()}
