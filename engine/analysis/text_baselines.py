"""What finds sentences without a network: weighted averages of word vectors, and the words themselves."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.storage.blas import one_thread
from engine.text.sequences import PAD
from engine.text.text_data import RARE, TextData


class Sif:
    """Averages in which a word w weighs a / (a + p(w)), without their first principal component; p and the component
    are those of the training part.

    Arora, Liang & Ma, A simple but tough-to-beat baseline for sentence embeddings, 2017.
    """

    def __init__(self, data: TextData) -> None:
        counts = np.bincount(data.train.items[:].ravel(), minlength=len(data.lexicon)).astype(np.float64)
        counts[PAD] = 0
        self._lexicon = data.lexicon
        self.weights = RARE / (RARE + counts / counts.sum())
        """Of each word, (words,); 1 for one that never stands in the training part."""
        self.common = _first_component(self._averages(data.train.items[:]))
        """(dimensions,), of length 1."""

    def encode(self, ids: NDArray[np.integer]) -> NDArray[np.float32]:
        """Sentences as ids (count, length) → (count, dimensions)."""
        rows = self._averages(ids)
        return (rows - np.outer(rows @ self.common, self.common)).astype(np.float32)

    def _averages(self, ids: NDArray[np.integer]) -> NDArray[np.float64]:
        return self._lexicon.average(ids, self.weights).astype(np.float64)


@one_thread()
def _first_component(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    _, axes = np.linalg.eigh(rows.T @ rows)
    first: NDArray[np.float64] = axes[:, -1]  # the eigenvalues ascend; as in the paper, nothing is centred
    return first


@one_thread()
def sif(data: TextData) -> NDArray[np.float32]:
    """(sentences, dimensions): all sentences of the corpus as `Sif` has them."""
    return Sif(data).encode(data.items)


def tfidf(data: TextData) -> Any:
    """Sparse (sentences, words of the corpus) float32, rows of length 1 (0 where all weighs nothing).

    (1 + ln count) · (1 + ln((1 + n) / (1 + d))) for a word in d of the n training sentences, as scikit-learn has it;
    one in none of them weighs nothing. All words are taken, not only the run's vocabulary: the stronger rival on the
    validation part of Reuters.
    """
    from scipy.sparse import csr_array  # type: ignore[import-untyped]

    corpus = data.corpus
    ones = np.ones(len(corpus.tokens), np.float32)
    shape = len(corpus), len(corpus.words)
    found = csr_array((ones, corpus.tokens, corpus.starts), shape, copy=True)  # what follows is done in place
    found.sum_duplicates()
    trained = np.bincount(found[data.train_places].indices, minlength=len(corpus.words))
    rarity = np.where(trained > 0, 1 + np.log((1 + len(data.train_places)) / (1 + trained)), 0)
    found.data = ((1 + np.log(found.data)) * rarity[found.indices]).astype(np.float32)
    lengths = np.sqrt(found.multiply(found).sum(axis=1))
    found.data /= np.repeat(np.where(lengths > 0, lengths, 1), np.diff(found.indptr)).astype(np.float32)
    return found
