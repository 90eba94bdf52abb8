"""Principal component analysis of items: the linear autoencoder that every other one has to beat."""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.analysis.array_cache import Arrays, cached
from engine.analysis.baselines import Fitting
from engine.analysis.directions import strongest as strongest_directions
from engine.analysis.moments import BLOCK, moments
from engine.analysis.plane import project
from engine.datasets.array_data import ArrayData, as_floats
from engine.datasets.data import Report, in_blocks, silence, spread_blocks
from engine.storage.blas import one_thread

VERSION = 2
"""Of the way of fitting: part of the name under which components are cached."""
WIDEST_EXACT = 4_096
"""Numbers in an image up to which the components come from the covariances, whatever the number of images."""

WIDE_BYTES = 2**30
"""Of wider items as floats, on which components are found by random projections: all of them are in memory then."""
WIDE_BLOCK = 16
"""Of those, read at a time."""


class Pca:
    """Items as sums of principal components. Items: (count, *shape), float32, or uint8 from 0 to 255 for [0, 1]."""

    def __init__(
        self,
        mean: NDArray[np.float32],
        components: NDArray[np.float32],
        shape: tuple[int, ...],
        size: int,
        *,
        bounded: bool = True,
    ) -> None:
        """`mean`: (d,); `components`: (k, d), of which the first `size` make a code; `shape`: of one item; `bounded`:
        whether answers are cut to [0, 1], as pictures are."""
        self.mean = mean
        self.components = components
        self.shape = shape
        self.size = min(size, len(components))
        self._bounded = bounded
        self.name = f"PCA-{self.size}"

    def encode(self, images: NDArray[Any]) -> NDArray[np.float32]:
        """Codes of images, (count, size)."""
        return self._scores(images, self.size)

    @one_thread()
    def decode(self, codes: NDArray[Any]) -> NDArray[np.float32]:
        """Images of codes (count, size), float32; not clipped to [0, 1]."""
        flat: NDArray[np.float32] = codes.astype(np.float32) @ self.components[: self.size] + self.mean
        return flat.reshape(-1, *self.shape)

    def answer(self, seen: NDArray[Any]) -> NDArray[np.float32]:
        """What is left of items after encoding and decoding; of pictures cut to [0, 1]."""
        answers = self.decode(self.encode(seen))
        return np.clip(answers, 0, 1) if self._bounded else answers

    def points(self, images: NDArray[Any]) -> NDArray[np.float32]:
        """The first two principal components of images, (count, 2), whatever the size of the code."""
        return project(self._scores(images, 2))

    @one_thread()
    def _scores(self, images: NDArray[Any], size: int) -> NDArray[np.float32]:
        axes = self.components[:size].T
        scores = np.empty((len(images), axes.shape[1]), np.float32)
        for block in in_blocks(images, BLOCK):
            floats = as_floats(images[block])
            scores[block] = (floats.reshape(len(floats), -1) - self.mean) @ axes
        return scores


def fitted(fitting: Fitting) -> Pca:
    """With as many components as the model's code has numbers. Raises Stopped from the report."""
    return fit(fitting.data, fitting.size, fitting.cache, fitting.report)


def fit(data: ArrayData, components: int, cache: Path, report: Report = silence) -> Pca:
    """The PCA of the training part with `components` components, at most as many as there are pixels or items.

    It is cached in `cache`, so that it is computed once per data set and size. Raises Stopped from `report`.
    """
    pixels = prod(data.shape)
    count = min(max(components, 2), len(data.train.items), pixels)
    path = cache / "pca" / f"{data.fingerprint}-{data.split}{VERSION}-{count}.npz"
    shapes = {"mean": (pixels,), "components": (count, pixels)}
    arrays = cached(path, shapes, lambda: _fitted(data, count, report))
    return Pca(arrays["mean"], arrays["components"], data.shape, components, bounded=data.bounded)


def _fitted(data: ArrayData, count: int, report: Report) -> Arrays:
    activity = f"fitting PCA with {count:,} component{'s' * (count != 1)}"
    if prod(data.shape) > WIDEST_EXACT:
        return _of_wide_items(data, count, activity, report)

    def pair(start: int, block: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        floats = data.as_floats(block)
        return floats, floats

    of = moments(data.train.items, data.shape, [pair], activity, report)
    components = strongest_directions(of.within, count).T
    strongest = np.take_along_axis(components, np.abs(components).argmax(axis=1)[:, None], axis=1)
    upright = components * np.where(strongest < 0, -1, 1)
    return {"mean": of.seen_mean.astype(np.float32), "components": np.ascontiguousarray(upright, np.float32)}


def _of_wide_items(data: ArrayData, count: int, activity: str, report: Report) -> Arrays:
    """By random projections: the covariances of wide items would be larger than the items."""
    from sklearn.decomposition import PCA

    report(activity, 0, 0)
    most = max(2 * count, WIDE_BYTES // (4 * prod(data.shape)))
    blocks = spread_blocks(data.train.items, WIDE_BLOCK, most)
    items = np.empty((sum(block.stop - block.start for block in blocks), prod(data.shape)), np.float32)
    done = 0
    for block in blocks:
        floats = data.as_floats(data.train.items[block])
        items[done : done + len(floats)] = floats.reshape(len(floats), -1)
        done += len(floats)
    with one_thread():
        fitted = PCA(count, random_state=0).fit(items)
    return {"mean": fitted.mean_.astype(np.float32), "components": fitted.components_.astype(np.float32)}
