"""From a sentence to its words: the one tokeniser of corpora, vocabularies and typed sentences."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

VERSION = 1
"""Part of every cache key: raised when the same text comes out as other sentences or words."""

NUMBER = "9"
"""The word that all numbers become."""

_NUMBER = re.compile(r"[0-9][0-9.,/-]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
# Besides the control characters: line and paragraph separators, what turns the writing direction round, and halves
# of surrogate pairs, which cannot be written as UTF-8.


def words(sentence: str) -> list[str]:
    """The words of one sentence: lower-cased, punctuation apart, every number as "9".

    NLTK's word tokeniser (the Penn Treebank's conventions) does the cutting. Nothing but spaces gives no words.
    """
    tokens = _treebank()(without_controls(sentence).lower())
    return [NUMBER if _NUMBER.fullmatch(token) else token for token in tokens]


def without_controls(text: str) -> str:
    """`text`, as long as before, with a space for every character that could do something to a terminal."""
    return _CONTROL.sub(" ", text)


@cache
def _treebank() -> Callable[[str], list[str]]:
    from nltk.tokenize.destructive import NLTKWordTokenizer  # a second of import

    tokenize: Callable[[str], list[str]] = NLTKWordTokenizer().tokenize
    return tokenize
