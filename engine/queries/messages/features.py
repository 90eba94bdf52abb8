"""What codes are asked for as features: probes, clusters, classes of new items, fine-tuning."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from engine.features.classifier import Classifier
from engine.features.outcomes import Clustered, Probed, Recipe, Told, Way
from engine.queries.messages.items import Codes
from engine.queries.messages.message import PartName, RunAnswer, RunQuery
from engine.storage.rows import Array


class Probe(RunQuery, frozen=True, kw_only=True):
    """How well do the codes of the run tell the classes apart, beside PCA's of the same size, a random projection and
    raw pixels?

    Classifiers are fitted to labelled items of the training part and tried on the whole test part.
    """

    doing: ClassVar[str] = "probing"

    neighbours: int = 15
    labels: int = 0
    """How many, of each class its share; 0: all."""
    splits: int = 1
    """With so many labels: draws of them. With all: how many times they are fitted to, each time without another fold
    of as many."""
    seed: int = 0


class Accuracies(RunAnswer, frozen=True, kw_only=True):
    """The answer: the model's codes first, then what stands beside them."""

    rows: tuple[Probed, ...]
    classes: tuple[str, ...]
    labels: int
    """What each classifier was fitted to."""
    test_items: int
    classifier: Classifier
    """Softmax on the codes, of the first split."""


class Cluster(RunQuery, frozen=True, kw_only=True):
    """Which clusters do the codes form, found by k-means on `items` of the training part (0: all), beside PCA's and raw
    numbers'? Items of `part` are assigned and judged."""

    doing: ClassVar[str] = "clustering"

    clusters: int = 0
    """0: as many as there are classes."""
    restarts: int = 10
    seeds: int = 5
    items: int = 10_000
    part: PartName = "test"
    words: int = 10
    """Of each cluster so many characteristic words are told, where items have words."""
    nearest: int = 3
    """And so many items nearest to its centre."""


class Clusters(RunAnswer, frozen=True, kw_only=True):
    """The answer; assignments are of the codes, by the first seed."""

    rows: tuple[Clustered, ...]
    clusters: int
    fitted: int
    """Items that the centres were found on."""
    assigned: NDArray[np.int64]
    """(items of the part,), numbers from 0."""
    distances: NDArray[np.float32]
    """To the centre."""
    labels: NDArray[np.int64] | None = None
    classes: tuple[str, ...] = ()
    names: tuple[str, ...] | None = None
    told: tuple[Told, ...] = ()
    """What is in each cluster of the first seed, the largest first; empty where items have no words."""


class Classify(RunQuery, frozen=True, kw_only=True):
    """Which classes have these items, by a classifier in a file? Items are given as in `Encode`."""

    classifier: Path
    inputs: Array | None = None
    texts: tuple[str, ...] = ()
    part: PartName = "test"
    count: int = 0
    into: Callable[[Codes], None] | None = None


class Classified(Codes, frozen=True, kw_only=True):
    """The answer: as `Codes`, with what comes of them."""

    probabilities: NDArray[np.float32]
    """(count, classes)"""
    classes: tuple[str, ...]


class FineTune(RunQuery, frozen=True, kw_only=True):
    """What do encoder and softmax reach that are trained together on a few labels, beside the same network from scratch
    and the frozen encoder's probe?"""

    doing: ClassVar[str] = "fine-tuning"

    recipe: Recipe


class FineTuned(RunAnswer, frozen=True, kw_only=True):
    """The answer."""

    ways: tuple[Way, ...]
    labels: int
    validated: int
    """How many of the labels chose rate and epochs."""
    test_items: int
    classes: tuple[str, ...]
    classifier: Classifier
    """The fine-tuned one, of the first seed."""
