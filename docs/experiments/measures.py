"""What the claims are about, in numbers: each takes a finished run."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import made_text
import numpy as np
from numpy.typing import NDArray
from trained import Trained

from engine.analysis import pca as principal
from engine.analysis import probe
from engine.analysis.sentences import read_out, unit
from engine.datasets import digits
from engine.datasets.folders import cache_dir

Measure = Callable[[Trained], float]
COUNT = 200
"""Test items that a measure looks at."""
NEIGHBOURS = 15


def health(name: str) -> Measure:
    """One of the figures of the last epoch's health."""
    return lambda run: float(getattr(run.last.health, name))


def dead_share(run: Trained) -> float:
    """Share of the output places that stay 0 whatever the item."""
    return float(run.last.health.dead_pixels / run.last.health.pixels)


def term(name: str) -> Measure:
    """A loss term on validation data in the last epoch."""
    return lambda run: float(run.last.validation[name])


def gap(run: Trained) -> float:
    """The error on validation data after the last epoch, as a multiple of that in training."""
    return float(run.last.validation["reconstruction"] / run.last.train["reconstruction"])


def lowest_loss(run: Trained) -> float:
    """The lowest validation loss."""
    return min(run.losses)


def error(run: Trained) -> float:
    """Mean squared error on the test part, seen as in validation: with the noise that there is, against clean items."""
    clean = run.data.as_floats(run.data.test.items[:])
    return float(np.mean((run.answers_to(run.model.corrupted(clean)) - clean) ** 2))


def error_of_clean(run: Trained) -> float:
    """Mean squared error on the test part as it is."""
    clean = run.data.as_floats(run.data.test.items[:])
    return float(np.mean((run.answers_to(clean) - clean) ** 2))


def error_of_noisy(run: Trained) -> float:
    """The same with normal noise of 1.0, cut to 0…1, which is always the same."""
    clean = run.data.as_floats(run.data.test.items[:])
    noisy = np.clip(clean + np.random.default_rng(2).normal(0, 1, clean.shape), 0, 1).astype(np.float32)
    return float(np.mean((run.answers_to(noisy) - clean) ** 2))


def test_loss(run: Trained) -> float:
    """Mean binary cross-entropy of the test part's pixels, which is the loss of vanilla with `bce`."""
    clean = run.data.as_floats(run.data.test.items[:])
    made = np.clip(run.answers_to(clean), 1e-7, 1 - 1e-7)
    return float(-np.mean(clean * np.log(made) + (1 - clean) * np.log(1 - made)))


def _pca(run: Trained) -> principal.Pca:
    return principal.fit(run.data, run.model.code_size, cache_dir())


def pca_error(run: Trained) -> float:
    """That of PCA with as many components, cut to [0, 1]."""
    clean = run.data.as_floats(run.data.test.items[:])
    return float(np.mean((_pca(run).answer(clean) - clean) ** 2))


def votes(run: Trained) -> float:
    """Share of the test items that the 15 nearest training items classify rightly, by codes."""
    return _votes(run, run.model.encode)


def pca_votes(run: Trained) -> float:
    """The same by as many principal components."""
    return _votes(run, _pca(run).encode)


def _votes(run: Trained, encode: Callable[[NDArray[np.float32]], NDArray[np.float32]]) -> float:
    train, test = run.data.train, run.data.test
    codes = [encode(run.data.as_floats(part.items[:])) for part in (train, test)]
    steps = probe.knn(codes[0], train.labels, codes[1], test.labels, NEIGHBOURS)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return float(end.value)


def steepness(images: NDArray[np.float32]) -> float:
    """Mean absolute step from a pixel to its neighbours: what blurred pictures have little of."""
    across, down = np.abs(np.diff(images, axis=2)).mean(), np.abs(np.diff(images, axis=1)).mean()
    return float(across + down)


def sharpness(run: Trained) -> float:
    """Steps between the pixels of what is made of clean test images, as a share of those of the images themselves."""
    clean = run.data.as_floats(run.data.test.items[:COUNT])
    return steepness(run.answers_to(clean)) / steepness(clean)


@lru_cache
def _train() -> NDArray[np.float32]:
    return (digits.read()[0].items[..., 0] / 255).astype(np.float32).reshape(-1, 784)


