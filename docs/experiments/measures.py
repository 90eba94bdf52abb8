"""What the claims are about, in numbers: each takes a finished run."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from trained import Trained

from engine.datasets import digits

Measure = Callable[[Trained], float]
COUNT = 200
"""Test items that a measure looks at."""


def metric(name: str) -> Measure:
    """One of the run's figures on the test part."""
    return lambda run: run.metrics[name]


def health(name: str) -> Measure:
    """One of the figures of the last epoch's health."""
    return lambda run: float(getattr(run.last.health, name))


def dead_share(run: Trained) -> float:
    """Share of the output places that stay 0 whatever the item."""
    return run.last.health.dead_pixels / run.last.health.pixels


def term(name: str) -> Measure:
    """A loss term on validation data in the last epoch."""
    return lambda run: run.last.validation[name]


def lowest_loss(run: Trained) -> float:
    """The lowest validation loss."""
    return min(run.losses)


def steepness(images: NDArray[np.float32]) -> float:
    """Mean absolute step from a pixel to its neighbours: what blurred pictures have little of."""
    across, down = np.abs(np.diff(images, axis=2)).mean(), np.abs(np.diff(images, axis=1)).mean()
    return float(across + down)


def sharpness(run: Trained) -> float:
    """Steps between the pixels of what is made of clean test images, as a share of those of the images themselves."""
    found = run.answers(COUNT)
    return steepness(found.outputs) / steepness(found.targets)


@lru_cache
def _train() -> NDArray[np.float32]:
    return (digits.read()[0].items[..., 0] / 255).astype(np.float32).reshape(-1, 784)


def strangeness(run: Trained) -> float:
    """Mean squared distance of new images to the nearest training image."""
    new, known = run.drawn(COUNT).reshape(COUNT, -1), _train()
    squares = (new**2).sum(1)[:, None] + (known**2).sum(1)[None] - 2 * new @ known.T
    return float(squares.min(axis=1).mean() / known.shape[1])


def restlessness(run: Trained) -> float:
    """How far codes move when noise of a tenth is added to the pixels, in standard deviations of the codes."""
    items = digits.read()[1].items[:COUNT].astype(np.float32) / 255
    noisy = np.clip(items + np.random.default_rng(0).normal(0, 0.1, items.shape), 0, 1).astype(np.float32)
    still, moved = run.codes(items), run.codes(noisy)
    return float(np.sqrt(((moved - still) ** 2).mean() / still.var(axis=0).mean()))


def spread_of_units(run: Trained) -> float:
    """Share of the pixels that hold half of what one unit adds to the picture, mean over the units: small for strokes.

    What a unit adds is told by the decoder: its answer to the unit alone, less its answer to none, before the sigmoid.
    """
    size = run.codes(_train()[:1].reshape(1, 28, 28, 1)).shape[1]
    none, each = run.decoded(np.zeros((1, size), np.float32)), run.decoded(np.eye(size, dtype=np.float32))
    logits = [np.log(np.clip(found, 1e-6, 1 - 1e-6) / (1 - np.clip(found, 1e-6, 1 - 1e-6))) for found in (each, none)]
    power = np.sort(((logits[0] - logits[1]) ** 2).reshape(size, -1), axis=1)[:, ::-1]
    power = power[power.sum(axis=1) > 1e-6]
    half = (np.cumsum(power, axis=1) < power.sum(axis=1, keepdims=True) / 2).sum(axis=1) + 1
    return float(half.mean() / power.shape[1])
