"""Principal component analysis of images: the linear autoencoder that every other one has to beat."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.analysis.plane import project
from engine.analysis.threads import one_thread
from engine.arrays import Malformed, read_npz
from engine.datasets.image_data import ImageData, as_floats
from engine.private import make_folder

BLOCK = 1_000
"""Images at a time: as floats, a whole part of a data set would take four times its memory."""


class Pca:
    """Images as sums of principal components. Images: (count, *shape), uint8 or float32 in [0, 1]."""

    def __init__(self, mean: NDArray[np.float32], components: NDArray[np.float32], shape: tuple[int, ...], size: int):
        """`mean`: (d,); `components`: (k, d), of which the first `size` make a code; `shape`: of one image."""
        self.mean = mean
        self.components = components
        self.shape = shape
        self.size = min(size, len(components))

    def encode(self, images: NDArray[Any]) -> NDArray[np.float32]:
        """Codes of images, (count, size)."""
        return self._scores(images, self.size)

    @one_thread()
    def decode(self, codes: NDArray[Any]) -> NDArray[np.float32]:
        """Images of codes (count, size), float32; not clipped to [0, 1]."""
        flat: NDArray[np.float32] = codes.astype(np.float32) @ self.components[: self.size] + self.mean
        return flat.reshape(-1, *self.shape)

    def reconstruct(self, images: NDArray[Any]) -> NDArray[np.float32]:
        """What is left of images after encoding and decoding."""
        return self.decode(self.encode(images))

    def points(self, images: NDArray[Any]) -> NDArray[np.float32]:
        """The first two principal components of images, (count, 2), whatever the size of the code."""
        return project(self._scores(images, 2))

    @one_thread()
    def _scores(self, images: NDArray[Any], size: int) -> NDArray[np.float32]:
        axes = self.components[:size].T
        scores = np.empty((len(images), axes.shape[1]), np.float32)
        for start in range(0, len(images), BLOCK):
            block = as_floats(images[start : start + BLOCK])
            scores[start : start + BLOCK] = (block.reshape(len(block), -1) - self.mean) @ axes
        return scores


def fit(data: ImageData, components: int, cache: Path) -> Pca:
    """The PCA of the training part with `components` components, at most as many as there are pixels or items.

    It is kept in `cache`, so that it is computed once per data set and size; a folder that cannot be written only
    makes it slower the next time.
    """
    count = min(max(components, 2), len(data.train.items), int(np.prod(data.shape)))
    path = cache / "pca" / f"{data.fingerprint}-{data.split}{count}.npz"
    kept = _read(path, count, int(np.prod(data.shape)))
    if kept is None:
        kept = _fitted(data.train.items, count)
        with contextlib.suppress(OSError):
            _write(path, *kept)
    return Pca(*kept, data.shape, components)


_Arrays = tuple[NDArray[np.float32], NDArray[np.float32]]
"""Mean (d,) and components (k, d)."""


def _fitted(images: NDArray[np.uint8], count: int) -> _Arrays:
    from sklearn.decomposition import PCA

    with one_thread():
        fitted = PCA(count, random_state=0).fit(as_floats(images).reshape(len(images), -1))
    return fitted.mean_.astype(np.float32), fitted.components_.astype(np.float32)


def _read(path: Path, count: int, pixels: int) -> _Arrays | None:
    """What is kept at `path`; None where there is nothing, or something else or damaged."""
    try:
        mean, components = read_npz(path, lambda _: ("mean", "components")).values()
    except Malformed:
        return None
    fits = mean.shape == (pixels,) and components.shape == (count, pixels)
    whole = fits and all(array.dtype == np.float32 and np.isfinite(array).all() for array in (mean, components))
    return (mean, components) if whole else None


def _write(path: Path, mean: NDArray[np.float32], components: NDArray[np.float32]) -> None:
    """Write beside, under a name of its own as another process may do the same, and rename."""
    make_folder(path.parent)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".tmp", delete=False) as file:
        beside = Path(file.name)
        try:
            np.savez(file, allow_pickle=False, mean=mean, components=components)
            file.flush()
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
