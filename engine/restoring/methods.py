"""Who restores images: the model, and what it has to beat."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.analysis import linear_denoiser
from engine.analysis.baselines import Fitting
from engine.backend import Model
from engine.datasets.data import Data
from engine.restoring.corruptions import Corruption

Floats = NDArray[np.float32]

SIZES = (3, 5, 7)
"""Pixels across, of which the median filter's is chosen."""
CHOOSING = 300
"""Training images by which it is."""


class Method(NamedTuple):
    """From images as they are seen, (n, height, width, channels), to restored ones in [0, 1]."""

    key: str
    label: str
    restore: Callable[[Floats, Corruption], Floats]


def of_model(model: Model, label: str) -> Method:
    """Encoded and decoded."""
    return Method("model", label, lambda seen, _: cut(model.decode(model.encode(seen))))


def linear(fitting: Fitting) -> Method | None:
    """The best linear map of the code's rank, fitted to the noise of the run; None for images that are too wide."""
    found = linear_denoiser.fitted(fitting)
    return None if found is None else Method("linear", found.name, lambda seen, _: cut(found.answer(seen)))


def median(size: int) -> Method:
    """The median of so many pixels across; what the noise adds to every pixel on average is taken off before."""

    def restore(seen: Floats, noise: Corruption) -> Floats:
        return cut(_filtered(seen - np.float32(noise.shift), size))

    return Method("median", f"median {size}×{size}", restore)


def chosen_median(data: Data, trained: Corruption, level: float, seed: int) -> Method:
    """Of `SIZES` that which errs least (mean squared error) on training images with the noise of the run."""
    items = data.train.items[:CHOOSING]
    images, targets = data.as_floats(items), data.targets(items)
    noisy = trained.corrupted(images, level, trained.generator(seed))
    tried = [median(size) for size in SIZES]
    errors = [np.square(each.restore(noisy, trained) - targets, dtype=np.float64).mean() for each in tried]
    return tried[int(np.argmin(errors))]


def nothing() -> Method:
    """The images as they are seen."""
    return Method("noisy", "noisy", lambda seen, _: cut(seen))


def cut(images: Floats) -> Floats:
    """To [0, 1]: what can be shown, and compared with a data range of 1; what is no number is black."""
    return np.clip(np.nan_to_num(images, nan=0.0), 0, 1)


def _filtered(images: Floats, size: int) -> Floats:
    from scipy import ndimage  # type: ignore[import-untyped]

    found: Floats = ndimage.median_filter(images, (1, size, size, 1), mode="nearest")
    return found
