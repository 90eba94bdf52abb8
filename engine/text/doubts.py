"""What makes one doubt that a text was read as its writer meant it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from engine.text.corpus import Corpus

LONG_WORD = 20
"""Characters of a word on average; 4 to 6 are usual, 1 or 2 in Chinese and Japanese."""
ONCE = 0.5
"""Share of the running words that occur once; 0.02 to 0.2 is usual."""
SINGLE = 0.5
"""Share of the sentences that are one word."""
LONG_SENTENCE = 200
"""Words of half of the sentences."""


def doubts(corpus: Corpus) -> list[str]:
    """Each in words, with what may help; none for what looks like sentences."""
    if not len(corpus.tokens):
        return []
    found = []
    mean = float(np.dot([len(word) for word in corpus.words], corpus.counts)) / len(corpus.tokens)
    once = int((corpus.counts == 1).sum()) / len(corpus.tokens)
    lengths = np.diff(corpus.starts)
    single, middle = float((lengths == 1).mean()), float(np.median(lengths))
    if mean > LONG_WORD:
        found.append(f"words have {mean:.0f} characters on average: is this text in words with spaces between them?")
    if once > ONCE:
        found.append(f"{once:.0%} of the running words occur once, nothing can be learned of those: give more text")
    if single > SINGLE:
        found.append(f"{single:.0%} of the sentences are one word: are the lines words or names? Try --prose")
    if middle > LONG_SENTENCE:
        found.append(
            f"half of the sentences have {middle:.0f} words or more: do sentences end with the lines? Try --lines"
        )
    return found
