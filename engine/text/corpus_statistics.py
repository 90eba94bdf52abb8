"""What is in a corpus, in figures."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.errors import counted
from engine.text.corpus import Corpus
from engine.text.doubts import doubts
from engine.text.segmenters import CHARACTERS, SEGMENTERS, described

TOPICS = 5
"""Of those that are told with their counts."""


class Spread(NamedTuple):
    """Of a length: the least, the mean, the median and the greatest."""

    least: int
    mean: float
    median: float
    greatest: int


class CorpusStatistics(msgspec.Struct, frozen=True):
    """Counts and lengths of a corpus."""

    key: str
    source: str
    """The file or folder, or where else it comes from."""
    fingerprint: str
    splitter: str
    sentences: int
    documents: int
    """Those with sentences."""
    running_words: int
    distinct_words: int
    characters: Spread
    """Of a sentence as it stands in its document, line breaks and all."""
    words: Spread
    """Of a sentence, as the tokeniser cuts it."""
    topics: dict[str, int]
    """Documents of each topic, the most frequent first; empty when the corpus has no topics."""
    segmentation: str = ""
    """In words, how scripts without spaces are cut; empty where there are none."""
    doubts: tuple[str, ...] = ()
    """What looks as if the text had been read otherwise than it was meant."""

    @property
    def table(self) -> list[tuple[str, ...]]:
        """Documents may have several topics; `metadata` names the frequent ones."""
        return []

    @property
    def metadata(self) -> dict[str, str]:
        """Label and words, for people."""
        characters, words = self.characters, self.words
        frequent = ", ".join(f"{topic} {count:,}" for topic, count in list(self.topics.items())[:TOPICS])
        return {
            "sentences": f"{self.sentences:,} in {counted(self.documents, 'document')}, cut by {self.splitter}",
            "words": f"{self.running_words:,} running, {self.distinct_words:,} distinct"
            f"{'; ' if self.segmentation else ''}{self.segmentation}",
            "characters": f"{characters.least:,} to {characters.greatest:,} a sentence, mean {characters.mean:.2f}, "
            f"median {characters.median:g}",
            "length": f"{words.least:,} to {words.greatest:,} words, mean {words.mean:.1f}, median {words.median:g}",
            **({"topics": f"{len(self.topics):,}, by documents: {frequent}"} if self.topics else {}),
            **({"doubtful": "; ".join(self.doubts)} if self.doubts else {}),
        }


def of(corpus: Corpus) -> CorpusStatistics:
    """The statistics of `corpus`; a tenth of a second for fifty thousand sentences."""
    return CorpusStatistics(
        key=corpus.key,
        source=str(corpus.path or "installed packages"),
        fingerprint=corpus.fingerprint,
        splitter=corpus.splitter,
        sentences=len(corpus),
        documents=len(np.unique(corpus.document)),
        running_words=len(corpus.tokens),
        distinct_words=len(corpus.words),
        characters=_spread(_characters(corpus)),
        words=_spread(np.diff(corpus.starts)),
        topics=_topics(corpus),
        segmentation=_cut_by(corpus.segmentation),
        doubts=tuple(doubts(corpus)),
    )


def _cut_by(segmentation: str) -> str:
    found = described(segmentation)
    return (
        f"{found} ({', '.join(SEGMENTERS)} find words where they are installed)"
        if segmentation == CHARACTERS
        else found
    )


def _characters(corpus: Corpus) -> NDArray[np.int64]:
    """(sentences,): bytes of UTF-8 that do not continue a character."""
    begins = (corpus.text & 0xC0) != 0x80
    before = np.concatenate(([0], np.cumsum(begins)))
    return np.diff(before[corpus.text_starts])


def _spread(lengths: NDArray[np.int64]) -> Spread:
    return Spread(int(lengths.min()), float(lengths.mean()), float(np.median(lengths)), int(lengths.max()))


def _topics(corpus: Corpus) -> dict[str, int]:
    places = [place for topics in corpus.document_topics for place in topics]
    counts = np.bincount(np.array(places, np.int64), minlength=len(corpus.topics))
    order = np.argsort(-counts, kind="stable")
    return {corpus.topics[place]: int(counts[place]) for place in order}
