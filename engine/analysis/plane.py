"""Codes in the plane: which items are shown, and where."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.storage.blas import one_thread

WIDEST_EXACT = 256
"""Numbers in a code up to which the axes are found exactly: 15 ms for 5,000 codes, and growing with the cube."""
COLUMNS, ROUNDS = 16, 10
"""Of the iteration for wider codes, 80 ms for 5,000 of 1,024 numbers; 5 rounds are enough for codes of images."""


MOST = 5_000
"""Items in the plane: they are encoded after each epoch, and with more nothing can be told apart."""


def items(labels: NDArray[Any], per_class: int = 500) -> NDArray[np.int64]:
    """Places of the first `per_class` items of each class, ascending; of fewer where there are very many classes."""
    classes = np.unique(labels)[:MOST]
    per_class = min(per_class, MOST // max(1, len(classes)))
    chosen = [np.flatnonzero(labels == label)[:per_class] for label in classes]
    return np.sort(np.concatenate([np.zeros(0, np.int64), *chosen]))


def project(codes: NDArray[Any]) -> NDArray[np.float32]:
    """Codes (n, k) as points (n, 2): two numbers as they are, one as (x, 0), more as first two principal components.

    Of each axis the loading of largest magnitude is positive, so that pictures of one epoch and the next have the same
    side up. Numbers that are not finite count as 0.
    """
    points = finite(codes)
    if points.shape[1] > 2:
        points = _principal(points) if len(points) else points[:, :2]
    return np.pad(points, ((0, 0), (0, 2 - points.shape[1])))


def stratified(labels: NDArray[Any], most: int) -> NDArray[np.int64]:
    """Places of at most about `most` items, ascending: of each class its share, one at least, spread evenly."""
    if len(labels) <= most:
        return np.arange(len(labels))
    classes, counts = np.unique(labels, return_counts=True)
    chosen = []
    for label, count in zip(classes.tolist(), counts.tolist(), strict=True):
        wanted = max(1, round(most * count / len(labels)))
        chosen.append(np.flatnonzero(labels == label)[np.arange(wanted) * count // wanted])
    return np.sort(np.concatenate(chosen))


class Axes(NamedTuple):
    """A plane among codes: what lies at its origin, and where its two directions go."""

    mean: NDArray[np.float32]
    """(k,)"""
    directions: NDArray[np.float32]
    """(k, 2), at right angles and of length 1; the second is 0 for codes of one number."""
    share: float
    """Of the variance of the codes, which the plane has."""

    def points(self, codes: NDArray[Any]) -> NDArray[np.float32]:
        """Where codes lie, (n, k) → (n, 2)."""
        return np.asarray((finite(codes) - self.mean) @ self.directions, np.float32)

    def codes(self, points: NDArray[Any]) -> NDArray[np.float32]:
        """What lies there, (n, 2) → (n, k)."""
        return np.asarray(points.astype(np.float32) @ self.directions.T + self.mean, np.float32)


def axes(codes: NDArray[Any]) -> Axes:
    """The plane that `project` puts codes (n, k) into, up to a shift of its origin."""
    found = finite(codes)
    width = found.shape[1]
    if width <= 2 or not len(found):
        return Axes(np.zeros(width, np.float32), np.eye(width, 2, dtype=np.float32), 1.0)
    with one_thread():
        largest = np.abs(found).max() or np.float32(1)
        scaled = found / largest
        mean = scaled.mean(axis=0)
        scaled -= mean
        directions = _upright(_axes(scaled))
        inside = float(np.square(scaled @ directions).sum(dtype=np.float64))
        share = inside / (float(np.square(scaled).sum(dtype=np.float64)) or 1.0)
    return Axes(mean * largest, np.ascontiguousarray(directions, np.float32), min(1.0, share))


def finite(codes: NDArray[Any]) -> NDArray[np.float32]:
    """Codes as float32, 0 for what is not finite: a model that diverged must not take its pictures with it."""
    return np.nan_to_num(codes.astype(np.float32), copy=False, nan=0.0, posinf=0.0, neginf=0.0)


@one_thread()
def _principal(codes: NDArray[np.float32]) -> NDArray[np.float32]:
    # Scaled, because the square of a large float32 is infinite.
    largest = np.abs(codes).max() or np.float32(1)
    centred = codes / largest
    centred -= centred.mean(axis=0)
    points: NDArray[np.float32] = centred @ _upright(_axes(centred)) * largest
    return points


def _upright(axes: NDArray[np.float32]) -> NDArray[np.float32]:
    """With the loading of largest magnitude positive."""
    strongest = np.take_along_axis(axes, np.abs(axes).argmax(axis=0)[None], axis=0)
    return axes * np.where(strongest < 0, -1, 1).astype(np.float32)


def _axes(centred: NDArray[np.float32]) -> NDArray[np.float32]:
    """Directions of largest and second largest variance, (k, 2)."""
    width = centred.shape[1]
    if width <= WIDEST_EXACT:
        exact: NDArray[np.float32] = np.linalg.eigh(centred.T @ centred)[1][:, :-3:-1]
        return exact
    # Subspace iteration: time and memory grow with the width only.
    columns = np.random.default_rng(0).standard_normal((width, COLUMNS), np.float32)
    for _ in range(ROUNDS):
        columns = np.linalg.qr(centred.T @ (centred @ columns))[0]
    _, _, axes = np.linalg.svd(centred @ columns, full_matrices=False)
    return np.asarray(columns @ axes[:2].T, np.float32)
