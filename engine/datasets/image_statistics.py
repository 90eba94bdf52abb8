"""What is in a set of images, in figures."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.datasets.data import spread_blocks
from engine.datasets.image_data import ImageData
from engine.storage.rows import Array

_BLOCK = 1_000


class Statistics(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of one data set; mean and standard deviation are those of the training pixels, scaled to [0, 1]."""

    key: str
    path: Path | None
    shape: tuple[int, int, int]
    classes: tuple[str, ...]
    train_items: int
    test_items: int
    train_counts: tuple[int, ...]
    """Training items of each class, in the order of `classes`."""
    test_counts: tuple[int, ...]
    pixel_mean: float
    pixel_std: float
    fingerprint: str

    @property
    def source(self) -> str:
        """Empty for what comes with a package."""
        return str(self.path or "")

    @property
    def metadata(self) -> dict[str, str]:
        """Label and words, for people."""
        return {
            "items": f"{self.train_items:,} training, {self.test_items:,} test",
            "shape": f"{'×'.join(map(str, self.shape))} (height, width, channels)",
            "pixels": f"mean {self.pixel_mean:.4f}, standard deviation {self.pixel_std:.4f} of [0, 1]",
        }

    @property
    def table(self) -> list[tuple[str, ...]]:
        """How many items each class has."""
        counts = zip(self.classes, self.train_counts, self.test_counts, strict=True)
        return [("CLASS", "TRAIN", "TEST"), *((name, f"{train:,}", f"{test:,}") for name, train, test in counts)]


def of(data: ImageData) -> Statistics:
    """The figures of `data`; takes 0.13 s for 70,000 images."""
    mean, std = _mean_and_std(data.train.items)
    return Statistics(
        key=data.key,
        path=data.path,
        shape=data.shape,
        classes=data.classes,
        train_items=len(data.train.labels),
        test_items=len(data.test.labels),
        train_counts=_counts(data.train.labels, len(data.classes)),
        test_counts=_counts(data.test.labels, len(data.classes)),
        pixel_mean=mean,
        pixel_std=std,
        fingerprint=data.fingerprint,
    )


def _counts(labels: NDArray[np.int64], classes: int) -> tuple[int, ...]:
    return tuple(np.bincount(labels, minlength=classes).tolist())


def _mean_and_std(images: Array) -> tuple[float, float]:
    """Exact, by way of the histogram; of very many images a part is taken. In blocks, because `bincount` makes eight
    bytes of every pixel."""
    histogram = np.zeros(256, np.int64)
    for block in spread_blocks(images, _BLOCK):
        histogram += np.bincount(images[block].ravel(), minlength=256)
    values = np.arange(256) / 255
    mean = float(np.average(values, weights=histogram))
    return mean, float(np.sqrt(np.average((values - mean) ** 2, weights=histogram)))
