"""What a model makes of a drawing: its output and error, its code, where that lies, and which real items are near."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.analysis import plane
from engine.analysis.nearest import Nearest

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

    encode: Encode | None
    """By the same weights; None where only the engine encodes."""
    version: str
    """Of the weights."""
    places: NDArray[np.int64]
    """Whose they are: places on the shelf, (n,)."""
    nearest: Nearest
    """Of their codes."""
    axes: plane.Axes
    points: Floats
    """Where they lie, (n, 2)."""


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
        place = code
        if neighbours.encode is not None and neighbours.version != version:
            place = neighbours.encode(drawing.seen[None]).reshape(-1)
        [[x, y]] = neighbours.axes.points(place[None]).tolist()
        places, distances = neighbours.nearest.of(place, NEAREST)
        point = (x, y)
        near = tuple(zip(neighbours.places[places].tolist(), distances.tolist(), strict=True))
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


def of_codes(codes: Floats, places: NDArray[np.int64], encode: Encode | None, version: str) -> Neighbours | None:
    """With `codes` of the items at the first of `places`; None where none is finite."""
    flat = codes.reshape(len(codes), -1)
    places = places[: len(flat)]
    there = np.argsort(places)  # of equally near items the first comes first
    there = there[np.isfinite(flat[there]).all(axis=1)]
    if not len(there):
        return None
    flat, places = flat[there], places[there]
    axes = plane.axes(flat)
    return Neighbours(encode, version, places, Nearest(flat), axes, axes.points(flat))