def strangeness(run: Trained) -> float:
    """Mean squared distance of new images to the nearest training image."""
    new, known = run.drawn(COUNT).reshape(COUNT, -1), _train()
    squares = (new**2).sum(1)[:, None] + (known**2).sum(1)[None] - 2 * new @ known.T
    return float(squares.min(axis=1).mean() / known.shape[1])


def restlessness(run: Trained) -> float:
    """How far codes move when noise of a tenth is added to the pixels, in standard deviations of the codes."""
    items = run.data.as_floats(run.data.test.items[:COUNT])
    noisy = np.clip(items + np.random.default_rng(0).normal(0, 0.1, items.shape), 0, 1).astype(np.float32)
    still, moved = run.model.encode(items), run.model.encode(noisy)
    return float(np.sqrt(((moved - still) ** 2).mean() / still.var(axis=0).mean()))


def added(run: Trained) -> NDArray[np.float32]:
    """What each unit adds to the picture: the decoder's answer to the unit alone, less that to none, before the
    sigmoid; (units, height, width)."""
    size = run.model.code_size
    pair = run.model.decode(np.eye(size, dtype=np.float32)), run.model.decode(np.zeros((1, size), np.float32))
    each, none = (np.log(found / (1 - found)) for found in (np.clip(one, 1e-6, 1 - 1e-6) for one in pair))
    return np.asarray((each - none)[..., 0], np.float32)


def spread_of_units(run: Trained) -> float:
    """Share of the pixels that hold half of what one unit adds, mean over the units: small for strokes."""
    power = np.sort((added(run) ** 2).reshape(run.model.code_size, -1), axis=1)[:, ::-1]
    power = power[power.sum(axis=1) > 1e-6]
    half = (np.cumsum(power, axis=1) < power.sum(axis=1, keepdims=True) / 2).sum(axis=1) + 1
    return float(half.mean() / power.shape[1])


# Ratings.


def filled_in(run: Trained) -> NDArray[np.float32]:
    """Answers for all rows of the test part, where ratings have mean 0 and standard deviation 1."""
    return run.answers_to(run.data.as_floats(run.data.test.items[:]))


def rmse(run: Trained) -> float:
    """Of the test ratings, in stars."""
    rows = run.data.test.items[:]
    known, ratings = run.data.known(rows), run.data.ratings
    asked = run.data.targets(rows)[known] * ratings.deviation + ratings.mean
    return float(np.sqrt(np.mean((ratings.in_units(filled_in(run)[known]) - asked) ** 2)))


def flatness(run: Trained) -> float:
    """Standard deviation of the answers, where the ratings have 1."""
    return float(filled_in(run).std())


# Sentences.


def codes_of(run: Trained, texts: list[str]) -> NDArray[np.float32]:
    """Codes of sentences, of length 1."""
    rows = np.stack([run.data.lexicon.row(text, run.data.shape[0]) for text in texts])
    return np.asarray(unit(run.model.encode(run.data.as_floats(rows))), np.float32)


def same_matter(run: Trained) -> float:
    """Of the ten nearest sentences, by cosine, the share of the same topic."""
    made = made_text.sentences()[-1_000:]
    topics, codes = np.array([topic for topic, _ in made]), codes_of(run, [text for _, text in made])
    own = np.arange(len(made))[-made_text.ASKED :]
    cosines = codes[own] @ codes.T
    cosines[np.arange(len(own)), own] = -2
    nearest = np.argsort(-cosines, axis=1)[:, :10]
    return float((topics[nearest] == topics[own][:, None]).mean())


def read_back(run: Trained) -> float:
    """Share of the words that come back at their place from the code alone."""
    texts = [text for _, text in made_text.sentences()[-made_text.ASKED :]]
    rows = np.stack([run.data.lexicon.row(text, run.data.shape[0]) for text in texts])
    made = run.answers_to(run.data.as_floats(rows))
    right = []
    for text, vectors in zip(texts, made, strict=True):
        words = text.split()
        right += [
            one == other
            for one, other in zip(words, read_out(run.data.lexicon, vectors, len(words)).split(), strict=True)
        ]
    return float(np.mean(right))
