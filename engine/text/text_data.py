"""A corpus as a run learns from it: sentences of a fixed number of word ids, cut into a training and a test part."""

from __future__ import annotations

import hashlib
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.datasets.data import Part
from engine.errors import BadData
from engine.text.corpus import Corpus
from engine.text.lexicon import PAD, UNK, Lexicon

TRAINING_SHARE = 0.7
SPLIT_SEED = 11
"""Of the cut into training and test part: the same for every run, so that their figures can be compared."""
CLASSES = 9
"""Topics with a class of their own, the most frequent ones; the others share one."""
OTHER = "other"
LIGHTEST = 1e-9
RARE = 1e-3
"""Share of the running words at which a word counts half with the weighting by frequency (Arora, Liang & Ma,
A simple but tough-to-beat baseline for sentence embeddings, 2017)."""


class TextData:
    """A corpus seen through a lexicon (see `engine.datasets.data.Data`)."""

    kind = "text"
    plane_items = 50
    health_items = 500
    held_out = False
    split = ""

    def __init__(self, corpus: Corpus, lexicon: Lexicon, length: int, weighting: str, facts: dict[str, str]) -> None:
        self.corpus = corpus
        self.lexicon = lexicon
        self.key = corpus.key
        self.path: Path | None = corpus.path
        self.facts = facts
        self.items = _padded(corpus, lexicon, length)
        """Every sentence of the corpus in its order, (sentences, length) int32."""
        self.classes, labels = _labelled(corpus)
        order = np.random.default_rng(SPLIT_SEED).permutation(len(self.items))
        cut = round(TRAINING_SHARE * len(order))
        self.train_places, self.test_places = np.sort(order[:cut]), np.sort(order[cut:])
        self.validation_places = self.test_places
        """Where the sentences of each part stand in the corpus."""
        self.train = Part(self.items[self.train_places], labels[self.train_places])
        self.test = self.validation = Part(self.items[self.test_places], labels[self.test_places])
        self.word_weights = self._weights(weighting)
        """How much each word of the lexicon counts, (words,) float32: 0 for padding, 1 on average of the words read."""

    @property
    def shape(self) -> tuple[int, int]:
        """Words of a sentence, numbers of a word."""
        return int(self.items.shape[1]), int(self.lexicon.vectors.shape[1])

    @cached_property
    def fingerprint(self) -> str:
        digest = hashlib.sha256(self.corpus.fingerprint.encode())
        digest.update(np.ascontiguousarray(self.items).data)
        return digest.hexdigest()

    def as_floats(self, items: NDArray[Any]) -> NDArray[np.float32]:
        """Ids (count, length) as vectors (count, length, dimensions); vectors are taken as they are."""
        if items.dtype.kind == "f":
            return items.astype(np.float32, copy=False)
        vectors: NDArray[np.float32] = self.lexicon.vectors[items]
        return vectors

    def _weights(self, weighting: str) -> NDArray[np.float32]:
        """Raises BadData where the words of a sentence would weigh nothing."""
        counts = np.bincount(self.items.ravel(), minlength=len(self.lexicon)).astype(np.float64)
        counts[PAD] = 0
        share = counts / counts.sum()
        weights = np.ones(len(share))
        if weighting == "frequency":
            weights = RARE / (RARE + share)
        elif weighting == "idf":
            weights = np.log(len(self.items) / np.maximum(_sentences_with(self.items, len(share)), 1))
        if weighting != "uniform":
            weights[UNK] = 0  # it stands for many words of which none is told
        weights[PAD] = 0
        mean = float((weights * share).sum())
        if mean < LIGHTEST:
            raise BadData(
                self.path or self.key,
                f"expected words that tell sentences apart, but with weighting {weighting} none weighs anything: they "
                "are unknown, or stand in every sentence; choose weighting uniform, or other text",
            )
        scaled: NDArray[np.float32] = (weights / mean).astype(np.float32)
        return scaled


def _sentences_with(items: NDArray[np.int32], words: int) -> NDArray[np.int64]:
    """In how many sentences each word stands, (words,)."""
    ordered = np.sort(items, axis=1)
    first = np.diff(ordered, axis=1, prepend=-1) > 0
    return np.bincount(ordered[first], minlength=words)


def _padded(corpus: Corpus, lexicon: Lexicon, length: int) -> NDArray[np.int32]:
    """The first `length` words of each sentence as ids, the rest padding."""
    known = lexicon.ids(corpus.words)[corpus.tokens]
    starts, counts = corpus.starts[:-1], np.diff(corpus.starts)
    places = np.arange(length)
    inside = places < counts[:, None]
    at = np.minimum(starts[:, None] + places, max(len(known) - 1, 0))
    return np.where(inside, known[at], PAD).astype(np.int32)


def _labelled(corpus: Corpus) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Names of classes, and each sentence's class: the first of its document's topics that is frequent enough."""
    if not corpus.topics:
        return (corpus.key,), np.zeros(len(corpus), np.int64)
    counts = np.bincount([topic for topics in corpus.document_topics for topic in topics], minlength=len(corpus.topics))
    frequent = np.argsort(-counts, kind="stable")[:CLASSES]
    place = {int(topic): number for number, topic in enumerate(frequent)}
    other = len(frequent)
    classes = [next((place[topic] for topic in topics if topic in place), other) for topics in corpus.document_topics]
    names = [corpus.topics[topic] for topic in frequent]
    labels = np.asarray(classes, np.int64)[corpus.document]
    return (*names, OTHER), labels
