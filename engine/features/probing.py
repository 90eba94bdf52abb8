"""What codes are worth to a classifier, beside what nobody had to learn: features of one kind after the other, with the
same labels to fit to, tried on the test part."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.analysis import probe, raw_items
from engine.analysis.neighbours import by_block
from engine.backend import Model
from engine.datasets.array_data import ArrayData
from engine.datasets.data import Data
from engine.features.measures import scores
from engine.features.outcomes import Probed, Scores
from engine.features.softmax import Chosen, fitted
from engine.features.steps import Steps, part
from engine.kinds import KINDS

VERSION = 1
"""Of the way of fitting: part of the name under which probabilities by raw numbers are kept."""


class Outcome(NamedTuple):
    """One kind of features and one split."""

    knn: float
    scores: Scores
    strength: float
    classifier: Chosen | None
    """None where what was kept of an earlier probe told."""


class Arm(Protocol):
    """One kind of features."""

    label: str
    numbers: int

    def outcome(self, split: int) -> Steps[Outcome]:
        """Fitted to the labels of one split."""


class Question(NamedTuple):
    """What every arm is asked."""

    data: Data
    splits: Sequence[NDArray[np.int64]]
    """Places of labelled items in the training part."""
    neighbours: int
    seed: int
    block: int
    """Items that are looked at in one piece."""

    @property
    def classes(self) -> int:
        """How many there are."""
        return len(self.data.classes)

    def tried(self, split: int, train: NDArray[Any], test: NDArray[Any]) -> Steps[Outcome]:
        """Both classifiers on features of the labelled items of `split` and of the test items."""
        labels, judged = self.data.train.labels[self.splits[split]], self.data.test.labels
        knn = yield from part(probe.knn(train, labels, test, judged, self.neighbours), 0, 2)
        chosen = yield from part(fitted(train, labels, self.classes, seed=self.seed + split), 1, 2)
        return Outcome(knn, scores(chosen.classifier.probabilities(test), judged), chosen.strength, chosen)


class Encoded:
    """Features that are computed of items: codes, principal components, projections."""

    def __init__(
        self,
        label: str,
        question: Question,
        encode: Callable[[int], Callable[[NDArray[Any]], NDArray[np.float32]]],
        *,
        fixed: bool = True,
    ) -> None:
        """`encode`: what turns compact items into features, for a split; `fixed`: the same for all of them."""
        self.label = label
        self.numbers = 0
        self._question, self._encode, self._fixed = question, encode, fixed
        self._places = np.unique(np.concatenate(question.splits))
        self._kept: tuple[NDArray[np.float32], NDArray[np.float32]] | None = None

    def outcome(self, split: int) -> Steps[Outcome]:
        """As `Arm`. Items that several splits have are encoded once."""
        train, test = self._kept or (yield from part(self._features(split), 0, 2))
        self._kept = (train, test) if self._fixed else None
        self.numbers = train.shape[1]
        rows = np.searchsorted(self._places, self._question.splits[split])
        return (yield from part(self._question.tried(split, train[rows], test), 1, 2))

    def _features(self, split: int) -> Steps[tuple[NDArray[np.float32], NDArray[np.float32]]]:
        data, block, encode = self._question.data, self._question.block, self._encode(split)
        whole = len(self._places) == len(data.train.labels)
        items = data.train.items if whole else data.train.at(self._places).items
        train = yield from part(by_block(encode, items, block), 0, 2)
        return train, (yield from part(by_block(encode, data.test.items, block), 1, 2))


class Raw:
    """The numbers of items themselves; what comes of them is kept, as it takes long and no model changes it."""

    def __init__(self, label: str, question: Question, data: ArrayData, cache: Path) -> None:
        self.label = label
        self.numbers = int(np.prod(data.shape))
        self._question, self._data, self._cache = question, data, cache

    def outcome(self, split: int) -> Steps[Outcome]:
        """As `Arm`."""
        data, question, cache = self._data, self._question, self._cache
        places, seed = question.splits[split], question.seed + split
        shapes = {"probabilities": (len(data.test.labels), question.classes), "strength": (1,)}

        def fit() -> Steps[dict[str, NDArray[np.float32]]]:
            train = raw_items.flat(data, data.train.items[places])
            chosen = yield from fitted(train, data.train.labels[places], question.classes, seed=seed)
            test = raw_items.flat(data, data.test.items[:])
            found = chosen.classifier.probabilities(test)
            return {"probabilities": found, "strength": np.array([chosen.strength], np.float32)}

        knn = yield from part(raw_items.knn(data, 0, question.neighbours, cache, places), 0, 2)
        name = f"softmax-{VERSION}-{seed}"
        found = yield from part(raw_items.cached(data, places, name, cache, shapes, fit), 1, 2)
        strength = float(f"{float(found['strength'][0]):.6g}")
        return Outcome(knn, scores(found["probabilities"], data.test.labels), strength, None)


def arms(model: Model, question: Question, cache: Path) -> list[Arm]:
    """The model's codes first, then what its kind of data sets beside them."""
    data = question.data
    kind, size = KINDS[data.kind], model.code_size
    codes = Encoded("codes", question, lambda _: lambda items: model.encode(data.as_floats(items)))
    simple = kind.features(data, size, cache)
    found: list[Arm] = [codes, Encoded(simple.label, question, lambda _: simple.encode)]
    if kind.projection(data, size, 0) is not None:

        def projected(split: int) -> Callable[[NDArray[Any]], NDArray[np.float32]]:
            features = kind.projection(data, size, question.seed + split)
            assert features is not None
            return features.encode

        found.append(Encoded("random projection", question, projected, fixed=False))
    raw = kind.raw(data, max(map(len, question.splits)))
    if raw is not None:
        found.append(Raw(f"raw {kind.numbers}", question, raw, cache))
    return found


def probed(found: Sequence[Arm], question: Question) -> Steps[tuple[list[Probed], Chosen]]:
    """Every arm on every split; and the classifier of the first arm on the first split."""
    first: Chosen | None = None
    rows, parts = [], len(found) * len(question.splits)
    for place, arm in enumerate(found):
        outcomes: list[Outcome] = []
        for split in range(len(question.splits)):
            outcomes.append((yield from part(arm.outcome(split), place * len(question.splits) + split, parts)))
        first = first or outcomes[0].classifier
        rows.append(
            Probed(
                features=arm.label,
                numbers=arm.numbers,
                knn=tuple(each.knn for each in outcomes),
                softmax=tuple(each.scores for each in outcomes),
                strengths=tuple(each.strength for each in outcomes),
            )
        )
    assert first is not None
    return rows, first
