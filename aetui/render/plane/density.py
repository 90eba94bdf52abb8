"""Millions of points as a source of the map: counts as shades, digits where they are small, dots where they fit."""

from __future__ import annotations

import numpy as np

from aetui.render.plane.colouring import ByClass, Coloured, coloured
from aetui.render.plane.dots import Ints, Picture, dots, seen
from aetui.render.plane.shades import Shaded, affordable, by_class, by_count, digits
from aetui.render.plane.source import Drawn, Look
from aetui.render.plane.window import Cells, Window
from engine.density.pyramid import Grid, Pyramid
from engine.errors import counted

DOTS = 1_500
"""Points up to which each has its dot; a dot in the colour of its class takes some 30 bytes."""
_SMALL = 0.95
"""Share of the cells with points whose count has to be a digit for digits to be drawn."""


_NOBODY = np.zeros(0, np.int64)


class Density:
    """A pyramid, seen. `classes`: coloured by the most frequent class of a cell, not by its count alone."""

    def __init__(self, pyramid: Pyramid, *, classes: bool = True) -> None:
        self.pyramid = pyramid
        self.count = pyramid.items
        self.classes = classes and len(pyramid.names) > 1

    def whole(self) -> Window:
        """As of any."""
        low, high = self.pyramid.whole()
        return Window(float(low[0]), float(low[1]), float(high[0]), float(high[1]))

    def fitted(self, window: Window, columns: int, rows: int) -> Cells:
        """As of any: cells that the pyramid can count, and that cover the window."""
        grid = self.pyramid.grid((window.x0, window.y0), (window.x1, window.y1), columns, rows)
        x, y = self.pyramid.edges(grid)
        return Cells(x, y[::-1], grid)

    def drawn(self, cells: Cells, look: Look) -> Drawn:
        """As of any."""
        grid = cells.key
        assert isinstance(grid, Grid)
        counts = self.pyramid.counts(grid)[::-1]
        shown = int(counts.sum())
        picture, legend = self._dots(grid, cells, look) if shown <= DOTS else (None, None)
        if picture is None or legend is None:
            picture, legend = self._counted(grid, counts, look)
        return Drawn(picture, shown, legend, self._note(shown, cells))

    def inside(self, window: Window) -> Ints:
        """As of any; what lies on the right and the upper border is of the neighbours."""
        return self.pyramid.within((window.x0, window.y0), (window.x1, window.y1)).items

    def _dots(self, grid: Grid, cells: Cells, look: Look) -> tuple[Picture | None, Coloured]:
        """None: in so many places they take too many changes of colour."""
        found = self.pyramid.points(grid)
        colouring = ByClass(found.labels, self.pyramid.names) if self.classes and found.labels is not None else None
        legend = coloured(colouring, len(found.points), dark=look.dark, colours=look.colours)
        letters = look.letters and len(legend.groups) > 1
        picture = dots(seen(found.points, cells), legend, cells, letters=letters)
        return picture if affordable(picture, exact=look.exact) else None, legend

    def _counted(self, grid: Grid, counts: Ints, look: Look) -> Shaded:
        if self.classes:
            classes = self.pyramid.by_class(grid)[:, ::-1]
            legend = coloured(ByClass(_NOBODY, self.pyramid.names), 0, dark=look.dark, colours=look.colours)
            return Shaded(
                by_class(classes, self.pyramid.names, dark=look.dark, colours=not look.letters, exact=look.exact),
                legend,
            )
        there = counts[counts > 0]
        if (there <= 9).mean() >= _SMALL:
            return Shaded(digits(counts), coloured(None, 0, dark=look.dark))
        return by_count(counts, dark=look.dark, colours=not look.letters, exact=look.exact)

    def _note(self, shown: int, cells: Cells) -> str:
        told = [f"{counted(self.pyramid.missing, 'point')} not finite"] if self.pyramid.missing else []
        window, whole = cells.window, self.whole()
        outside = len(self.pyramid) - shown if window.has(whole.x0, whole.y0) and window.has(whole.x1, whole.y1) else 0
        if outside + self.pyramid.outside and outside >= 0:
            told.insert(0, f"{outside + self.pyramid.outside:,} outside")
        return " · ".join(told)
