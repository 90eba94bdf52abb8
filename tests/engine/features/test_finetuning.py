"""What is fine-tuned with what, with a network of NumPy in the place of TensorFlow's."""

from __future__ import annotations

from collections.abc import Generator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from generators import outcome

from engine.backend import Head
from engine.datasets.data import Part
from engine.datasets.image_data import ImageData, as_floats
from engine.errors import UsageError
from engine.features.finetuning import FINE, FROZEN, SCRATCH, check, finetuned
from engine.features.labels import draw
from engine.features.outcomes import Recipe


def part(count: int, seed: int) -> Part:
    """The class is the brightest of the first three pixels."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, 3, count)
    images = random.integers(0, 120, (count, 2, 2, 1), np.uint8)
    images[np.arange(count), labels // 2, labels % 2] += 80
    return Part(images, labels)


DATA = ImageData("made", part(300, 0), part(100, 1), ("a", "b", "c"), None)


def encode(items: np.ndarray) -> np.ndarray:
    return as_floats(items).reshape(len(items), 4)


MODEL: Any = SimpleNamespace(encode=encode, block=50, code_size=4)


class Linear:
    """An encoder that is the identity, and learns nothing; the head does, by gradient descent."""

    def __init__(self) -> None:
        self.learned: list[tuple[bool, int]] = []

    def begin(self, head: Head | None, rate: float, seed: int) -> None:
        self.pretrained, self.rate = head is not None, rate
        self.head = Head(np.zeros((4, 3)), np.zeros(3)) if head is None else Head(*(np.array(one) for one in head))

    def epoch(self, places: np.ndarray, batch: int, number: int) -> Generator[None, None, None]:
        yield
        self.learned.append((self.pretrained, len(places)))
        codes, labels = encode(DATA.train.items[places]), DATA.train.labels[places]
        wrong = self._of(codes) - np.eye(3)[labels]
        self.head.weights[:] -= self.rate * codes.T @ wrong / len(codes)
        self.head.bias[:] -= self.rate * wrong.mean(axis=0)

    def probabilities(self, items: np.ndarray) -> Generator[None, None, np.ndarray]:
        yield
        return self._of(encode(items))

    def weights(self) -> tuple[dict[str, np.ndarray], Head]:
        return {"encoder/w": np.zeros(1)}, Head(*(np.array(one) for one in self.head))

    def _of(self, codes: np.ndarray) -> np.ndarray:
        shares = np.exp(codes @ self.head.weights + self.head.bias)
        return shares / shares.sum(axis=1, keepdims=True)


RECIPE = Recipe(labels=30, seeds=2, epochs=40, patience=3, rates=(1e-6, 1.0))


class Backwards(Linear):
    """Learns only from a softmax that knows nothing: whatever else it begins with gets worse."""

    def begin(self, head: Head | None, rate: float, seed: int) -> None:
        super().begin(head, rate, seed)
        if head is not None and head.weights.any():
            self.head = Head(-10 * self.head.weights, self.head.bias)


def test_a_learned_encoder_begins_with_the_probes_softmax_or_with_zeros_whichever_held_out_labels_prefer() -> None:
    good, bad = (outcome(finetuned(tuning, MODEL, DATA, RECIPE)) for tuning in (Linear(), Backwards()))
    accuracies = [[score.accuracy for score in found.ways[0].scores] for found in (good, bad)]
    assert all(accuracy > 0.7 for draws in accuracies for accuracy in draws)


def test_three_ways_with_the_same_labels_each_chosen_on_held_out_ones_and_judged_once() -> None:
    tuning = Linear()
    found = outcome(finetuned(tuning, MODEL, DATA, RECIPE))
    assert [way.name for way in found.ways] == [FINE, SCRATCH, FROZEN]
    assert (found.labels, found.validated) == (30, 6)
    fine, scratch, frozen = found.ways
    assert all(score.accuracy > 0.7 for way in (fine, frozen) for score in way.scores)
    # From zeros, only the rate that moves is any good; it is chosen.
    assert scratch.rates == (1.0, 1.0)
    assert min(scratch.epochs) > 3
    assert frozen.epochs == ()
    # While epochs are chosen 24 are learned from, then all, for as long as was chosen.
    assert {count for _, count in tuning.learned} == {24, 30}
    assert tuning.learned.count((False, 30)) == sum(scratch.epochs)
    assert tuning.learned.count((True, 30)) == sum(fine.epochs)


def test_the_weights_that_are_kept_are_those_that_were_judged() -> None:
    found = outcome(finetuned(Linear(), MODEL, DATA, RECIPE))
    test = encode(DATA.test.items) @ found.head.weights + found.head.bias
    assert (test.argmax(axis=1) == DATA.test.labels).mean() == found.ways[0].scores[0].accuracy
    assert (found.rate, found.epochs) == (found.ways[0].rates[0], found.ways[0].epochs[0])


def test_seeds_draw_other_labels() -> None:
    first, second = (draw(DATA.train.labels, 30, seed) for seed in (0, 1))
    assert not np.array_equal(first, second)
    found = outcome(finetuned(Linear(), MODEL, DATA, RECIPE))
    assert found.ways[2].scores[0] != found.ways[2].scores[1]


def test_too_few_labels_and_one_class_are_refused() -> None:
    with pytest.raises(UsageError, match="at least 6 labels, two of each of 3 classes, got 5"):
        check(DATA, Recipe(labels=5))
    same = ImageData("made", Part(DATA.train.items, np.zeros(300, int)), DATA.test, ("a", "b"), None)
    with pytest.raises(UsageError, match="two classes or more"):
        check(same, Recipe())
    check(DATA, Recipe(labels=6))
