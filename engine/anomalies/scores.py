"""How strange an item is to a model: a table of scores, and what every one of them is told of an item."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from importlib import import_module
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.backend import Model
from engine.datasets.array_data import as_floats
from engine.datasets.data import Data, in_blocks
from engine.errors import UsageError
from engine.storage.rows import Array

T = TypeVar("T")
Steps = Generator[tuple[int, int], None, T]
"""Work in pieces of a few tenths of a second; yields how much is done of how much."""


class Seen(NamedTuple):
    """Some items and what a model makes of them."""

    inputs: NDArray[np.float32]
    """(n, *shape), as the encoder saw them."""
    targets: NDArray[np.float32]
    """(n, *shape), what it should have answered."""
    known: NDArray[np.bool_] | None
    """(n, *shape), which numbers of these are known; None: all."""
    codes: NDArray[np.float32]
    """(n, code size)."""
    outputs: NDArray[np.float32]
    """(n, *shape), what it answered."""


class Items(NamedTuple):
    """Items in their compact form, and how a model sees them."""

    items: Array
    """(n, …)."""
    read: Callable[[NDArray[Any]], tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_] | None]]
    """From a block of them to what is seen of it, what is to be answered, and what of that is known."""
    noise: bool = False
    """Whether the encoder gets them with the noise of validation."""

    def seen(self, model: Model, places: slice) -> Seen:
        """What `model` makes of those at `places`, whose start is a multiple of its block."""
        clean, targets, known = self.read(self.items[places])
        inputs = model.corrupted(clean, places.start) if self.noise and len(clean) else clean
        codes = model.encode(inputs)
        return Seen(inputs, targets, known, codes, model.decode(codes))


def of_part(data: Data, items: Array, *, noise: bool = False) -> Items:
    """Those of a part of `data`."""

    def read(
        block: NDArray[Any],
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_] | None]:
        return data.as_floats(block), data.targets(block), data.known(block)

    return Items(items, read, noise)


def of_others(items: Array, *, noise: bool = False) -> Items:
    """Those that somebody brought, to be answered with themselves; NaN is a number that is not known."""

    def read(
        block: NDArray[Any],
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_] | None]:
        clean = as_floats(block)
        missing = np.isnan(block) if block.dtype.kind == "f" else np.zeros(0, bool)
        return clean, clean, ~missing if missing.any() else None

    return Items(items, read, noise)


def squared_errors(seen: Seen) -> NDArray[np.float32]:
    """(n, *shape), of each number; 0 where it is not known."""
    squares: NDArray[np.float32] = np.square(seen.outputs - seen.targets)
    return squares if seen.known is None else squares * seen.known


def mean_squared_errors(
    outputs: NDArray[np.float32], targets: NDArray[np.float32], known: NDArray[np.bool_] | None
) -> NDArray[np.float32]:
    """Of each item, (count,), over what of it is `known` (None: all); 0 where nothing is."""
    squares = np.square(outputs - targets)
    inside = tuple(range(1, targets.ndim))
    if known is None:
        return np.asarray(squares.mean(axis=inside), np.float32)
    return np.asarray((squares * known).sum(axis=inside) / np.maximum(known.sum(axis=inside), 1), np.float32)


class Scorer(NamedTuple):
    """A score that was fitted."""

    score: Callable[[Seen], NDArray[np.float32]]
    """From n items to their scores, (n,), higher is stranger."""
    numbers: Callable[[Seen], NDArray[np.float32]] = squared_errors
    """From n items to what each of their numbers adds to it, (n, *shape), but for a factor; of a score that is no sum
    over numbers their squared errors."""


class Fitting(NamedTuple):
    """What a score may be fitted to: the items that the model learned from."""

    model: Model
    items: Items
    blocks: list[slice]
    """Where to find them; of very many some, spread evenly."""

    def seen(self) -> Iterator[tuple[tuple[int, int], Seen]]:
        """What the model makes of them, block by block, with how much is done then of how much."""
        for number, block in enumerate(self.blocks, 1):
            yield (number, len(self.blocks)), self.items.seen(self.model, block)


class Score(NamedTuple):
    """A row of the table."""

    key: str
    label: str
    meaning: str
    make: str
    """What fits it, "module:function": from `Fitting`, in steps, to a `Scorer`."""

    def made(self, fitting: Fitting) -> Steps[Scorer]:
        """What tells the score of items."""
        module, name = self.make.split(":")
        steps: Steps[Scorer] = getattr(import_module(module), name)(fitting)
        return (yield from steps)


_FITTED = "engine.anomalies.fitted_scores"

SCORES: dict[str, Score] = {
    score.key: score
    for score in (
        Score("error", "reconstruction error", "mean squared error of the numbers that are known", f"{_FITTED}:error"),
        Score(
            "standardised",
            "standardised error",
            "mean of squared errors, each by the mean that this number's has among the training items",
            f"{_FITTED}:standardised",
        ),
        Score(
            "coherent",
            "coherent error",
            "mean squared error of an image after a blur: errors of one sign that hang together",
            "engine.anomalies.coherent_error:coherent",
        ),
        Score(
            "code",
            "distance of the code",
            "Mahalanobis distance of the code, squared, from the codes of the training items",
            f"{_FITTED}:code_distance",
        ),
        Score(
            "cosine",
            "1 − cosine",
            "1 − the cosine of the item's code and the code of its reconstruction",
            f"{_FITTED}:cosine_distance",
        ),
    )
}


def score_of(key: str, possible: tuple[str, ...]) -> Score:
    """The row called `key`, or the first that is `possible` where it is empty. Raises UsageError for others."""
    if key and key not in possible:
        there = "; ".join(f"{each} ({SCORES[each].meaning})" for each in possible)
        raise UsageError("Unknown score", f"expected a score that such a run has, got {key!r}; there are: {there}")
    return SCORES[key or possible[0]]


def item_scores(
    model: Model, items: Items, scorer: Scorer, blocks: list[slice] | None = None
) -> Steps[NDArray[np.float32]]:
    """Scores of the items at `blocks` (None: of all), (n,) float32, in steps; the largest number for what is not
    finite: nothing is stranger to a model than what it cannot answer."""
    blocks = list(in_blocks(items.items, model.block)) if blocks is None else blocks
    found = [np.zeros(0, np.float32)]
    for number, block in enumerate(blocks, 1):
        found.append(np.asarray(scorer.score(items.seen(model, block)), np.float32))
        yield number, len(blocks)
    scores = np.concatenate(found)
    return np.where(np.isfinite(scores), scores, np.finfo(np.float32).max)


def item_at(model: Model, items: Items, place: int) -> Seen:
    """What the model makes of one item, as in its block."""
    first = place // model.block * model.block
    if items.noise:  # it belongs to the place
        block = items.seen(model, slice(first, place + 1))
        return Seen(*(None if part is None else part[-1:] for part in block))  # type: ignore[arg-type]
    return items.seen(model, slice(place, place + 1))
