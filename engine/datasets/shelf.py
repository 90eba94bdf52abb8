"""The last data set read, kept in memory: runs that follow each other, and questions, mostly want the same one."""

from __future__ import annotations

from pathlib import Path

from engine.datasets.image_data import ImageData, Report
from engine.datasets.loading import load


class Shelf:
    """Holds one data set. Used on the engine's thread only."""

    def __init__(self, data_dir: Path | None) -> None:
        self._data_dir = data_dir
        self._kept: ImageData | None = None

    def load(self, key: str, report: Report | None = None) -> ImageData:
        """See `engine.datasets.load`."""
        if self._kept is None or self._kept.key != key:
            self._kept = None  # let go of the old one before the new one is read
            self._kept = load(key, self._data_dir, report)
        return self._kept
