"""The last data set read, kept in memory: runs that follow each other, and questions, mostly want the same one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from engine.datasets.catalogue import dataset
from engine.datasets.data import Data, Report, silence
from engine.datasets.image_data import ImageData
from engine.datasets.loading import load
from engine.datasets.places import cache_dir, locate
from engine.errors import UsageError

if TYPE_CHECKING:
    from engine.text.corpus import Corpus
    from engine.text.lexicon import Lexicon
    from engine.variants.variant import TextSettings


class Shelf:
    """Holds one data set. Used on the engine's thread only."""

    def __init__(self, data_dir: Path | None) -> None:
        self._data_dir = data_dir
        self._read: tuple[tuple[str, object], ImageData | Corpus] | None = None
        self._kept: tuple[object, Data] | None = None

    def load(
        self,
        key: str,
        settings: TextSettings | None = None,
        folder: Path | None = None,
        report: Report | None = None,
        *,
        validation: float = 0.0,
        download: bool = True,
    ) -> Data:
        """See `engine.datasets.load`; a corpus is read and cut with `settings`.

        `validation`: the share of the training part of images that is held out.
        `folder`: of a run whose lexicon is to be used; without it, one is made.
        """
        validation = settings.validation if settings else validation
        found = (key, self._source(key))
        wanted = (*found, settings, folder, validation)
        if self._kept is None or self._kept[0] != wanted:
            self._kept = None  # let go of the old one before the new one is read
            if self._read is None or self._read[0] != found:
                self._read = None
                loaded = load(key, self._data_dir, report, download=download)
                self._read = (key, self._source(key)), loaded  # if it was fetched, its source is known only now
            made = self._made(settings, folder, validation, report or silence)
            self._kept = (*self._read[0], settings, folder, validation), made
        return self._kept[1]

    def _source(self, key: str) -> object:
        """What the user's text is as it lies there now: it may change between two runs, as published data do not."""
        if dataset(key).kind != "text":
            return None
        from engine.text.corpora import source_of

        location = locate(key, self._data_dir)
        return location and (location.path, location.told, source_of(key, location.path))

    def _made(self, settings: TextSettings | None, folder: Path | None, validation: float, report: Report) -> Data:
        assert self._read is not None
        (key, _), loaded = self._read
        if isinstance(loaded, ImageData):
            return loaded.with_validation(validation)
        if settings is None:
            raise UsageError("Data do not fit", f"{key} is text; choose a variant that learns from text")
        return self._text(loaded, settings, folder, report)

    def _text(self, corpus: Corpus, settings: TextSettings, folder: Path | None, report: Report) -> Data:
        from engine.text.corpus_statistics import of
        from engine.text.cut import cut
        from engine.text.lexicon import Lexicon
        from engine.text.text_data import TextData

        parts = cut(corpus, settings.validation)
        if folder is not None:
            words = Lexicon.read(folder, settings.ids)
        else:
            words = self._lexicon(corpus.of(parts.train) if settings.validation else corpus, settings, report)
        known, found = words.coverage(corpus)
        facts = {
            **of(corpus).facts,
            "vectors": words.source,
            "vocabulary": f"{len(words.words):,} words, {known:.1%} of the running words",
            "coverage": f"{int(words.found.sum()):,} words have a vector, {found:.1%} of the running words",
        }
        return TextData(corpus, words, settings.length, settings.weighting, facts, parts, settings.loss_over)

    def _lexicon(self, corpus: Corpus, settings: TextSettings, report: Report) -> Lexicon:
        """Fitted on `corpus`, which is the training part alone where one is held out."""
        from engine.text.vectors import lexicon
        from engine.text.ways import WAYS

        made = lexicon(
            corpus,
            settings.vocabulary,
            settings.vectors,
            settings.dimensions,
            settings.seed,
            self._data_dir,
            cache_dir(),
            report,
        )
        return replace(made, way=WAYS[settings.ids])
