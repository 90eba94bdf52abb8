"""Images: bytes (count, height, width, channels), seen by a network as numbers from 0 to 1."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

from engine.kinds.arrays import Arrays

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.datasets.catalogue import DataSet
    from engine.datasets.data import Data, Report, Source, Statistics
    from engine.datasets.folders import Location
    from engine.datasets.image_data import ImageData
    from engine.kinds.reading import Reading
    from engine.runs.snapshots import Samples

LIT, DARK = 0.02, 0.005
"""Mean brightness from which a pixel belongs to the images, and brightness below which an output counts as black."""


class Image(Arrays):
    """A row of the table."""

    key = "image"
    items, unit = "images", "img"
    numbers = "pixels"
    points: ClassVar[tuple[str, ...]] = ("PCA of the images", "PCA")
    inputs = "engine.nn.inputs:Pixels"
    adds = ("draw",)
    scores = (*Arrays.scores, "coherent")

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

    def dead_outputs(self, data: Data, items: NDArray[Any], outputs: NDArray[np.float32]) -> tuple[int, int]:
        """Pixels that are black in every output though they are lit in the images to be answered."""
        lit = data.targets(items).mean(axis=0) > LIT
        return lit.size, int(((outputs.max(axis=0) < DARK) & lit).sum())

    def preprocessing(self, dataset: str, folder: Path, shape: tuple[int, ...], reading: Reading) -> dict[str, Any]:
        """Bytes as numbers from 0 to 1; of the user's own pictures also how they were brought to one size."""
        from engine.datasets.own import records

        del folder, reading
        own, size = records.find(dataset), dict(zip(("height", "width", "channels"), shape, strict=True))
        fitted = f"Pictures were read as {dict(own.options)} says." if own and own.options else ""
        scaled = "Bytes (0 to 255) are divided by 255: a network sees float32 from 0 (black) to 1 (white)."
        order = f"An item is (height, width, channels) = {shape}; of several channels red is the first."
        return {
            "steps": [step for step in (fitted, scaled, order) if step],
            "scaling": {"mean": 0, "scale": 255},
            "range": [0, 1],
            **size,
            "read_with": dict(own.options) if own else {},
        }

    def drawable(self, samples: Samples) -> bool:
        """Whether they are (count, height, width, channels)."""
        return samples.inputs.ndim == 4


def _images(data: Data | Source) -> ImageData:
    return cast("ImageData", data)
