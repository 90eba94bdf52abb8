"""What a run shows beside its model after every epoch and at its end: for images PCA of the same code size."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.analysis import pca, plane
from engine.analysis.baseline import against_pca
from engine.datasets.data import Data
from engine.datasets.image_data import ImageData
from engine.samples import Samples
from engine.training import Model


class Comparison(Protocol):
    """What is known beside a model."""

    def completed(self, samples: Samples, codes: NDArray[np.float32]) -> Samples:
        """`samples` with what the baseline makes of the same items, and with the latent plane, where `codes` lie."""

    def figures(self, model: Model, folder: Path, version: str) -> Generator[tuple[int, int], None, dict[str, float]]:
        """See `engine.events.RunFinished.figures`.

        Yields, every few tenths of a second, how much is done of how much (0 of 0: unknown). What questions to the
        run will need is kept in its `folder` under the `version` of the weights (see `engine.analysis.neighbours`).
        """


def comparison(data: Data, code_size: int, cache: Path) -> Comparison:
    """What stands beside a model that learns from `data`; what takes long to compute is kept in `cache`."""
    from engine.text.text_data import TextData

    if isinstance(data, TextData):
        from engine.analysis.text_comparison import TextComparison

        return TextComparison(data)
    assert isinstance(data, ImageData), "there are no other data"
    return ImageComparison(data, code_size, cache)


class ImageComparison:
    """The principal components of the data, fitted once per data set and size and kept in `cache`."""

    def __init__(self, data: ImageData, code_size: int, cache: Path) -> None:
        self._data = data
        self._pca = pca.fit(data, code_size, cache)
        part = data.validation
        shown = plane.items(part.labels)
        self._labels = part.labels[shown]
        self._image_points = self._pca.points(part.items[shown])
        self._baseline: NDArray[np.float32] | None = None

    def completed(self, samples: Samples, codes: NDArray[np.float32]) -> Samples:
        if self._baseline is None:  # the probe set is the same at every epoch
            self._baseline = self._pca.reconstruct(samples.inputs)
        return msgspec.structs.replace(
            samples,
            baseline=self._baseline,
            points=plane.project(codes),
            image_points=self._image_points,
            point_labels=self._labels,
        )

    def figures(self, model: Model, folder: Path, version: str) -> Generator[tuple[int, int], None, dict[str, float]]:
        del folder, version
        return (yield from against_pca(model, self._data, self._pca))
