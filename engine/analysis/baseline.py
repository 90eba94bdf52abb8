"""What a trained model achieves on the test part, beside PCA with a code of the same size."""

from __future__ import annotations

from collections.abc import Callable, Generator
from math import isfinite
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.analysis import probe
from engine.analysis.pca import BLOCK, Pca
from engine.datasets.image_data import ImageData, as_floats
from engine.training import Model

NEIGHBOURS = 15
T = TypeVar("T")


Steps = Generator[tuple[int, int], None, T]
"""Work in pieces of a few tenths of a second; yields how much is done of how much."""


def against_pca(model: Model, data: ImageData, pca: Pca, small: int = 8) -> Steps[dict[str, float]]:
    """The figures of `RunFinished.figures`, those that are finite.

    `test_mse` and `pca_mse`: mean squared error of what is made of the test images as the encoder sees them in
    validation, against the clean ones. For codes of at most `small` numbers, `knn` and `pca_knn`: accuracy of the 15
    nearest neighbours' vote on the codes of clean images, the whole training part voting on the whole test part.
    """
    clean, seen = data.test.items, model.corrupted(data.test.items)
    figures = {
        "test_mse": (yield from _squared_error(clean, seen, lambda images: model.decode(model.encode(images)))),
        "pca_mse": (yield from _squared_error(clean, seen, pca.reconstruct)),
    }
    if model.code_size <= small:
        figures["knn"] = yield from _neighbours_vote(model.encode, data)
        figures["pca_knn"] = yield from _neighbours_vote(pca.encode, data)
    return {name: figure for name, figure in figures.items() if isfinite(figure)}


def _neighbours_vote(encode: Callable[[NDArray[Any]], NDArray[np.float32]], data: ImageData) -> Steps[float]:
    train = yield from _encoded(encode, data.train.items)
    test = yield from _encoded(encode, data.test.items)
    return (yield from probe.knn(train, data.train.labels, test, data.test.labels, NEIGHBOURS))


def _encoded(
    encode: Callable[[NDArray[Any]], NDArray[np.float32]], items: NDArray[np.uint8]
) -> Steps[NDArray[np.float32]]:
    codes = []
    for start in range(0, len(items), BLOCK):
        codes.append(encode(items[start : start + BLOCK]))
        yield min(start + BLOCK, len(items)), len(items)
    return np.concatenate(codes)


def _squared_error(
    clean: NDArray[np.uint8], seen: NDArray[np.float32], reconstruct: Callable[[NDArray[Any]], NDArray[np.float32]]
) -> Steps[float]:
    total = 0.0
    for start in range(0, len(clean), BLOCK):
        block = slice(start, start + BLOCK)
        error = reconstruct(seen[block]) - as_floats(clean[block])
        total += float(np.square(error, dtype=np.float64).sum())
        yield min(start + BLOCK, len(clean)), len(clean)
    return total / max(clean.size, 1)
