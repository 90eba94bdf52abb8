"""Which part of the plane is seen, and where its cells begin and end."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from aetui.render.scatter import limits

Floats = NDArray[np.float64]

_LEAST = 1e-12
"""Share of the size of its numbers that a window has at least: floats do not tell closer ones apart."""


class Window(NamedTuple):
    """From x0 to x1 and from y0 to y1, the greater ones right and up."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        """In plane coordinates."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """In plane coordinates."""
        return self.y1 - self.y0

    @property
    def centre(self) -> tuple[float, float]:
        """The middle."""
        return (self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2

    def zoomed(self, factor: float, about: tuple[float, float]) -> Window:
        """`factor` times as wide and as high, with `about` where it was. Where that is too little to be told apart it
        stays as it is."""
        x, y = about
        found = Window(
            x - (x - self.x0) * factor,
            y - (y - self.y0) * factor,
            x + (self.x1 - x) * factor,
            y + (self.y1 - y) * factor,
        )
        return found if found._is_one else self

    def panned(self, right: float, up: float) -> Window:
        """Moved by so much."""
        found = Window(self.x0 + right, self.y0 + up, self.x1 + right, self.y1 + up)
        return found if found._is_one else self

    def has(self, x: float, y: float) -> bool:
        """Whether a point lies in it."""
        return self.x0 <= x <= self.x1 and self.y0 <= y <= self.y1

    @property
    def _is_one(self) -> bool:
        sizes = (self.width, max(abs(self.x0), abs(self.x1))), (self.height, max(abs(self.y0), abs(self.y1)))
        return all(math.isfinite(span) and span > _LEAST * size for span, size in sizes)


def around(points: NDArray[Any]) -> Window:
    """All points (n, 2), finite, with a margin, but for a few that would take the room of the others."""
    low, high = limits(np.asarray(points, np.float64))
    return Window(float(low[0]), float(low[1]), float(high[0]), float(high[1]))


class Cells(NamedTuple):
    """The borders of a window's cells: `x` (columns + 1,) ascending, `y` (rows + 1,) descending: rows are counted from
    above. A point on a border belongs to the cell right of it, or above it; the last borders belong to the last cells.
    """

    x: Floats
    y: Floats
    key: object = None
    """What their source knows them by."""

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.y) - 1, len(self.x) - 1

    @property
    def window(self) -> Window:
        """What they cover."""
        return Window(float(self.x[0]), float(self.y[-1]), float(self.x[-1]), float(self.y[0]))

    def at(self, x: float, y: float) -> tuple[int, int] | None:
        """Row and column of a point, None outside."""
        if not self.window.has(x, y):
            return None
        rows, columns = self.shape
        column = int(np.searchsorted(self.x, x, "right")) - 1
        from_below = int(np.searchsorted(self.y[::-1], y, "right")) - 1
        return max(0, rows - 1 - from_below), min(columns - 1, column)

    def middle(self, row: int, column: int) -> tuple[float, float]:
        """Of a cell, in plane coordinates."""
        return float(self.x[column] + self.x[column + 1]) / 2, float(self.y[row] + self.y[row + 1]) / 2


def cut(window: Window, columns: int, rows: int) -> Cells:
    """Cells of equal size."""
    return Cells(
        np.linspace(window.x0, window.x1, columns + 1),
        np.linspace(window.y1, window.y0, rows + 1),
    )
