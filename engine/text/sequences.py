"""From sentences to sequences of word ids of one length: with the vocabulary's own tokeniser, or as published."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.datasets.data import in_blocks
from engine.text import tokeniser
from engine.text.segmenters import described

if TYPE_CHECKING:
    from engine.text.corpus import Corpus

PAD = 0
"""The id of what fills a row up."""
_AT_ONCE = 2**14
"""Sentences whose rows are made at a time: what it takes beside them stays small."""


class Tokenised(NamedTuple):
    """The words of a whole corpus."""

    words: Sequence[str]
    """The distinct ones."""
    tokens: NDArray[np.int32]
    """(running words,): places in `words`."""
    starts: NDArray[np.int64]
    """(sentences + 1,): sentence i is tokens[starts[i]:starts[i + 1]]."""


class Sequencer(NamedTuple):
    """Makes rows of a fixed length out of sentences of any number of words."""

    words: Callable[..., list[str]]
    """The words of one sentence; called as words(sentence)."""
    tokenised: Callable[[Corpus], Tokenised]
    """Those of a corpus, the same as `words` finds sentence by sentence."""
    last: bool
    """Whether rows keep the last words and are padded on the left; else the first ones, and on the right."""
    label: str
    """In words."""

    def used(self, count: int, length: int) -> slice:
        """Which of the `count` words of a sentence a row of `length` keeps."""
        return slice(max(0, count - length), count) if self.last else slice(min(count, length))

    def places(self, count: int, length: int) -> slice:
        """Where in the row they stand."""
        kept = min(count, length)
        return slice(length - kept, length) if self.last else slice(kept)

    def rows(self, ids: NDArray[np.int32], starts: NDArray[np.integer], length: int) -> NDArray[np.int32]:
        """(sentences, length): sentence i is ids[starts[i]:starts[i + 1]], cut and padded."""
        rows = np.full((len(starts) - 1, length), PAD, np.int32)
        if not len(ids):
            return rows
        for block in in_blocks(rows, _AT_ONCE):
            begins = starts[:-1][block, None]
            counts = starts[1:][block, None] - begins
            places = np.arange(length) + (counts - length if self.last else 0)
            inside = (places >= 0) & (places < counts)
            rows[block] = np.where(inside, ids[np.where(inside, begins + places, 0)], PAD)
        return rows


def sequencer(ids: str, segmentation: str = "") -> Sequencer:
    """That of the setting `ids`, with scripts without spaces cut by `segmentation`, see `engine.text.segmenters`."""
    made = SEQUENCERS[ids]
    if not segmentation:
        return made
    told = described(segmentation)
    return made._replace(
        words=partial(made.words, segmentation=segmentation), label=f"{made.label}; {told}" if told else made.label
    )


def _as_read(corpus: Corpus) -> Tokenised:
    return Tokenised(corpus.words, corpus.tokens, corpus.starts)


def _all_split(corpus: Corpus) -> Tokenised:
    places: dict[str, int] = {}
    tokens, counts = array("i"), array("q", [0])
    for place in range(len(corpus)):
        words = tokeniser.split(corpus.sentence(place), corpus.segmentation)
        tokens.extend([places.setdefault(word, len(places)) for word in words])
        counts.append(len(words))
    return Tokenised(list(places), np.array(tokens, np.int32), np.cumsum(np.array(counts, np.int64)))


SEQUENCERS = {
    "tokens": Sequencer(
        tokeniser.words, _as_read, False, "by the tokeniser of the vocabulary; the first ones, padded right"
    ),
    "split": Sequencer(
        tokeniser.split, _all_split, True, "cut at white space, as published; the last ones, padded left"
    ),
}
"""By the setting `ids`."""
