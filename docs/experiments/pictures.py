"""The small pictures of the pages, of one run each, as greys (height, width), uint8."""

from __future__ import annotations

import made_text
import numpy as np
from numpy.typing import NDArray
from trained import Trained

from engine.datasets import digits
from engine.queries.messages import Read

SHOWN = 6
"""Tiles beside each other."""
Grey = NDArray[np.uint8]


def sheet(images: NDArray[np.float32]) -> Grey:
    """Images of one channel beside each other, a black line between two."""
    tiles = [np.pad(image[..., 0], ((0, 0), (0, 1))) for image in np.clip(images, 0, 1)]
    return (np.concatenate(tiles, axis=1)[:, :-1] * 255 + 0.5).astype(np.uint8)


def chosen() -> NDArray[np.float32]:
    """Test items of as many classes."""
    part = digits.read()[1]
    places = [int(np.flatnonzero(part.labels == label)[3]) for label in (2, 3, 4, 5, 8, 9)]
    return part.items[places].astype(np.float32) / 255


def answers(run: Trained) -> Grey:
    """What it makes of clean test items."""
    return sheet(run.answers_to(chosen()).outputs)


def cleaned(run: Trained) -> Grey:
    """What it makes of noisy ones, the noise being always the same."""
    return sheet(run.answers_to(noisy()).outputs)


def noisy() -> NDArray[np.float32]:
    """Those with normal noise of 0.5, cut to 0…1."""
    items = chosen()
    return np.clip(items + np.random.default_rng(1).normal(0, 0.5, items.shape), 0, 1).astype(np.float32)


def drawn(run: Trained) -> Grey:
    """New images from the prior."""
    return sheet(run.drawn(SHOWN))


def units(run: Trained) -> Grey:
    """What a few units add to the picture, middle grey being nothing: those that add most."""
    size = run.answers(1).codes.shape[1]
    none, each = run.decoded(np.zeros((1, size), np.float32)), run.decoded(np.eye(size, dtype=np.float32))
    logits = [np.log(np.clip(found, 1e-6, 1 - 1e-6) / (1 - np.clip(found, 1e-6, 1 - 1e-6))) for found in (each, none)]
    added = logits[0] - logits[1]
    most = added[np.argsort(-np.abs(added).mean(axis=(1, 2, 3)))[:SHOWN]]
    return sheet(0.5 + 0.5 * most / np.quantile(np.abs(most), 0.995))


USERS, COLUMNS = 24, 60


def _answers(run: Trained) -> NDArray[np.float32]:
    found = run.answers(400)
    return np.asarray(found.outputs, np.float32)


def table(run: Trained) -> Grey:
    """Answers of the first rows for the first columns, from 2.5 standard deviations below the mean to as many above."""
    return np.clip((_answers(run)[:USERS, :COLUMNS] / 5 + 0.5) * 255, 0, 255).astype(np.uint8)


def flatness(run: Trained) -> float:
    """Standard deviation of the answers, where the ratings have 1."""
    return float(_answers(run).std())


def same_matter(run: Trained) -> float:
    """Of the ten nearest sentences, by cosine, the share of the same topic."""
    made = made_text.sentences()[-1_000:]
    topics, codes = np.array([topic for topic, _ in made]), run.texts(tuple(text for _, text in made))
    codes = codes / np.linalg.norm(codes, axis=1, keepdims=True)
    cosines = codes[-made_text.ASKED :] @ codes.T
    own = np.arange(len(made))[-made_text.ASKED :]
    cosines[np.arange(len(own)), own] = -2
    nearest = np.argsort(-cosines, axis=1)[:, :10]
    return float((topics[nearest] == topics[own][:, None]).mean())


def read_back(run: Trained) -> float:
    """Share of the words that come back at their place from the code alone."""
    right = []
    for _, text in made_text.sentences()[-60:]:
        words = run.ask(Read(run_id=run.record.id, text=text)).reading.split()
        right += [word == back for word, back in zip(text.split(), [*words, *[""] * 20], strict=False)]
    return float(np.mean(right))


def likeness(run: Trained) -> Grey:
    """Cosines of the codes of 36 sentences, six of each topic together; white is 1, black 0 and below."""
    made = sorted(made_text.sentences()[-300:])
    few = [text for topic in made_text.TOPICS for text in [text for of, text in made if of == topic][:6]]
    codes = run.texts(tuple(few))
    codes = codes / np.linalg.norm(codes, axis=1, keepdims=True)
    return (np.clip(codes @ codes.T, 0, 1) * 255).astype(np.uint8)
