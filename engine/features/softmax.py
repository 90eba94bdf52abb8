"""Softmax regression on standardised features, its regularisation chosen on labels that are held out."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.analysis.plane import finite
from engine.datasets.data import in_blocks
from engine.features.labels import draw, folds
from engine.features.lbfgs import Vector, minimised
from engine.features.steps import Steps, part
from engine.storage.blas import one_thread

STRENGTHS = (1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0, 100.0)
"""C as scikit-learn has it: what is minimised is C Σ -ln p + |W|² / 2. Strong regularisation first: each fit begins
where the one before ended."""
FOLDS = 5
FEW = 2_000
"""Labels up to which each of the folds is held out in turn; of more, one of them is enough."""
ENOUGH = 10_000
"""Labels that the choice is made with; with more it is the same one, and takes minutes."""
WORSE = 2
"""Strengths in a row that are worse than the best one, after which weaker regularisation is not tried."""
ITERATIONS, TOLERANCE = 300, 1e-5
BLOCK = 8_192
LEAST = 1e-12
"""Of probabilities in a logarithm."""
ABSENT = -30.0
"""The bias of a class that no item had."""


class Softmax(NamedTuple):
    """p(class | x) ∝ exp(((x - mean) scale) W + b); float32."""

    mean: NDArray[np.float32]
    """(size,)"""
    scale: NDArray[np.float32]
    """(size,); 0 for what never varies."""
    weights: NDArray[np.float32]
    """(size, classes)"""
    bias: NDArray[np.float32]
    """(classes,)"""

    def probabilities(self, features: NDArray[Any]) -> NDArray[np.float32]:
        """(n, size) → (n, classes)."""
        found = np.empty((len(features), len(self.bias)), np.float32)
        for block in in_blocks(features, BLOCK):
            found[block] = self._of(finite(features[block]))
        return found

    @one_thread()
    def _of(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        logits = ((features - self.mean) * self.scale @ self.weights + self.bias).astype(np.float64)
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(shares / shares.sum(axis=1, keepdims=True), np.float32)

    def affine(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Weights and bias for features as they are."""
        weights = self.scale[:, None] * self.weights
        return weights, self.bias - self.mean @ weights


class Chosen(NamedTuple):
    """A classifier, and the strength of its regularisation, C."""

    classifier: Softmax
    strength: float


def fitted(
    features: NDArray[Any],
    labels: NDArray[np.integer],
    classes: int,
    *,
    strength: float | None = None,
    seed: int = 0,
) -> Steps[Chosen]:
    """A classifier for labels from 0 to `classes` - 1, fitted to all of `features` (n, size).

    `strength`: None has it chosen: a fifth of the labels is held out, of few labels each fifth in turn, and what gives
    them the highest likelihood is taken for the fit on all.
    """
    if strength is None:
        strength = yield from part(_chosen(features, labels, classes, seed), 0, 2)
        problem = Problem(features, labels, classes)
        return Chosen((yield from part(problem.fit(strength), 1, 2)), strength)
    return Chosen((yield from Problem(features, labels, classes).fit(strength)), strength)


def log_loss(probabilities: NDArray[Any], labels: NDArray[np.integer]) -> float:
    """Mean of -ln p of the right class, which counts as 10⁻¹² at least."""
    right = probabilities[np.arange(len(labels)), labels].astype(np.float64)
    return float(-np.log(np.maximum(right, LEAST)).mean())


def _chosen(features: NDArray[Any], labels: NDArray[np.integer], classes: int, seed: int) -> Steps[float]:
    """The strength of the highest likelihood, held-out items of all folds together."""
    some = draw(labels, ENOUGH, seed)
    features, labels = features[some], labels[some]
    fold = folds(labels, FOLDS, seed)
    held_out = [fold == number for number in range(FOLDS if len(labels) <= FEW else 1)]
    held_out = [chosen for chosen in held_out if chosen.any() and not chosen.all()]
    problems = [Problem(features[~chosen], labels[~chosen], classes) for chosen in held_out]
    best, least, worse = 1.0, np.inf, 0
    for number, strength in enumerate(STRENGTHS):
        loss = 0.0
        for place, (chosen, problem) in enumerate(zip(held_out, problems, strict=True)):
            fit = part(problem.fit(strength), number * len(problems) + place, len(STRENGTHS) * len(problems))
            probabilities = (yield from fit).probabilities(features[chosen])
            loss += log_loss(probabilities, labels[chosen]) * int(chosen.sum())
        if loss < least:
            best, least, worse = strength, loss, 0
        else:
            worse += 1
        if worse == WORSE:
            break
    return best


class Problem:
    """One set of features to be fitted with several strengths, each fit beginning where the one before ended."""

    def __init__(self, features: NDArray[Any], labels: NDArray[np.integer], classes: int) -> None:
        from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

        # As `one_thread`, which looks for libraries every time: as long as a small fit takes.
        self._threads = ThreadpoolController()
        self._present, self._members = np.unique(labels, return_inverse=True)
        self._classes = classes
        seen = finite(features)
        self._mean, self._scale = moments(seen)
        self._features = (seen - self._mean) * self._scale
        self._at: Vector = np.zeros((seen.shape[1] + 1) * len(self._present))

    def fit(self, strength: float) -> Steps[Softmax]:
        """The classifier; nothing of a class that no item has but a bias that makes it next to impossible."""
        size, present = self._features.shape[1], len(self._present)
        penalty = 1 / (strength * max(1, len(self._members)))

        def loss(at: Vector) -> tuple[float, Vector]:
            """Mean of -ln p, and the penalty on the weights; not on the bias."""
            parameters = at.reshape(size + 1, present)
            weights, bias = parameters[:-1], parameters[-1]
            logits = (self._features @ weights.astype(np.float32)).astype(np.float64) + bias
            logits -= logits.max(axis=1, keepdims=True)
            shares = np.exp(logits)
            totals = shares.sum(axis=1, keepdims=True)
            rows = np.arange(len(shares))
            value = float((np.log(totals[:, 0]) - logits[rows, self._members]).mean())
            shares /= totals
            shares[rows, self._members] -= 1
            shares /= len(shares)
            gradient = np.empty_like(parameters)
            gradient[:-1] = self._features.T @ shares.astype(np.float32)
            gradient[:-1] += penalty * weights
            gradient[-1] = shares.sum(axis=0)
            return value + 0.5 * penalty * float(np.square(weights).sum()), gradient.ravel()

        if present > 1:
            steps = minimised(loss, self._at, ITERATIONS, TOLERANCE)
            while True:
                try:
                    with self._threads.limit(limits=1, user_api="blas"):
                        done = next(steps)
                    yield done, ITERATIONS
                except StopIteration as end:
                    self._at = end.value
                    break
        found = self._at.reshape(size + 1, present).astype(np.float32)
        weights = np.zeros((size, self._classes), np.float32)
        bias = np.full(self._classes, ABSENT, np.float32)
        weights[:, self._present], bias[self._present] = found[:-1], found[-1]
        return Softmax(self._mean, self._scale, weights, bias)


def moments(features: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Mean and 1 / deviation of each number, (size,) each; 0 for what never varies."""
    mean = features.mean(axis=0, dtype=np.float64)
    deviation = features.std(axis=0, dtype=np.float64)
    scale = np.where(deviation > 1e-6 * np.abs(mean), 1 / np.maximum(deviation, 1e-30), 0)
    return mean.astype(np.float32), scale.astype(np.float32)
