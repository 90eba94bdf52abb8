"""From sentences to sequences of word ids of one length: with the vocabulary's own tokeniser, or as published."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.text import tokeniser

if TYPE_CHECKING:
    from engine.text.corpus import Corpus

PAD = 0
"""The id of what fills a row up."""


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

    words: Callable[[str], list[str]]
    """The words of one sentence."""
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
        counts = np.diff(starts)[:, None]
        places = np.arange(length) + (counts - length if self.last else 0)
        inside = (places >= 0) & (places < counts)
        at = np.where(inside, starts[:-1, None] + places, 0)
        return np.where(inside, ids[at], PAD).astype(np.int32) if len(ids) else np.zeros(at.shape, np.int32)


def _as_read(corpus: Corpus) -> Tokenised:
    return Tokenised(corpus.words, corpus.tokens, corpus.starts)


def _split(sentence: str) -> list[str]:
    return tokeniser.without_controls(sentence).lower().split()


def _all_split(corpus: Corpus) -> Tokenised:
    sentences = [_split(corpus.sentence(place)) for place in range(len(corpus))]
    places: dict[str, int] = {}
    tokens = [places.setdefault(word, len(places)) for word in chain.from_iterable(sentences)]
    starts = np.concatenate(([0], np.cumsum([len(words) for words in sentences], dtype=np.int64)))
    return Tokenised(list(places), np.array(tokens, np.int32), starts)


SEQUENCERS = {
    "tokens": Sequencer(
        tokeniser.words, _as_read, False, "by the tokeniser of the vocabulary; the first ones, padded right"
    ),
    "split": Sequencer(_split, _all_split, True, "cut at white space, as published; the last ones, padded left"),
}
"""By the setting `ids`."""
