"""What is asked and what is found out about features, in figures; nothing here computes or imports what does."""

from __future__ import annotations

import msgspec


class Bin(msgspec.Struct, frozen=True):
    """Items whose chosen class had a probability in one stretch of [0, 1]."""

    items: int
    confidence: float
    """Mean probability of the chosen class."""
    accuracy: float
    """Share that was right."""


class Scores(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to say of one classifier on one set of items."""

    accuracy: float
    ece: float
    """Expected calibration error: mean of |accuracy - confidence| over the bins, by their items (Guo et al. 2017)."""
    brier: float
    """Mean over items of the sum over classes of (p - 1 for the right class, p for others)²; 0 to 2."""
    nll: float
    """Mean of -ln p of the right class, nats."""
    confusion: tuple[tuple[int, ...], ...]
    """Items by their class (rows) and by what they were taken for (columns)."""
    reliability: tuple[Bin, ...]


class Probed(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of features: a figure for each split of the labels."""

    features: str
    """What they are: "codes", "PCA", "random projection", "raw pixels"."""
    numbers: int
    """Of an item."""
    knn: tuple[float, ...]
    """Share of the test items that their nearest neighbours classify rightly."""
    softmax: tuple[Scores, ...]
    strengths: tuple[float, ...]
    """C of each fit, as chosen on labels held out."""


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """How well clusters are the classes. Each is 1 where they are the same."""

    nmi: float
    """Mutual information over the mean of both entropies; 0 where one says nothing of the other."""
    ari: float
    """Share of pairs that both put together or both apart, less what chance gives: 0 for random clusters."""
    purity: float
    """Share of items that have the commonest class of their cluster; grows with the number of clusters."""


class Clustered(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of features: a figure for each seed."""

    features: str
    numbers: int
    agreement: tuple[Agreement, ...] = ()
    """Of items with classes."""
    silhouette: tuple[float, ...] = ()
    """Of those without: mean over items of (b - a) / max(a, b), a the mean distance to the items of its own cluster, b
    to those of the nearest other one (Rousseeuw 1987); -1 to 1. Distances of other features are others."""


class Characteristic(msgspec.Struct, frozen=True, kw_only=True):
    """A word that stands in a cluster more often than in the others."""

    word: str
    score: float
    """Log-odds ratio in standard deviations (`engine.text.characteristic.scores`)."""
    count: int
    """How often it stands there."""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What is in one cluster."""

    cluster: int
    size: int
    """Items of the part that was assigned."""
    words: tuple[Characteristic, ...] = ()
    """The most telling first."""
    nearest: tuple[str, ...] = ()
    """Items nearest to the centre, in words, those that are the same once."""
    label: str = ""
    """The commonest class; empty where items have none."""
    share: float = 0.0
    """Of the items, how many have it."""


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """How it is done; the same for the encoder of the run and for the one from scratch."""

    labels: int = 100
    """How many, of each class its share; 0: all."""
    seeds: int = 5
    """Of labels, order, and weights from scratch."""
    seed: int = 0
    """The first of them."""
    epochs: int = 200
    """Over the labelled items, at most."""
    patience: int = 10
    """Epochs without a better one after which no more are tried."""
    batch: int = 32
    rates: tuple[float, ...] = (3e-4, 1e-3, 3e-3)
    """Of learning, of which one is chosen."""


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """One way to a classifier: a figure for each seed."""

    name: str
    scores: tuple[Scores, ...]
    rates: tuple[float, ...] = ()
    """As chosen."""
    epochs: tuple[int, ...] = ()
    """As chosen; 0: none was better than what training began with."""
