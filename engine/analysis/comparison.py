"""What a run shows beside its model after every epoch and at its end: PCA of the same code size."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.analysis import pca, plane
from engine.analysis.baseline import against_pca
from engine.datasets.image_data import ImageData
from engine.samples import Samples
from engine.training import Model


class Comparison:
    """The principal components of the data, fitted once per data set and size and kept in `cache`."""

    def __init__(self, data: ImageData, code_size: int, cache: Path) -> None:
        self._data = data
        self._pca = pca.fit(data, code_size, cache)
        shown = plane.items(data.test.labels)
        self._labels = data.test.labels[shown]
        self._image_points = self._pca.points(data.test.images[shown])
        self._baseline: NDArray[np.float32] | None = None

    def completed(self, samples: Samples, codes: NDArray[np.float32]) -> Samples:
        """`samples` with what PCA makes of the same images, and with the latent plane, where `codes` come to lie."""
        if self._baseline is None:  # the probe set is the same at every epoch
            self._baseline = self._pca.reconstruct(samples.inputs)
        return msgspec.structs.replace(
            samples,
            baseline=self._baseline,
            points=plane.project(codes),
            image_points=self._image_points,
            point_labels=self._labels,
        )

    def figures(self, model: Model) -> dict[str, float]:
        """See `engine.events.RunFinished.figures`."""
        return against_pca(model, self._data, self._pca)
