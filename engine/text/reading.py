"""A corpus as a model sees it: cut into parts, with the words and vectors that its settings ask for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from engine.datasets.data import Report
from engine.datasets.folders import cache_dir
from engine.kinds.reading import TextReading
from engine.text.corpus import Corpus
from engine.text.corpus_statistics import of
from engine.text.cut import cut
from engine.text.lexicon import Lexicon
from engine.text.sequences import SEQUENCERS
from engine.text.text_data import TextData
from engine.text.vectors import lexicon


def read(corpus: Corpus, reading: TextReading, folder: Path | None, data_dir: Path | None, report: Report) -> TextData:
    """`corpus` through a lexicon made for it, or through the one that a run keeps in `folder`.

    Raises:
        SettingError, BadData: there are no such vectors, or the words weigh nothing.
        RunError: the run's lexicon is gone.
    """
    parts = cut(corpus, reading.validation)
    if folder is not None:
        words = Lexicon.read(folder, reading.ids)
    else:
        words = _lexicon(corpus.of(parts.train) if reading.validation else corpus, reading, data_dir, report)
    known, found = words.coverage(corpus)
    metadata = {
        **of(corpus).metadata,
        "vectors": words.source,
        "vocabulary": f"{len(words.words):,} words, {known:.1%} of the running words",
        "coverage": f"{int(words.found.sum()):,} words have a vector, {found:.1%} of the running words",
    }
    return TextData(corpus, words, reading.length, reading.weighting, metadata, parts, reading.loss_over)


def _lexicon(corpus: Corpus, reading: TextReading, data_dir: Path | None, report: Report) -> Lexicon:
    """Fitted on `corpus`, which is the training part alone where one is held out."""
    made = lexicon(
        corpus,
        reading.vocabulary,
        reading.vectors,
        reading.dimensions,
        reading.seed,
        data_dir,
        cache_dir(),
        report,
    )
    return replace(made, sequencer=SEQUENCERS[reading.ids])
