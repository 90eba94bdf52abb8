"""From a sentence to its words: the one tokeniser of corpora, vocabularies and typed sentences."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from engine.text.scripts import is_foreign, runs
from engine.text.segmenters import cuts
from engine.text.treebank import treebank

VERSION = 2
"""Part of every cache key: raised when the same text comes out as other sentences or words."""

NUMBER = "9"
"""The word that all numbers become."""

_DIGIT = re.compile(r"[0-9]")
_NUMBER = re.compile(r"[0-9][0-9.,/-]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
# Besides the control characters: line and paragraph separators, what turns the writing direction round, and halves
# of surrogate pairs, which cannot be written as UTF-8.
_WIDE = {wide: wide - 0xFEE0 for first, last in ((0xFF10, 0xFF19), (0xFF41, 0xFF5A)) for wide in range(first, last + 1)}
"""Digits and small letters as wide as a Chinese character → those of Latin."""


def words(sentence: str, segmentation: str = "") -> list[str]:
    """The words of one sentence: lower-cased, punctuation apart, every number as "9". Nothing but spaces gives none.

    NLTK's word tokeniser (the Penn Treebank's conventions) does the cutting. With a `segmentation` (see
    `engine.text.segmenters`) scripts without spaces are cut by it, and marks of other scripts than Latin stand apart.
    """
    found = split(sentence, segmentation, treebank)
    if segmentation:
        return [NUMBER if word.isdecimal() or _NUMBER.fullmatch(word) else word for word in found]
    if not _DIGIT.search(sentence):
        return found
    return [NUMBER if _NUMBER.fullmatch(word) else word for word in found]


def split(sentence: str, segmentation: str = "", spaced: Callable[[str], list[str]] = str.split) -> list[str]:
    """Likewise, but `spaced` cuts what stands between spaces, and numbers stay."""
    text = without_controls(sentence).lower()
    if segmentation and is_foreign(text):
        return list(_of_runs(text.translate(_WIDE), segmentation, spaced))
    return spaced(text)


def without_controls(text: str) -> str:
    """`text`, as long as before, with a space for every character that could do something to a terminal."""
    return text if text.isprintable() else _CONTROL.sub(" ", text)


def _of_runs(text: str, segmentation: str, spaced: Callable[[str], list[str]]) -> Iterator[str]:
    cut = cuts(segmentation)
    for kind, run in runs(text):
        if kind == "spaced":
            yield from spaced(run)
        elif kind == "point":
            yield run
        else:
            yield from (word for word in cut[kind](run) if not word.isspace())
