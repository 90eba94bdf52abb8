"""How good probabilities of classes are: how often they are right, and whether they mean what they say."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.features.outcomes import Bin, Scores
from engine.features.softmax import log_loss

BINS = 10
"""Of equal width, by the probability of the chosen class."""


def scores(probabilities: NDArray[Any], labels: NDArray[np.integer]) -> Scores:
    """Of `probabilities` (n, classes) for items with `labels` (n,)."""
    classes = probabilities.shape[1]
    chosen = probabilities.argmax(axis=1)
    confidence = probabilities[np.arange(len(labels)), chosen].astype(np.float64)
    right = chosen == labels
    wanted = np.zeros(probabilities.shape)
    wanted[np.arange(len(labels)), labels] = 1
    confusion = np.bincount(labels * classes + chosen, minlength=classes**2).reshape(classes, classes)
    bins = reliability(confidence, right)
    return Scores(
        accuracy=float(right.mean()),
        ece=calibration_error(bins),
        brier=float(np.square(probabilities - wanted).sum(axis=1).mean()),
        nll=log_loss(probabilities, labels),
        confusion=tuple(map(tuple, confusion.tolist())),
        reliability=bins,
    )


def reliability(confidence: NDArray[Any], right: NDArray[np.bool_]) -> tuple[Bin, ...]:
    """The bins from (0, 1/10] to (9/10, 1]."""
    numbers = np.clip(np.ceil(confidence * BINS).astype(int) - 1, 0, BINS - 1)
    items = np.bincount(numbers, minlength=BINS)
    confident = np.bincount(numbers, confidence, BINS) / np.maximum(items, 1)
    accurate = np.bincount(numbers, right, BINS) / np.maximum(items, 1)
    return tuple(map(Bin, items.tolist(), confident.tolist(), accurate.tolist()))


def calibration_error(bins: tuple[Bin, ...]) -> float:
    """Of bins as `reliability` makes them."""
    total = sum(each.items for each in bins)
    return sum(each.items * abs(each.accuracy - each.confidence) for each in bins) / max(total, 1)


def together(found: tuple[Scores, ...]) -> tuple[tuple[tuple[int, ...], ...], tuple[Bin, ...]]:
    """Confusion and reliability of several classifiers, their answers counted together."""
    confusion = np.sum([one.confusion for one in found], axis=0)
    bins = []
    for same in zip(*(one.reliability for one in found), strict=True):
        items = sum(each.items for each in same)
        share = [each.items / max(items, 1) for each in same]
        confident = sum(part * each.confidence for part, each in zip(share, same, strict=True))
        accurate = sum(part * each.accuracy for part, each in zip(share, same, strict=True))
        bins.append(Bin(items, confident, accurate))
    return tuple(map(tuple, confusion.tolist())), tuple(bins)
