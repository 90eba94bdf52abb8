"""A corpus as a model sees it: cut into parts, with the words and vectors that its settings ask for."""

from __future__ import annotations

from pathlib import Path

from engine.datasets.data import Report
from engine.datasets.folders import cache_dir
from engine.errors import RunError
from engine.kinds.reading import TextReading
from engine.text.corpus import Corpus
from engine.text.corpus_statistics import of
from engine.text.cut import cut
from engine.text.lexicon import Lexicon
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
        _check_cut(words, corpus)
    else:
        words = _lexicon(corpus.of(parts.train) if parts.held_out else corpus, reading, data_dir, report)
    known, found = words.coverage(corpus)
    metadata = {
        **of(corpus).metadata,
        "vectors": words.source,
        "vocabulary": f"{len(words.words):,} words, {known:.1%} of the running words",
        "coverage": f"{int(words.found.sum()):,} words have a vector, {found:.1%} of the running words",
    }
    return TextData(corpus, words, reading.length, reading.weighting, metadata, parts, reading.loss_over)


def _check_cut(words: Lexicon, corpus: Corpus) -> None:
    """Raises RunError where the run's words were cut otherwise than those of `corpus` are now."""
    if words.segmentation != corpus.segmentation:
        then, now = (name or "spaces" for name in (words.segmentation, corpus.segmentation))
        raise RunError(
            "Words are cut otherwise",
            f"expected words cut by {then}, which this run learned from, but those of {corpus.key} are cut by {now}: a "
            f"segmenter came or went; add the text again with --segmentation {then}, or train anew",
        )


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
    return made.read_by(reading.ids, corpus.segmentation)
