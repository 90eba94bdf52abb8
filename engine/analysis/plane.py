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


class Plane(NamedTuple):
    """A plane in the space of codes; called, it says where codes (n, k) lie in it, (n, 2)."""

    centre: NDArray[np.float32]
    """(k,)"""
    axes: NDArray[np.float32]
    """(k, 2)"""

    def __call__(self, codes: NDArray[Any]) -> NDArray[np.float32]:
        return np.asarray((finite(codes) - self.centre) @ self.axes, np.float32)


@one_thread()
def found(codes: NDArray[Any]) -> Plane:
    """The plane in which `project` shows `codes` (n, k), n > 0, for others to be shown in it too."""
    points = finite(codes)
    count = points.shape[1]
    if count <= 2:
        return Plane(np.zeros(count, np.float32), np.eye(count, 2, dtype=np.float32))
    largest = np.abs(points).max() or np.float32(1)
    centre = (points / largest).mean(axis=0) * largest  # the sum of very large codes is infinite
    return Plane(np.asarray(centre, np.float32), _upright(_axes((points - centre) / largest)))


def project(codes: NDArray[Any]) -> NDArray[np.float32]:
    """Codes (n, k) as points (n, 2): two numbers as they are, one as (x, 0), more as first two principal components.

    Of each axis the loading of largest magnitude is positive, so that pictures of one epoch and the next have the same
    side up. Numbers that are not finite count as 0.
    """
    points = finite(codes)
    if points.shape[1] > 2:
        points = _principal(points) if len(points) else points[:, :2]
    return np.pad(points, ((0, 0), (0, 2 - points.shape[1])))


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
    """With the side up that `project` promises."""
    strongest = np.take_along_axis(axes, np.abs(axes).argmax(axis=0)[None], axis=0)
    turned: NDArray[np.float32] = axes * np.where(strongest < 0, -1, 1).astype(np.float32)
    return turned


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
