"""Encoder and softmax trained together on few labels, which is what an encoder that learned from all items without any
is to help with: beside the same network from scratch, and beside the encoder as it is.

All three get the same labelled items. A fifth of these is held out to choose learning rate and epochs by, and for the
encoder that goes on learning, whether the softmax begins as the probe's or knowing nothing; then training begins again
with all of them. The test part is looked at once, by what comes of that.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.analysis.neighbours import encoded
from engine.backend import Arrays, Head, Model, Tuning
from engine.datasets.data import Data
from engine.errors import UsageError
from engine.features.labels import draw, folds
from engine.features.measures import scores
from engine.features.outcomes import Recipe, Scores, Way
from engine.features.softmax import FOLDS, Softmax, fitted, log_loss
from engine.features.steps import Steps, part

FINE, SCRATCH, FROZEN = "fine-tuned", "from scratch", "frozen encoder"


class Tuned(NamedTuple):
    """What comes of all seeds; the weights of the first one's fine-tuned network."""

    ways: tuple[Way, ...]
    labels: int
    validated: int
    encoder: Arrays
    head: Head
    rate: float
    epochs: int


class _Plan(NamedTuple):
    rate: float
    epochs: int
    beginning: int = 0
    """Which of the softmaxes to begin with."""


def check(data: Data, recipe: Recipe) -> None:
    """Raises UsageError for fewer labels than there can be anything chosen with."""
    classes, count = len(np.unique(data.train.labels)), min(recipe.labels or 2**62, len(data.train.labels))
    if classes < 2:
        told = f"expected items of two classes or more, but all {count:,} have one"
        raise UsageError("Nothing to tell apart", f"{told}; fine-tune a run on data with classes")
    if count < 2 * classes:
        told = f"expected at least {2 * classes:,} labels, two of each of {classes:,} classes, got {count:,}"
        raise UsageError("Too few labels", f"{told}; give more with --labels")


def finetuned(tuning: Tuning, model: Model, data: Data, recipe: Recipe) -> Steps[Tuned]:
    """All three ways, for every seed."""
    found: dict[str, list[tuple[Scores, _Plan]]] = {FINE: [], SCRATCH: [], FROZEN: []}
    test_codes = yield from part(encoded(model, data, data.test.items), 0, 1 + recipe.seeds)
    first: tuple[Arrays, Head] | None = None
    labels = validated = 0
    for number in range(recipe.seeds):
        one = _Seed(tuning, model, data, recipe, recipe.seed + number)
        labels, validated = len(one.places), int(one.held_out.sum())
        for name, outcome in (yield from part(one.run(test_codes), 1 + number, 1 + recipe.seeds)).items():
            found[name].append(outcome)
        first = first or one.fine_tuned
    assert first is not None
    plan = found[FINE][0][1]
    ways = tuple(
        Way(
            name=name,
            scores=tuple(score for score, _ in outcomes),
            rates=() if name == FROZEN else tuple(plan.rate for _, plan in outcomes),
            epochs=() if name == FROZEN else tuple(plan.epochs for _, plan in outcomes),
        )
        for name, outcomes in found.items()
    )
    return Tuned(ways, labels, validated, *first, plan.rate, plan.epochs)


class _Seed:
    """One draw of labels."""

    def __init__(self, tuning: Tuning, model: Model, data: Data, recipe: Recipe, seed: int) -> None:
        self._tuning, self._model, self._data, self._recipe, self._seed = tuning, model, data, recipe, seed
        self.places = draw(data.train.labels, recipe.labels, seed)
        self._labels = data.train.labels[self.places]
        self.held_out = folds(self._labels, FOLDS, seed) == 0
        self.fine_tuned: tuple[Arrays, Head] | None = None

    def run(self, test_codes: NDArray[np.float32]) -> Steps[dict[str, tuple[Scores, _Plan]]]:
        """The three ways, each judged once."""
        data, classes, parts = self._data, len(self._data.classes), 9
        inside = ~self.held_out
        codes = yield from part(encoded(self._model, data, data.train.at(self.places).items), 0, parts)
        some = yield from part(fitted(codes[inside], self._labels[inside], classes, seed=self._seed), 1, parts)
        whole = yield from part(fitted(codes, self._labels, classes, seed=self._seed), 2, parts)
        found = {
            FROZEN: (scores(whole.classifier.probabilities(test_codes), data.test.labels), _Plan(0, 0)),
        }
        blank = _blank(codes.shape[1], classes)
        plan = yield from part(self._chosen((_head(some.classifier), blank)), 3, parts)
        yield from part(self._trained((_head(whole.classifier), blank)[plan.beginning], plan), 4, parts)
        self.fine_tuned = self._tuning.weights()
        found[FINE] = (yield from part(self._judged(), 5, parts)), plan
        plan = yield from part(self._chosen((None,)), 6, parts)
        yield from part(self._trained(None, plan), 7, parts)
        found[SCRATCH] = (yield from part(self._judged(), 8, parts)), plan
        return found

    def _chosen(self, heads: Sequence[Head | None]) -> Steps[_Plan]:
        """Beginning, rate and epochs with the highest likelihood of the labels held out; learned from the others."""
        tries = [(at, head, rate) for at, head in enumerate(heads) for rate in self._recipe.rates]
        found = []
        for number, (at, head, rate) in enumerate(tries):
            loss, epochs = yield from part(self._tried(head, rate), number, len(tries))
            found.append((loss, _Plan(rate, epochs, at)))
        return min(found)[1]

    def _tried(self, head: Head | None, rate: float) -> Steps[tuple[float, int]]:
        """The least negative log-likelihood of the labels held out, and after how many epochs it was reached."""
        recipe, tuning = self._recipe, self._tuning
        learned = self.places[~self.held_out]
        held_out = self._data.train.at(self.places[self.held_out]).items[:]
        tuning.begin(head, rate, self._seed)
        least, best = np.inf, 0
        for epoch in range(recipe.epochs + 1):
            if epoch:
                yield from _at(tuning.epoch(learned, recipe.batch, epoch), epoch, recipe.epochs + 1)
            probabilities = yield from _at(tuning.probabilities(held_out), epoch, recipe.epochs + 1)
            loss = log_loss(probabilities, self._labels[self.held_out])
            if loss < least:
                least, best = loss, epoch
            if epoch - best > recipe.patience:
                break
        return float(least), best

    def _trained(self, head: Head | None, plan: _Plan) -> Steps[None]:
        """On all labels."""
        self._tuning.begin(head, plan.rate, self._seed)
        for epoch in range(1, plan.epochs + 1):
            yield from _at(self._tuning.epoch(self.places, self._recipe.batch, epoch), epoch, plan.epochs)

    def _judged(self) -> Steps[Scores]:
        """On the test part."""
        probabilities = yield from _at(self._tuning.probabilities(self._data.test.items), 0, 1)
        return scores(probabilities, self._data.test.labels)


def _blank(size: int, classes: int) -> Head:
    """For which all classes are as likely, whatever the code."""
    return Head(np.zeros((size, classes), np.float32), np.zeros(classes, np.float32))


def _head(classifier: Softmax) -> Head:
    return Head(*classifier.affine())


def _at(work: Generator[None, None, Any], done: int, total: int) -> Steps[Any]:
    """`work` as something that is so far."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value
        yield done, total
