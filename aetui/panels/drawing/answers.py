"""What a model makes of a drawing: its output and error, its code, where that lies, and which real items are near."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.analysis.plane import Plane, found

Floats = NDArray[np.float32]
Encode = Callable[[NDArray[Any]], Floats]

NEAREST = 12
"""Items that are looked for."""
PATIENCE = 2.0
"""Seconds that encoding real items may take; what is not done by then is left out."""
BLOCK = 64


class Drawing(NamedTuple):
    """What is asked about."""

    changes: int
    """Tells it from those before (`Pad.changes`)."""
    drawn: Floats
    seen: Floats
    """With what lies over it."""


class Halves(NamedTuple):
    """A model as NumPy runs it, and whose it is."""

    encode: Encode
    decode: Encode
    version: str


class Neighbours(NamedTuple):
    """Codes of real items by one set of weights."""

    encode: Encode
    version: str
    """Of the weights."""
    codes: Floats
    """(n, code size), of the first `n` items of the shelf."""
    plane: Plane
    points: Floats
    """(n, 2)"""


class Answer(NamedTuple):
    """What came of a drawing."""

    changes: int
    output: Floats
    """(height, width, channels)"""
    code: Floats
    """(code size,)"""
    error: float
    """Mean squared error of the output against the drawing without what lies over it."""
    hidden: float
    """The same of what the model saw; 0 where it saw the drawing as it is."""
    point: tuple[float, float] | None = None
    near: tuple[tuple[int, float], ...] = ()
    """Places on the shelf and distances in the space of codes, nearest first."""


def answered(drawing: Drawing, output: Floats, code: Floats, neighbours: Neighbours | None, version: str) -> Answer:
    """With the items near it, by the weights that these were encoded with."""
    target = drawing.drawn.astype(np.float64)
    point: tuple[float, float] | None = None
    near: tuple[tuple[int, float], ...] = ()
    if neighbours is not None:
        place = code if neighbours.version == version else neighbours.encode(drawing.seen[None]).reshape(-1)
        [[x, y]] = neighbours.plane(place[None]).tolist()
        point, near = (x, y), nearest(neighbours.codes, place)
    return Answer(
        changes=drawing.changes,
        output=output,
        code=code,
        error=float(np.square(output - target).mean()),
        hidden=float(np.square(drawing.seen - target).mean()),
        point=point,
        near=near,
    )


def ask(drawing: Drawing, halves: Halves, neighbours: Neighbours | None) -> Answer:
    """The answer, computed here and now."""
    code = halves.encode(drawing.seen[None])
    output = halves.decode(code)[0]
    return answered(drawing, output, code.reshape(-1), neighbours, halves.version)


def nearest(codes: Floats, code: Floats, count: int = NEAREST) -> tuple[tuple[int, float], ...]:
    """Places and Euclidean distances of the `count` nearest to `code` (k,) among `codes` (n, k), nearest first."""
    squares = np.square(codes - code).sum(axis=1)
    count = min(count, len(squares))
    places = np.argpartition(squares, count - 1)[:count] if count < len(squares) else np.arange(count)
    places = places[np.argsort(squares[places], kind="stable")]
    return tuple(zip(places.tolist(), np.sqrt(squares[places]).tolist(), strict=True))


def neighbours_of(items: NDArray[Any], encode: Encode, version: str, wanted: Callable[[], bool]) -> Neighbours | None:
    """Codes of as many of `items` as can be encoded within `PATIENCE`, spread over all of them; None where nobody
    wants them any more, or none is finite."""
    began = perf_counter()
    order = np.random.default_rng(0).permutation(len(items))
    codes: list[Floats] = []
    for start in range(0, len(items), BLOCK):
        if not wanted():
            return None
        codes.append(encode(items[order[start : start + BLOCK]]))
        if perf_counter() - began > PATIENCE:
            break
    return of_codes(np.concatenate(codes), order, encode, version) if codes else None


def of_codes(codes: Floats, order: NDArray[np.int64], encode: Encode, version: str) -> Neighbours | None:
    """`codes` of the items at the first places of `order`; what was not encoded lies nowhere."""
    flat = codes.reshape(len(codes), -1)
    every = np.full((len(order), flat.shape[1]), np.inf, np.float32)
    every[order[: len(flat)]] = flat
    there = np.isfinite(every).all(axis=1)
    if not there.any():
        return None
    plane = found(every[there])
    points = np.full((len(every), 2), np.nan, np.float32)
    points[there] = plane(every[there])
    return Neighbours(encode, version, every, plane, points)
