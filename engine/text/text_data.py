"""A corpus as a run learns from it: sentences of a fixed number of word ids, cut into parts."""

from __future__ import annotations

import hashlib
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.datasets.data import Part, in_blocks
from engine.errors import BadData
from engine.text.corpus import Corpus
from engine.text.cut import Cut, published
from engine.text.lexicon import UNK, Lexicon
from engine.text.sequences import PAD
from engine.text.topics import document_classes

LIGHTEST = 1e-9
RARE = 1e-3
"""Share of the running words at which a word counts half with the weighting by frequency (Arora, Liang & Ma,
A simple but tough-to-beat baseline for sentence embeddings, 2017)."""


_AT_ONCE = 2**14
"""Sentences that are counted at a time."""


class TextData:
    """A corpus seen through a lexicon (see `engine.datasets.data.Data`)."""

    kind = "text"
    plane_items = 50
    health_items = 500
    normal = ""

    def __init__(
        self,
        corpus: Corpus,
        lexicon: Lexicon,
        length: int,
        weighting: str,
        metadata: dict[str, str],
        cut: Cut | None = None,
        loss_over: str = "words",
    ) -> None:
        """`metadata` of the corpus and its words; `cut` as published unless given; the others as
        `engine.kinds.reading.TextReading`."""
        self.corpus = corpus
        self.lexicon = lexicon
        self.key = corpus.key
        self.path: Path | None = corpus.path
        self.items = lexicon.rows(corpus, length)
        """Every sentence of the corpus in its order, (sentences, length) int32."""
        self.classes, of_documents = document_classes(corpus)
        labels = of_documents[corpus.document]
        cut = cut or published(corpus)
        self.split, self._held_out = cut.name, cut.held_out
        self.train_places, self.validation_places, self.test_places = cut.train, cut.validation, cut.test
        """Where the sentences of each part stand in the corpus."""
        self.train, self.validation, self.test = (
            Part(self.items[places], labels[places]) for places in (cut.train, cut.validation, cut.test)
        )
        self.word_weights = self._weights(weighting)
        """How much each word of the lexicon counts, (words,) float32: 0 for padding, 1 on average of the words read."""
        self.loss_weights = self.word_weights if loss_over == "words" else np.ones_like(self.word_weights)
        """How much it counts in the loss, where padding may count like a word."""
        self.metadata = {**metadata, **self._reading(cut)}

    @property
    def held_out(self) -> bool:
        """Whether sentences were held out to choose by; the vocabulary is then made of the training part alone."""
        return self._held_out

    @property
    def judged(self) -> Part:
        """The test part."""
        return self.test

    @property
    def paired(self) -> bool:
        """Never: a sentence is to be answered with itself."""
        return False

    @property
    def shape(self) -> tuple[int, int]:
        """Words of a sentence, numbers of a word."""
        return int(self.items.shape[1]), int(self.lexicon.vectors.shape[1])

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over the corpus and the ids that its sentences have here: another vocabulary, another one."""
        digest = hashlib.sha256(self.corpus.fingerprint.encode())
        digest.update(np.ascontiguousarray(self.items).data)
        return digest.hexdigest()

    def as_floats(self, items: NDArray[Any]) -> NDArray[np.float32]:
        """Ids (count, length) as vectors (count, length, dimensions); vectors are taken as they are."""
        if items.dtype.kind == "f":
            return items.astype(np.float32, copy=False)
        vectors: NDArray[np.float32] = self.lexicon.vectors[items]
        return vectors

    def targets(self, items: NDArray[Any]) -> NDArray[np.float32]:
        """The sentences themselves."""
        return self.as_floats(items)

    def known(self, items: NDArray[Any]) -> None:
        """All of it: what counts how much in the loss, the weights of words say."""
        del items

    def _reading(self, cut: Cut) -> dict[str, str]:
        """How sentences become ids, and how they are cut into parts."""
        unknown = float((self.items[self.items != PAD] == UNK).mean())
        train, validation, test = (len(places) for places in (cut.train, cut.validation, cut.test))
        two = f"{train:,} sentences to train, {test:,} to test, {cut.by}{'' if cut.name else ', as published'}"
        three = f"{train:,} sentences to train, {validation:,} held out to choose by, {test:,} to test, {cut.by}"
        fitted = "the training part alone" if self.held_out else "the whole corpus, as published"
        return {
            "ids": f"words {self.lexicon.sequencer.label}; {unknown:.1%} of them unknown",
            "parts": three if self.held_out else two,
            "fitted": f"vocabulary and weights of words on {fitted}",
        }

    def _weights(self, weighting: str) -> NDArray[np.float32]:
        """Raises BadData where the words of a sentence would weigh nothing."""
        items = self.train.items[:] if self.held_out else self.items
        counts = np.bincount(items.ravel(), minlength=len(self.lexicon)).astype(np.float64)
        counts[PAD] = 0
        share = counts / counts.sum()
        weights = np.ones(len(share))
        if weighting == "frequency":
            weights = RARE / (RARE + share)
        elif weighting == "idf":
            weights = np.log(len(items) / np.maximum(_sentences_with(items, len(share)), 1))
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
    found = np.zeros(words, np.int64)
    for block in in_blocks(items, _AT_ONCE):
        ordered = np.sort(items[block], axis=1)
        first = np.diff(ordered, axis=1, prepend=-1) > 0
        found += np.bincount(ordered[first], minlength=words)
    return found
