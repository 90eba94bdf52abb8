"""The scores of the table: each is fitted to what a model makes of the items that it learned from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.analysis.sentences import cosine
from engine.anomalies.scores import Fitting, Scorer, Seen, Steps, mean_squared_errors, squared_errors

LEAST = 1e-3
"""Of the mean error over all numbers: what a number's own mean counts as where it is less. A number that never varied
would otherwise outweigh all others."""
RIDGE = 1e-6
"""Of the mean variance of the codes, added to each: directions without any have no distance."""


def error(fitting: Fitting) -> Steps[Scorer]:
    """Mean squared error; nothing is fitted."""
    yield from ()
    del fitting
    return Scorer(lambda seen: mean_squared_errors(seen.outputs, seen.targets, seen.known))


def standardised(fitting: Fitting) -> Steps[Scorer]:
    """Mean of squared errors, each divided by the mean that it has at its place among the training items."""
    total: NDArray[np.float64] | float = 0.0
    count: NDArray[np.int64] | int = 0
    for done, seen in fitting.seen():
        total = total + squared_errors(seen).sum(axis=0, dtype=np.float64)
        count = count + (len(seen.targets) if seen.known is None else seen.known.sum(axis=0))
        yield done
    mean = np.asarray(total / np.maximum(count, 1))
    least = LEAST * mean.mean() or 1.0
    scale = (1 / np.maximum(mean, least)).astype(np.float32)

    def numbers(seen: Seen) -> NDArray[np.float32]:
        return np.asarray(squared_errors(seen) * scale, np.float32)

    def score(seen: Seen) -> NDArray[np.float32]:
        weighted = numbers(seen)
        inside = tuple(range(1, weighted.ndim))
        if seen.known is None:
            return np.asarray(weighted.mean(axis=inside), np.float32)
        return np.asarray(weighted.sum(axis=inside) / np.maximum(seen.known.sum(axis=inside), 1), np.float32)

    return Scorer(score, numbers)


def code_distance(fitting: Fitting) -> Steps[Scorer]:
    """(z − μ)ᵀ Σ⁻¹ (z − μ), with mean and covariance of the training items' codes."""
    size = fitting.model.code_size
    count, total, squares = 0, np.zeros(size), np.zeros((size, size))
    for done, seen in fitting.seen():
        codes = seen.codes.astype(np.float64)
        count += len(codes)
        total += codes.sum(axis=0)
        squares += codes.T @ codes
        yield done
    mean = total / max(count, 1)
    covariance = squares / max(count, 1) - np.outer(mean, mean)
    variance = float(np.trace(covariance)) / size
    inverse = np.linalg.inv(covariance + (RIDGE * variance or 1.0) * np.eye(size))

    def score(seen: Seen) -> NDArray[np.float32]:
        around = seen.codes - mean
        return np.asarray(np.einsum("ij,jk,ik->i", around, inverse, around), np.float32)

    return Scorer(score)


def cosine_distance(fitting: Fitting) -> Steps[Scorer]:
    """1 − cos(z, encode(decode(z))), from 0 to 2; nothing is fitted."""
    yield from ()
    model = fitting.model
    return Scorer(lambda seen: np.asarray(1 - cosine(seen.codes, model.encode(seen.outputs)), np.float32))
