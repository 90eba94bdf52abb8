"""Where somebody stands among the codes, with the pins that were set and the items that were marked."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from aetui.panels.exploring.maps import Code, Map, Point, plain
from engine.analysis import paths
from engine.analysis.nearest import Nearest
from engine.queries.messages import Explored

MOST_PINS = 3
"""Three make a grid."""


class Pin(NamedTuple):
    """A code that is kept, and the item that it is of, if it is of one."""

    code: Code
    item: int | None


class Near(NamedTuple):
    """Items, as places among those of the map, and how far away they are; the nearest first."""

    items: list[int]
    distances: list[float]


class Place:
    """Changes by keys; what is drawn is read off it. Nothing here knows the screen."""

    def __init__(self, found: Explored) -> None:
        self.found = found
        self.finder = Nearest(found.codes)
        self.map: Map = plain(self.finder.codes, found.labels)
        self.beside: Map = plain(found.beside, found.labels)
        self.mean = self.finder.codes.mean(axis=0)
        self.spread = self.finder.codes.std(axis=0)
        self.low, self.high = self.finder.codes.min(axis=0), self.finder.codes.max(axis=0)
        self.dimension = 0
        self.pins: list[Pin] = []
        self.marked: NDArray[np.int64] | None = None
        """Items in the rectangle."""
        self.code: Code = self.mean.copy()
        self.point: Point = self.map.place(self.code, self._middle)

    def again(self, found: Explored) -> Place:
        """The same place among codes of other weights, with what was pinned and marked where items are the same."""
        new = Place(found)
        new.dimension = min(self.dimension, len(new.mean) - 1)
        alike = found.part == self.found.part and np.array_equal(found.places, self.found.places)
        if len(new.mean) == len(self.mean):
            new.pins = [pin if pin.item is None or not alike else new._of(pin.item) for pin in self.pins]
            new.go(self.code)
        if alike:
            new.marked = self.marked
        return new

    @property
    def _middle(self) -> Point:
        x, y = np.asarray(self.map.points, np.float64).mean(axis=0).tolist()
        return x, y

    # Moving.

    def show(self, map: Map, beside: Map) -> None:
        """In other planes."""
        self.map, self.beside = map, beside
        self.point = map.place(self.code, self._middle)

    def move(self, x: float, y: float) -> bool:
        """To a place of the map; False where that is this one."""
        if (x, y) == self.point:
            return False
        self.code = self.map.code((x, y), self.code)
        self.point = (x, y)
        return True

    def go(self, code: Code) -> None:
        """To a code, wherever that lies on the map."""
        self.code = code.astype(np.float32)
        self.point = self.map.place(self.code, self.point)

    def to_item(self, item: int) -> None:
        """To the code of an item, and where the map has it."""
        self.code = self.finder.codes[item].copy()
        x, y = np.asarray(self.map.points[item], np.float64).tolist()
        self.point = (x, y)

    def to_beside(self, x: float, y: float) -> None:
        """To the item that lies nearest to a place of the map beside."""
        apart = np.square(np.asarray(self.beside.points, np.float64) - (x, y)).sum(axis=1)
        self.to_item(int(apart.argmin()))

    def choose(self, dimension: int) -> bool:
        """The number of the code that the slider moves, from 0; False where there is none."""
        if not 0 <= dimension < len(self.code):
            return False
        self.dimension = dimension
        return True

    def slide(self, steps: float) -> None:
        """The chosen number by so many standard deviations of it."""
        step = float(self.spread[self.dimension]) or 1.0
        self.set(float(self.code[self.dimension]) + steps * step)

    def set(self, value: float) -> None:
        """The chosen number to exactly this."""
        code = self.code.copy()
        code[self.dimension] = value
        self.go(code)

    # What lies here.

    def near(self, count: int) -> Near:
        """The nearest items among all codes, by Euclidean distance."""
        items, distances = self.finder.of(self.code, count)
        return Near(items.tolist(), distances.tolist())

    def label(self, item: int) -> str:
        """The class of an item; empty where there is none."""
        found = self.found
        return "" if found.labels is None else str(found.classes[int(found.labels[item])])

    def name(self, item: int) -> str:
        """What it is called: its name, else its number in the part from 1 on."""
        names = self.found.names
        return names[item] if names is not None else f"item {int(self.found.places[item]) + 1:,}"

    # Pins.

    def pin(self) -> str:
        """Keep this code, or let go of it where it is kept; says what was done."""
        for at, pin in enumerate(self.pins):
            if np.array_equal(pin.code, self.code):
                del self.pins[at]
                return f"pin {at + 1} is gone"
        if len(self.pins) == MOST_PINS:
            return f"there are {MOST_PINS} pins; backspace takes the last one away"
        near = self.near(1)
        item = near.items[0] if near.items and near.distances[0] == 0 else None
        self.pins.append(Pin(self.code.copy(), item))
        what = "this code" if item is None else self.name(item)
        return f"pin {len(self.pins)}: {what}"

    def unpin(self) -> bool:
        """Let go of the last one."""
        return bool(self.pins and self.pins.pop())

    def between(self, steps: int) -> NDArray[np.float32]:
        """Codes from the first pin to the second, (steps, k)."""
        way = paths.spherical if self.found.spherical else paths.straight
        return way(self.pins[0].code, self.pins[1].code, steps)

    def among(self, columns: int, rows: int) -> NDArray[np.float32]:
        """Codes between three pins, the first at the top left, (rows, columns, k)."""
        first, across, down = (pin.code for pin in self.pins)
        return paths.grid(first, across, down, columns, rows)

    def _of(self, item: int) -> Pin:
        return Pin(self.finder.codes[item].copy(), item)

    # Marking.

    def mark(self, points: NDArray[np.float64], corners: tuple[float, float, float, float]) -> int:
        """The items whose points lie in a rectangle; how many these are."""
        x0, y0, x1, y1 = corners
        inside = (points[:, 0] >= x0) & (points[:, 0] <= x1) & (points[:, 1] >= y0) & (points[:, 1] <= y1)
        self.marked = np.flatnonzero(inside)
        return len(self.marked)
