"""What a map of the plane can show: points, or counts of more points than can be drawn."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from aetui.render.plane.colouring import ByClass, ByNumber, Coloured, Colouring, coloured
from aetui.render.plane.dots import Ints, Picture, Seen, dots, seen
from aetui.render.plane.shades import Shaded, by_class, by_count
from aetui.render.plane.window import Cells, Window, around, cut
from engine.errors import counted

CROWD = 8
"""Points a cell, of those that have any, from which on dots tell nothing: so many has a character of braille."""


class Look(NamedTuple):
    """How it is drawn."""

    dark: bool = True
    colours: bool = True
    """Whether there are any."""
    letters: bool = False
    """Whether groups cannot be told apart by colour."""
    exact: bool = True
    """Whether colours are sent as they are, not as one of 256."""


class Drawn(NamedTuple):
    """A window in cells, with `shown` of all points in it; `legend`: what its colours mean."""

    picture: Picture
    shown: int
    legend: Coloured
    note: str = ""
    """What is missing, for the end of the lower axis."""


class Source(Protocol):
    """Where what is shown comes from."""

    count: int
    """Of all points."""

    def whole(self) -> Window:
        """All points, but for a few that would take the room of the others."""

    def fitted(self, window: Window, columns: int, rows: int) -> Cells:
        """That window in so many cells, or the nearest one that can be shown."""

    def drawn(self, cells: Cells, look: Look) -> Drawn:
        """What lies in cells that `fitted` gave."""

    def inside(self, window: Window) -> Ints:
        """The numbers of the points in a window, its borders counted in, ascending."""


class Points:
    """Some ten thousand at most: they are all looked at for each picture. Where dots would hide each other cells are
    shaded by their counts."""

    def __init__(self, points: NDArray[Any], colouring: Colouring = None) -> None:
        """`points`: (n, 2); those that are not finite are left out and told.

        Raises:
            ValueError: another shape, or a colouring of another number of points.
        """
        self.points = np.asarray(points)
        if self.points.ndim != 2 or self.points.shape[1] != 2:
            raise ValueError(f"expected points (n, 2), got {self.points.shape}")
        self.count = len(self.points)
        self.colouring = colouring
        coloured(colouring, self.count, dark=True)
        self._finite = np.isfinite(self.points).all(axis=1)
        self._whole = around(self.points[self._finite])

    def whole(self) -> Window:
        """As of any."""
        return self._whole

    def fitted(self, window: Window, columns: int, rows: int) -> Cells:
        """As of any: exactly that window."""
        return cut(window, columns, rows)

    def drawn(self, cells: Cells, look: Look) -> Drawn:
        """As of any."""
        legend = coloured(self.colouring, self.count, dark=look.dark, colours=look.colours)
        found = seen(self.points, cells)
        counts = _counts(found, cells.shape)
        crowded = len(found.which) > CROWD * np.count_nonzero(counts)
        if crowded and not isinstance(self.colouring, ByNumber):
            picture, legend = self._shaded(found, counts, legend, cells, look)
        else:
            picture = self._picture(found, legend, cells, look)
        return Drawn(picture, len(found.which), legend, self._note(cells, len(found.which)))

    def inside(self, window: Window) -> Ints:
        """As of any."""
        x, y = self.points[:, 0], self.points[:, 1]
        return np.flatnonzero((x >= window.x0) & (x <= window.x1) & (y >= window.y0) & (y <= window.y1))

    def _picture(self, found: Seen, legend: Coloured, cells: Cells, look: Look) -> Picture:
        return dots(found, legend, cells, letters=look.letters and len(legend.groups) > 1)

    def _shaded(self, found: Seen, counts: Ints, legend: Coloured, cells: Cells, look: Look) -> Shaded:
        """Where each dot would hide many others."""
        plain = look.letters or not look.colours
        if not isinstance(self.colouring, ByClass) or len(legend.groups) < 2:
            return by_count(counts, dark=look.dark, colours=not plain, exact=look.exact)
        members = legend.members[found.which]
        each = [_counts(_only(found, members == group), cells.shape) for group in range(len(legend.groups))]
        classes = np.stack(each)
        return Shaded(by_class(classes, legend.names, dark=look.dark, colours=not plain, exact=look.exact), legend)

    def _note(self, cells: Cells, shown: int) -> str:
        missing = int((~self._finite).sum())
        told = [f"{counted(missing, 'point')} not finite"] if missing else []
        outside = self.count - missing - shown
        if outside and cells.window == self._whole:  # who zooms in knows that some are outside
            told.insert(0, f"{outside} outside")
        return " · ".join(told)


def _only(found: Seen, which: NDArray[np.bool_]) -> Seen:
    return Seen(found.which[which], found.x[which], found.y[which])


def _counts(found: Seen, shape: tuple[int, int]) -> Ints:
    """Points in each cell."""
    cell = found.y // 4 * shape[1] + found.x // 2
    counts: Ints = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)
    return counts
