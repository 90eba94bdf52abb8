"""What a classifier makes of codes: how well they tell the classes apart. Codes: (count, code size) floats."""

from __future__ import annotations

import warnings
from collections.abc import Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.analysis.plane import finite
from engine.analysis.threads import one_thread

ITERATIONS = 200
"""Of the solver: 45 are enough for 60,000 codes of 128 numbers (2 s), 86 for 1,024 numbers (15 s)."""


VOTES = 500
"""Items that are looked up at a time: 0.1 s among 60,000 codes of 8 numbers."""


def knn(
    train_codes: NDArray[Any],
    train_labels: NDArray[Any],
    test_codes: NDArray[Any],
    test_labels: NDArray[Any],
    neighbours: int = 15,
) -> Generator[tuple[int, int], None, float]:
    """Share of the test items that the vote of their `neighbours` nearest training items classifies rightly.

    With fewer training items than `neighbours`, all of them vote. Yields how many items are done of how many.
    """
    from sklearn.neighbors import KNeighborsClassifier

    classifier = KNeighborsClassifier(min(neighbours, len(train_labels)))
    classifier.fit(finite(train_codes), train_labels)
    right, codes = 0, finite(test_codes)
    for start in range(0, len(codes), VOTES):
        piece = slice(start, start + VOTES)
        right += int(np.sum(classifier.predict(codes[piece]) == test_labels[piece]))
        yield min(start + VOTES, len(codes)), len(codes)
    return right / len(codes)


def softmax(
    train_codes: NDArray[Any], train_labels: NDArray[Any], test_codes: NDArray[Any], test_labels: NDArray[Any]
) -> float:
    """Share of the test items that multinomial logistic regression on standardised codes classifies rightly."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    if len(np.unique(train_labels)) == 1:  # there is nothing to separate
        return float(np.mean(test_labels == train_labels[0]))
    train, test = _standardised(finite(train_codes), finite(test_codes))
    with one_thread(), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a few iterations more change nothing that is shown
        classifier = LogisticRegression(max_iter=ITERATIONS).fit(train, train_labels)
    return float(classifier.score(test, test_labels))


def _standardised(
    train: NDArray[np.float32], test: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Mean 0 and deviation 1 over the training items; what never varies there becomes 0."""
    mean = train.mean(axis=0, dtype=np.float64)
    deviation = train.std(axis=0, dtype=np.float64)
    scale = np.where(deviation > 1e-6 * np.abs(mean), 1 / np.maximum(deviation, 1e-30), 0)
    return ((train - mean) * scale).astype(np.float32), ((test - mean) * scale).astype(np.float32)
