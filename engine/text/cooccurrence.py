"""Word vectors from a corpus alone: which words stand near which, as positive PMI, cut to its largest dimensions.

Omer Levy, Yoav Goldberg, Ido Dagan: Improving Distributional Similarity with Lessons Learned from Word Embeddings,
2015: context distribution smoothing, and the singular values' square roots.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.datasets.data import Report
from engine.errors import BadData
from engine.storage.blas import one_thread

if TYPE_CHECKING:
    from engine.text.corpus import Corpus

VERSION = 1
"""Part of every cache key; raised when the vectors change."""

WINDOW = 5
"""Words on each side that count as near, the next one 1, the one after it 1/2 …"""

SMOOTHING = 0.75
"""The exponent of the contexts' counts; without it rare contexts get the largest PMI."""

SCALE = 0.72
"""Root mean square of a number in GloVe 6B (50 numbers, its 5,000 most frequent words), and here, so that learning
rates and losses mean the same with both."""


def trained(corpus: Corpus, words: int, dimensions: int, seed: int, report: Report) -> NDArray[np.float32]:
    """(words, dimensions): vectors of the corpus' `words` most frequent words; the same for the same arguments.

    Zeros for a word that stands near no other, or near all alike.

    Raises:
        BadData: that holds for every word.
    """
    activity = f"training word vectors on {corpus.key}"
    report(f"{activity}: counting", 0, 0)
    information = positive_pmi(cooccurrences(corpus, words))
    if not information.nnz:
        raise BadData(corpus.path or corpus.key, "no word stands by some words more than by others: expected sentences")
    report(f"{activity}: decomposing", 0, 0)
    vectors = _decomposed(information, dimensions, seed)
    vectors[np.diff(information.indptr) == 0] = 0
    vectors *= SCALE / np.sqrt(np.square(vectors[vectors.any(axis=1)]).mean())
    return vectors


def cooccurrences(corpus: Corpus, words: int) -> Any:
    """How near and how often two words stand in one sentence: symmetric sparse (words, words) float64."""
    from scipy.sparse import coo_array, csr_array  # type: ignore[import-untyped]

    tokens = corpus.tokens
    sentence = np.repeat(np.arange(len(corpus.starts) - 1, dtype=np.int32), np.diff(corpus.starts))
    counts = csr_array((words, words))
    for distance in range(1, WINDOW + 1):
        left, right = tokens[:-distance], tokens[distance:]
        near = (sentence[:-distance] == sentence[distance:]) & (left < words) & (right < words)
        weights = np.full(np.count_nonzero(near), 1 / distance)
        counts = counts + coo_array((weights, (left[near], right[near])), (words, words)).tocsr()
    return counts + counts.T


def positive_pmi(counts: Any) -> Any:
    """The positive pointwise mutual information of rows and (smoothed) columns: sparse, in nats."""
    matrix = counts.tocoo()
    rows = counts.sum(axis=1)
    contexts = counts.sum(axis=0) ** SMOOTHING
    contexts /= max(contexts.sum(), np.finfo(float).tiny)  # nothing stands near anything
    expected = rows[matrix.row] * contexts[matrix.col]
    matrix.data = np.maximum(np.log(matrix.data / expected), 0)
    matrix = matrix.tocsr()
    matrix.eliminate_zeros()
    return matrix


@one_thread()
def _decomposed(matrix: Any, dimensions: int, seed: int) -> NDArray[np.float32]:
    """The left singular vectors by the roots of their values; zeros beyond the number of words."""
    from sklearn.decomposition import TruncatedSVD

    kept = min(dimensions, matrix.shape[0])
    svd = TruncatedSVD(kept, n_iter=7, random_state=seed)
    scaled = svd.fit_transform(matrix) / np.sqrt(np.maximum(svd.singular_values_, np.finfo(float).tiny))
    vectors = np.zeros((matrix.shape[0], dimensions), np.float32)
    vectors[:, :kept] = scaled
    return vectors
