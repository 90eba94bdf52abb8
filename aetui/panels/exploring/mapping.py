"""Other maps and other colours: what takes long is made in threads, and maps in processes that can be stopped."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from textual import on, work
from textual.message import Message

from aetui.panels.exploring.asking import Floats
from aetui.panels.exploring.colours import Colour
from aetui.panels.exploring.drawn import Drawn
from aetui.panels.exploring.maps import Embedded, plain
from aetui.panels.exploring.place import Place
from aetui.render.text import plain as one_line
from aetui.widgets.plane_map import PlaneMap
from engine.errors import EngineError


class Mapping(Drawn):
    """Maps by t-SNE and UMAP, and clusters."""

    class Mapped(Message):
        """Maps by another method are there, or why they are not, or how far they are."""

        def __init__(self, stamp: int, maps: tuple[Floats, Floats] | None, failure: str, done: float) -> None:
            super().__init__()
            self.stamp, self.maps, self.failure, self.done = stamp, maps, failure, done

    class Clustered(Message):
        """In which cluster each item lies."""

        def __init__(self, stamp: int, clusters: NDArray[np.int64]) -> None:
            super().__init__()
            self.stamp, self.clusters = stamp, clusters

    def next_colour(self) -> str:
        """Colour the points by what comes next: class, error, cluster, the chosen number."""
        if self.place is None:
            return ""
        choices: list[Colour] = ["class", "error", "cluster", "number"]
        if self.place.found.labels is None:
            choices.remove("class")
        at = choices.index(self.colour) if self.colour in choices else -1
        self.colour = choices[(at + 1) % len(choices)]
        if self.colour == "cluster" and self.clusters is None:
            self._cluster(self._stamp, self.place)
        self._draw_maps()
        return f"colours: {self.colour_name}"

    @work(thread=True, exclusive=True, group="clusters")
    def _cluster(self, stamp: int, place: Place) -> None:
        from sklearn.cluster import KMeans

        count = min(len(place.found.classes) or 10, len(place.finder.codes))
        found = KMeans(count, n_init=3, random_state=0).fit_predict(place.finder.codes)
        self.post_message(self.Clustered(stamp, found.astype(np.int64)))

    @on(Clustered)
    def _clusters_found(self, message: Clustered) -> None:
        message.stop()
        if message.stamp == self._stamp:
            self.clusters = message.clusters
            self._draw_maps()

    def next_map(self) -> str:
        """The map by another method: two components, t-SNE, UMAP; one that is being made is given up."""
        from engine.analysis.embedding import METHODS

        place = self.place
        if place is None:
            return ""
        if self._map_done is not None:
            self._give_up_map()
            self._tell()
            return "the map is given up"
        order = ["plane", *METHODS]
        self.wished = order[(order.index(self.wished) + 1) % len(order)]
        self._map_stamp += 1
        if self.wished == "plane":
            self.method = "plane"
            self._show_maps(place, None)
            return "two components"
        self._map_done = 0.0
        self._embed(self._map_stamp, self.wished, place)
        self._tell()
        return ""

    @work(thread=True, group="maps")
    def _embed(self, stamp: int, method: str, place: Place) -> None:
        from engine.analysis.embedding import embedded

        made: list[Floats] = []
        told = 0.0

        def going(done: float) -> bool:
            nonlocal told
            share = (len(made) + done) / 2
            if share > told + 0.01:
                told = share
                self.post_message(self.Mapped(stamp, None, "", share))
            return stamp == self._map_stamp and self.is_attached

        try:
            for codes in (place.finder.codes, place.found.beside):
                points = embedded(method, codes, going)
                if points is None:
                    return
                made.append(points)
            self.post_message(self.Mapped(stamp, (made[0], made[1]), "", 1.0))
        except (EngineError, OSError) as error:
            self.post_message(self.Mapped(stamp, None, str(error), 1.0))

    @on(Mapped)
    def _mapped(self, message: Mapped) -> None:
        message.stop()
        if message.stamp != self._map_stamp or self.place is None:
            return
        self._map_done = message.done
        if message.failure or message.maps is not None:
            self._map_done = None
            if message.maps is None:
                self._failure = one_line(message.failure)
            else:
                self.method = self.wished
                self._show_maps(self.place, message.maps)
        self._tell()

    def _show_maps(self, place: Place, points: tuple[Floats, Floats] | None) -> None:
        found = place.found
        if points is None:
            place.show(plain(found.codes, found.labels), plain(found.beside, found.labels))
        else:
            from engine.analysis.embedding import METHODS

            label = METHODS[self.method].label
            own, beside = points
            place.show(Embedded(own, found.codes, label), Embedded(beside, found.beside, label))
        place.marked = None
        for map in self.query(PlaneMap):
            map.unmark()
            map.whole()
        self._draw_all()
