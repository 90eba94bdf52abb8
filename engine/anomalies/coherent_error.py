"""Errors that hang together: a stroke that is missing counts, an edge that is a little off hardly does."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.anomalies.scores import Fitting, Scorer, Seen, Steps

WIDTH = 1.5 / 28
"""Standard deviation of the blur as a share of an image's height: 1.5 pixels of MNIST's 28."""


def coherent(fitting: Fitting) -> Steps[Scorer]:
    """Mean square of x̂ − x after a Gaussian blur; nothing is fitted.

    Where an edge is reconstructed half a pixel off, errors of both signs lie side by side and cancel each other out:
    every model makes those, of normal items too. What only an anomaly has is wide, and of one sign.
    """
    yield from ()
    del fitting
    return Scorer(lambda seen: np.asarray(numbers(seen).mean(axis=(1, 2, 3)), np.float32), numbers)


def numbers(seen: Seen) -> NDArray[np.float32]:
    """What each pixel of images (n, height, width, channels) adds; what is not known has no error."""
    from scipy.ndimage import gaussian_filter  # type: ignore[import-untyped]

    errors = seen.outputs - seen.targets
    errors = errors if seen.known is None else errors * seen.known
    width = WIDTH * errors.shape[1]
    return np.asarray(np.square(gaussian_filter(errors, (0.0, width, width, 0.0))), np.float32)
