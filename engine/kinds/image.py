"""Images: bytes (count, height, width, channels), seen by a network as numbers from 0 to 1."""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

from engine.kinds.kind import Features, Kind

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.analysis.comparison import Comparison
    from engine.backend import Training
    from engine.datasets.catalogue import DataSet
    from engine.datasets.data import Data, Report, Source, Statistics
    from engine.datasets.folders import Location
    from engine.datasets.image_data import ImageData
    from engine.kinds.reading import Reading
    from engine.runs.snapshots import Samples

LIT, DARK = 0.02, 0.005
"""Mean brightness from which a pixel belongs to the images, and brightness below which an output counts as black."""


class Image(Kind):
    """A row of the table."""

    key = "image"
    items, unit = "images", "img"
    points: ClassVar[tuple[str, ...]] = ("PCA of the images", "PCA")
    beside = "pca"
    commands = "`aetui encode`, `aetui decode`, `aetui reconstruct`"
    trained_by = "`aetui train vanilla`"
    inputs = "engine.nn.inputs:Pixels"

    def read(self, entry: DataSet, location: Location, data_dir: Path | None, report: Report | None) -> Source:
        """Training and test part as published, bytes (count, height, width, channels); held against the catalogue."""
        from engine.datasets.image_reader import read as read_images

        del data_dir
        if report and location.path:
            report(f"reading {location.path}", 0, 0)
        return read_images(entry, location)

    def statistics(self, source: Source) -> Statistics:
        """Items of each class, shape, and mean and standard deviation of the training pixels."""
        from engine.datasets import image_statistics

        return image_statistics.of(_images(source))

    def seen(
        self, source: Source, reading: Reading, folder: Path | None, data_dir: Path | None, report: Report
    ) -> Data:
        """With `reading.validation` of the training part held out. Raises UsageError if it has fewer than two items."""
        del folder, data_dir, report
        return _images(source).with_validation(reading.validation)

    def comparison(self, data: Data, training: Training, cache: Path, report: Report) -> Comparison:
        """The baselines of what the model is asked to do, fitted to the training part before this returns."""
        from engine.analysis.baselines import Fitting
        from engine.analysis.image_comparison import ImageComparison

        return ImageComparison(Fitting(_images(data), training.model, training.code_size, cache, report))

    def features(self, data: Data, size: int, cache: Path) -> Features:
        """`size` principal components, fitted to the training part."""
        from engine.analysis import pca

        return Features("PCA", pca.fit(_images(data), size, cache).encode)

    def raw(self, data: Data, items: int) -> ImageData | None:
        """`data` where comparing each test image's pixels with those of `items` others does not take too long."""
        from engine.analysis import raw_items

        images = _images(data)
        return images if raw_items.affordable(images, items) else None

    def dead_outputs(self, data: Data, items: NDArray[Any], outputs: NDArray[np.float32]) -> tuple[int, int]:
        """Pixels that are black in every output though they are lit in the images."""
        lit = data.as_floats(items).mean(axis=0) > LIT
        return lit.size, int(((outputs.max(axis=0) < DARK) & lit).sum())

    def drawable(self, samples: Samples) -> bool:
        """Whether they are (count, height, width, channels)."""
        return samples.inputs.ndim == 4

    def size(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """One number, all pixels in all channels: (784,) for (28, 28, 1)."""
        return (prod(shape),)


def _images(data: Data | Source) -> ImageData:
    return cast("ImageData", data)
