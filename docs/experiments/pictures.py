"""The small pictures of the pages, of one run each, as greys (height, width), uint8."""

from __future__ import annotations

import made_text
import measures
import numpy as np
from numpy.typing import NDArray
from trained import Trained

from engine.datasets import digits

SHOWN = 6
"""Tiles beside each other."""
USERS, COLUMNS = 24, 60
Grey = NDArray[np.uint8]


def sheet(images: NDArray[np.float32]) -> Grey:
    """Images (count, height, width) beside each other, a black line between two."""
    tiles = [np.pad(image, ((0, 0), (0, 1))) for image in np.clip(images, 0, 1)]
    return (np.concatenate(tiles, axis=1)[:, :-1] * 255 + 0.5).astype(np.uint8)


def chosen() -> NDArray[np.float32]:
    """Test items of as many classes, (count, height, width, 1)."""
    part = digits.read()[1]
    places = [int(np.flatnonzero(part.labels == label)[3]) for label in (2, 3, 4, 5, 8, 9)]
    return np.asarray(part.items[places], np.float32) / 255


def noisy() -> NDArray[np.float32]:
    """Those with normal noise of 0.5, cut to 0…1."""
    items = chosen()
    return np.clip(items + np.random.default_rng(1).normal(0, 0.5, items.shape), 0, 1).astype(np.float32)


def answers(run: Trained) -> Grey:
    """What it makes of clean test items."""
    return sheet(run.answers_to(chosen())[..., 0])


def cleaned(run: Trained) -> Grey:
    """What it makes of noisy ones, the noise being always the same."""
    return sheet(run.answers_to(noisy())[..., 0])


def drawn(run: Trained) -> Grey:
    """New images from the prior."""
    return sheet(run.drawn(SHOWN)[..., 0])


def units(run: Trained) -> Grey:
    """What the units that add most add to the picture; middle grey is nothing."""
    found = measures.added(run)
    most = found[np.argsort(-np.abs(found).mean(axis=(1, 2)))[:SHOWN]]
    return sheet(0.5 + 0.5 * most / np.quantile(np.abs(most), 0.995))


def table(run: Trained) -> Grey:
    """Answers of the first rows for the first columns, from 2.5 standard deviations below the mean to as many above."""
    return np.clip((measures.filled_in(run)[:USERS, :COLUMNS] / 5 + 0.5) * 255, 0, 255).astype(np.uint8)


def likeness(run: Trained) -> Grey:
    """Cosines of the codes of 36 sentences, six of each topic together; white is 1, black 0 and below."""
    made = made_text.sentences()[-300:]
    few = [text for topic in made_text.TOPICS for text in [text for of, text in made if of == topic][:6]]
    codes = measures.codes_of(run, few)
    return (np.clip(codes @ codes.T, 0, 1) * 255).astype(np.uint8)
