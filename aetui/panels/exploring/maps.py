"""Planes in which codes are shown, and the way back from a place of the plane to a code."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.analysis.nearest import Nearest
from engine.analysis.plane import axes
from engine.errors import counted

Point = tuple[float, float]
Code = NDArray[np.float32]

BETWEEN = 3
"""Items whose codes a place of a map without a way back is made of."""
GOLDEN = 0.618
"""Steps of this share of a band put neighbours far apart."""


class Map(Protocol):
    """Items in the plane."""

    points: NDArray[Any]
    """(n, 2)"""

    def code(self, point: Point, before: Code) -> Code:
        """What lies at a place, for one who comes from the code `before`."""

    def place(self, code: Code, before: Point) -> Point:
        """Where a code lies, for one who comes from the place `before`."""

    @property
    def titles(self) -> tuple[str, ...]:
        """What it is, the longest first."""

    @property
    def told(self) -> str:
        """How a place becomes a code."""


class Flat:
    """Codes of two numbers as they are, of more along their first two principal components. Moving changes what the
    plane shows of a code; the rest of it stays."""

    def __init__(self, codes: NDArray[Any]) -> None:
        self._axes = axes(codes)
        self._size = codes.shape[1]
        self.points = self._axes.points(codes)

    def code(self, point: Point, before: Code) -> Code:
        """See `Map`."""
        moved = np.asarray(point, np.float32) - self._axes.points(before[None])[0]
        found: Code = before + self._axes.directions @ moved
        return found

    def place(self, code: Code, before: Point) -> Point:
        """See `Map`."""
        del before
        x, y = self._axes.points(code[None])[0].tolist()
        return x, y

    @property
    def titles(self) -> tuple[str, ...]:
        """See `Map`."""
        size = f"codes · {counted(self._size, 'unit')}"
        return (f"{size}, first two components", size, "codes") if self._size > 2 else (size, "codes")

    @property
    def told(self) -> str:
        """See `Map`."""
        if self._size <= 2:
            return "the plane is the code"
        return f"plane: {self._axes.share:.0%} of the variance, the rest of a code stays"


class Line:
    """Codes of one number, each class in a band of its own below the others."""

    def __init__(self, codes: NDArray[Any], labels: NDArray[np.int64] | None) -> None:
        x = codes[:, 0].astype(np.float64)
        bands = np.zeros(len(x)) if labels is None else np.unique(labels, return_inverse=True)[1]
        self.points = np.stack([x, -bands - 0.7 * (np.arange(len(x)) * GOLDEN % 1)], axis=1)

    def code(self, point: Point, before: Code) -> Code:
        """See `Map`."""
        del before
        return np.array([point[0]], np.float32)

    def place(self, code: Code, before: Point) -> Point:
        """See `Map`."""
        return float(code[0]), before[1]

    @property
    def titles(self) -> tuple[str, ...]:
        """See `Map`."""
        return "codes · 1 unit, classes below each other", "codes · 1 unit", "codes"

    @property
    def told(self) -> str:
        """See `Map`."""
        return "across: the code; up and down nothing changes"


class Embedded:
    """A map that was found for these items and knows no others: what lies between them is interpolated."""

    def __init__(self, points: NDArray[np.float32], codes: NDArray[Any], label: str) -> None:
        self.points = points
        self._label = label
        self._codes = codes.astype(np.float32)
        self._in_plane, self._among_codes = Nearest(points), Nearest(codes)

    def code(self, point: Point, before: Code) -> Code:
        """See `Map`."""
        del before
        return self._between(self._in_plane, np.asarray(point, np.float32), self._codes)

    def place(self, code: Code, before: Point) -> Point:
        """See `Map`."""
        del before
        x, y = self._between(self._among_codes, code, self.points).tolist()
        return x, y

    def _between(self, among: Nearest, at: NDArray[np.float32], values: NDArray[np.float32]) -> NDArray[np.float32]:
        places, distances = among.of(at, BETWEEN)
        if distances[0] == 0:
            return values[places[0]].copy()
        weights = 1 / np.square(distances)
        found: NDArray[np.float32] = (weights / weights.sum() @ values[places]).astype(np.float32)
        return found

    @property
    def titles(self) -> tuple[str, ...]:
        """See `Map`."""
        return f"codes · {self._label}", self._label

    @property
    def told(self) -> str:
        """See `Map`."""
        return f"{self._label}: codes between the {BETWEEN} nearest items are interpolated"


def plain(codes: NDArray[Any], labels: NDArray[np.int64] | None) -> Map:
    """The map that takes no time."""
    return Line(codes, labels) if codes.shape[1] == 1 else Flat(codes)
