"""Vectors of words: listed, found and fetched like data sets, but nothing learns from them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.kinds.kind import Origin

if TYPE_CHECKING:
    from engine.datasets.catalogue import DataSet
    from engine.datasets.data import Report
    from engine.datasets.folders import Location


class WordVectors(Origin):
    """GloVe, of which an archive holds several sizes."""

    key = "word-vectors"
    items = "vectors of words"
    use = "models of text use them"

    def located(self, entry: DataSet, data_dir: Path | None) -> Location | None:
        """The smallest vectors that are on this machine; larger ones may be, too."""
        from engine.datasets.folders import Location, cache_dir, existing
        from engine.text import glove

        if data_dir is not None:
            existing(data_dir)
        found = (glove.find(dimensions, data_dir, cache_dir()) for dimensions in glove.DIMENSIONS)
        vectors = next((one for one in found if one), None)
        return Location(entry.key, vectors.file.path, vectors.where) if vectors else None

    def fetched(self, entry: DataSet, report: Report | None) -> Location:
        """The archive with vectors of all sizes, 862 MB. Raises DataUnavailable where no mirror has it."""
        from engine.datasets.folders import Location, cache_dir
        from engine.text import glove_download

        return Location(entry.key, glove_download.fetch(cache_dir(), report), "cache")
