"""The latent explorer: a map of codes with a crosshair, what the decoder makes of every place, the nearest items."""

from __future__ import annotations

import numpy as np
from textual import on

from aetui.panels.exploring.mapping import Mapping
from aetui.widgets.plane_map import PlaneMap
from engine.queries.messages import PartName
from engine.queries.messages.explore import MOST

NO_PINS = "two pins make a morph, three a grid; space pins what is here"


class Explorer(Mapping):
    """What its keys do; whatever a method returns is said to the user."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._beside_at: tuple[float, float] | None = None
        """Where one was last on the map beside."""

    def move(self, right: int, up: int) -> str:
        """The crosshair by so many cells."""
        map = self.moved
        map.move(right, up)
        if map.crosshair is not None:
            self._moved(map, *map.crosshair)
        return ""

    @on(PlaneMap.Moved)
    def _map_moved(self, message: PlaneMap.Moved) -> None:
        """By the mouse; what was moved from here is told late, when it may be somewhere else already."""
        message.stop()
        point = message.x, message.y
        if point == message.map.crosshair and point != self.put_at:
            self._moved(message.map, *point)

    def _moved(self, map: PlaneMap, x: float, y: float) -> None:
        place = self.place
        if place is None:
            return
        if map.id == "beside":
            if self._beside_at == (x, y):
                return
            self._beside_at = x, y
            place.to_beside(x, y)
        elif not place.move(x, y):
            return
        self.shows = "here"
        self._soon()

    def turn(self, by: int) -> str:
        """The number of the code so many further on."""
        return self.choose((self.place.dimension + by) % len(self.place.code)) if self.place else ""

    def choose(self, dimension: int) -> str:
        """The number of the code that is moved, from 0."""
        if self.place is None:
            return ""
        if not self.place.choose(dimension):
            return f"codes here have {len(self.place.code)} numbers"
        if self.colour == "number":
            self._draw_maps()
        self._soon()
        return ""

    def slide(self, steps: float) -> str:
        """The chosen number by so many of its standard deviations; 0: to the mean of all items."""
        if self.place is not None:
            if steps:
                self.place.slide(steps)
            else:
                self.place.set(float(self.place.mean[self.place.dimension]))
            self.shows = "here"
            self._soon()
        return ""

    def set(self, value: float) -> None:
        """The chosen number to exactly this."""
        if self.place is not None:
            self.place.set(value)
            self.shows = "here"
            self._soon()

    def to_nearest(self) -> str:
        """Onto the nearest item; where one stands on it, onto the next."""
        if self.place is None:
            return ""
        near = self.place.near(2)
        here = bool(near.distances and near.distances[0] == 0)
        if not near.items[here:]:
            return "there are no other items"
        self.place.to_item(near.items[int(here)])
        self.shows = "here"
        self._soon()
        return ""

    def pin(self) -> str:
        """Keep this code, or let go of it."""
        said = self.place.pin() if self.place else ""
        self._soon()
        return said

    def back(self) -> str:
        """Drop what was made last: the rectangle, the morph, the last pin."""
        if self.place is None:
            return ""
        maps = [map for map in self.query(PlaneMap) if map.unmark()]
        if maps or self.place.marked is not None:
            self.place.marked = None
        elif self.shows != "here":
            self.shows = "here"
        elif not self.place.unpin():
            return "there is no pin"
        self._soon()
        return ""

    def between(self) -> str:
        """A morph between two pins, a grid of three."""
        if self.place is None:
            return ""
        if len(self.place.pins) < 2:
            return NO_PINS
        if self.shows in ("morph", "grid"):
            self.shows = "here"
        else:
            self.shows = "morph" if len(self.place.pins) == 2 else "grid"
        self._soon()
        return ""

    def manifold(self) -> str:
        """What is decoded all over the part of the plane that is seen."""
        if self.place is None:
            return ""
        self.shows = "here" if self.shows == "manifold" else "manifold"
        self._soon()
        return ""

    def corner(self) -> str:
        """Begin a rectangle here, or end it."""
        map = self.moved
        map.corner()
        return "move to the opposite corner" if map.marking else ""

    @on(PlaneMap.Marked)
    def _marked(self, message: PlaneMap.Marked) -> None:
        message.stop()
        place = self.place
        if place is None:
            return
        plane = place.beside if message.map.id == "beside" else place.map
        for other in self.query(PlaneMap):
            if other is not message.map:
                other.unmark()
        place.mark(np.asarray(plane.points, np.float64), (message.x0, message.y0, message.x1, message.y1))
        self.page = 0
        self._soon()

    def other(self) -> str:
        """Keys move on the other map; where there is room for one, it is shown."""
        if self.place is None:
            return ""
        self.on_beside = not self.on_beside
        self._arrange()
        self._soon()
        return f"keys move on the map of {self._name_of_map}"

    @property
    def _name_of_map(self) -> str:
        return self.place.found.beside_name if self.place and self.on_beside else "the codes"

    def next_part(self) -> str:
        """The items of the other part: validation, test, training."""
        if self.place is None or self._waiting:
            return ""
        parts: list[PartName] = ["validation", "test", "train"]
        self._part = parts[(parts.index(self.place.found.part) + 1) % len(parts)]
        self.ask()
        return f"the {self._part} part"

    def all_items(self) -> str:
        """All items of the part, or a choice of them again."""
        if self.place is None or self._waiting:
            return ""
        self._most = 0 if self._most else MOST
        self.ask()
        return f"a choice of about {MOST:,}" if self._most else "all items of the part"

    def zoom(self, by: int) -> None:
        """Nearer, or farther."""
        self.moved.zoom(by)
        if self.shows == "manifold":
            self._soon()

    def turn_page(self, by: int) -> str:
        """The next marked items, or those before."""
        marked = self.place.marked if self.place else None
        if marked is None:
            return ""
        rows = max(1, self.query_one("#words").size.height - 1)
        page = self.page + by
        if not 0 <= page * rows < max(1, len(marked)):
            return "there are no more marked items" if by > 0 else "these are the first marked items"
        self.page = page
        self._soon()
        return ""
