"""How the explorer is drawn: maps, pictures, words."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from aetui.panels.exploring import lines
from aetui.panels.exploring.asking import Asking, Floats
from aetui.panels.exploring.colours import colouring
from aetui.panels.exploring.pictures import pictured
from aetui.panels.exploring.place import Near, Place
from aetui.panels.exploring.side import LEAST, NEAREST, Scene, Side
from aetui.panels.table import View
from aetui.render.captions import fitting
from aetui.render.plane.colouring import Colouring
from aetui.render.plane.pictured import Pictured
from aetui.render.plane.source import Points
from aetui.render.text import plain as one_line
from aetui.widgets.plane_legend import PlaneLegend
from aetui.widgets.plane_map import PlaneMap

BOTH = 46
"""Columns that two maps need."""
SHARE = 0.36
"""Of the columns, which what is decoded takes at most."""
HIGH = 12
"""Lines from which the words below take three of them."""
ASKING = "the model encodes the items of the map …"
LOADING = "TensorFlow is loading; the map comes when it is there"


class Drawn(Asking):
    """Two maps, beside them what is decoded; below words."""

    DEFAULT_CSS = """
    Drawn { layout: vertical; }
    Drawn > Horizontal { height: 1fr; }
    Drawn #beside { margin-left: 2; }
    Drawn > #told { height: auto; text-wrap: nowrap; }
    Drawn.-empty > Horizontal, Drawn.-empty > PlaneLegend { display: none; }
    Drawn.-empty > #told { height: 1fr; content-align: center middle; text-align: center; text-wrap: wrap; }
    """

    def compose(self) -> ComposeResult:
        """Both maps, beside them what is decoded and the nearest items; the legend; words."""
        with Horizontal():
            yield PlaneMap(id="own")
            yield PlaneMap(id="beside")
            yield Side()
        yield PlaneLegend()
        yield Static(ASKING, id="told", markup=False)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._drawing = False
        self.put_at: tuple[float, float] | None = None
        """Where the crosshair was put from here."""
        self._told_lines = 0
        self._marks: dict[tuple[str | None, str], tuple[NDArray[Any], list[str]]] = {}

    def on_resize(self, _event: events.Resize) -> None:
        """What has room depends on the size."""
        self._arrange()
        self._soon()

    def _arrange(self) -> None:
        width, height = self.size
        side = min(max(LEAST, min(2 * height - 6, int(width * SHARE))), width // 2)
        both = width - side >= BOTH
        self.query_one(Side).styles.width = side
        own, beside = self.query_one("#own"), self.query_one("#beside")
        self.query_one(PlaneLegend).display = height >= HIGH
        own.display, beside.display = both or not self.on_beside, both or self.on_beside

    @property
    def moved(self) -> PlaneMap:
        """The map that keys move on."""
        return self.query_one("#beside" if self.on_beside else "#own", PlaneMap)

    @property
    def colour_name(self) -> str:
        """By what points are coloured."""
        number = f"z{self.place.dimension + 1}" if self.place else ""
        return {"class": "class", "error": "error", "cluster": "k-means cluster", "number": number}[self.colour]

    def _first_found(self) -> None:
        for map in self.query(PlaneMap):
            map.whole()
        self.call_after_refresh(self._soon)  # the maps take room from what is beside them

    def _soon(self) -> None:
        """Draw once for all keys that are waiting."""
        if not self._drawing and self.is_mounted:
            self._drawing = True
            self.call_next(self.draw_due)

    def draw_due(self) -> None:
        """Draw what a key has changed, if that is still to come: after it, so that both are in one frame."""
        if self._drawing:
            self._draw_here()

    def _draw_all(self) -> None:
        self._arrange()
        self._draw_maps()
        self._draw_here()

    def _draw_maps(self) -> None:
        place = self.place
        if place is None or not self.is_mounted:
            return
        colours = colouring(place, self.colour, self.clusters)
        own, beside = self.query_one("#own", PlaneMap), self.query_one("#beside", PlaneMap)
        ticks = len(place.mean) > 1
        self._marks.clear()
        own.show(_source(place, place.map.points, colours), titles=place.map.titles, y_ticks=ticks)
        name = place.found.beside_name
        shown = _source(place, place.beside.points, colours)
        beside.show(shown, titles=(f"{name}, {place.beside.titles[-1]}", name))
        self._explain()

    @on(PlaneMap.Changed)
    def _map_changed(self, message: PlaneMap.Changed) -> None:
        message.stop()
        self._explain()

    def _explain(self) -> None:
        self.query_one(PlaneLegend).explain(self.moved.legend, self.colour_name)

    def _draw_here(self) -> None:
        self._drawing = False
        place = self.place
        if place is None or not self.is_mounted or not self.size:
            self._tell()
            return
        near = place.near(NEAREST)
        self._draw_marks(place, near)
        self._decode(place)
        many = None if self.shows == "here" else lambda rows, columns: self._many(place, rows, columns)
        self.query_one(Side).show(Scene(place, near, self.output, many, self.page), self._view)
        self._tell(near)

    def _draw_marks(self, place: Place, near: Near) -> None:
        own, beside = self.query_one("#own", PlaneMap), self.query_one("#beside", PlaneMap)
        self.put_at = place.point
        own.crosshair = place.point
        items = near.items[:1]
        pins = [place.map.place(pin.code, place.point) for pin in place.pins]
        of_items = [(at, pin.item) for at, pin in enumerate(place.pins, 1) if pin.item is not None]
        marked = place.marked if place.marked is not None else np.zeros(0, np.int64)
        ours, others = place.map.points, place.beside.points
        self._put(own, "pins", np.asarray(pins), [str(at) for at in range(1, len(pins) + 1)])
        self._put(own, "near", ours[items], ["○"])
        self._put(own, "marked", ours[marked], ["▪"])
        self._put(beside, "pins", others[[item for _, item in of_items]], [str(at) for at, _ in of_items])
        self._put(beside, "near", others[items], ["○"])
        self._put(beside, "marked", others[marked], ["▪"])

    def _put(self, map: PlaneMap, layer: str, points: NDArray[Any], glyphs: list[str]) -> None:
        """Marks that are not there yet: each takes a drawing of the map."""
        if not map.display:
            return
        there = self._marks.get((map.id, layer))
        if there is None or there[1] != glyphs or not np.array_equal(there[0], points):
            self._marks[map.id, layer] = points.copy(), glyphs
            map.put(points, glyphs, layer=layer)

    def _many(self, place: Place, rows: int, columns: int) -> Floats | None:
        """Pictures of a way or a grid, in reading order."""
        if self.networks is None or self.networks.decoder is None:
            return None
        match self.shows:
            case "morph":
                codes = place.between(rows * columns)
            case "grid":
                codes = place.among(columns, rows)
            case _:
                window = self.query_one("#own", PlaneMap).window
                if window is None:
                    return None
                x = window.x0 + (np.arange(columns) + 0.5) / columns * window.width
                y = window.y1 - (np.arange(rows) + 0.5) / rows * window.height
                start = place.mean if len(place.mean) > 2 else place.code
                codes = np.stack([place.map.code((float(a), float(b)), start) for b in y for a in x])
        return self.networks.decoder(codes.reshape(rows * columns, -1))

    def _tell(self, near: Near | None = None) -> None:
        """The words below, or in the place of everything."""
        text, view = self.query_one("#told", Static), self._view
        if not self.is_mounted:
            return
        trouble = f"✕ {self._failure}" if self._failure else ""
        loading = view is not None and view.engine in ("starting", "loading")
        waiting = (LOADING if loading else self._progress(view)) if self._waiting else ""
        place = self.place
        if place is None:
            self._told_lines = 0
            text.update(waiting or trouble or ASKING)
            return
        width = self.size.width
        near = near or place.near(NEAREST)
        map = "" if self._map_done is None else self._making(self._map_done)
        told = [lines.number(place, width), lines.nearest(place, near, width)]
        state = trouble or map or waiting
        if self.size.height >= HIGH:
            last = state or fitting(self._state(place, view), width)
            told.append(Content.styled(one_line(last, width), "$text-error" if trouble else lines.QUIET))
        else:
            told = [Content(one_line(state, width)) if state else told[0]]
        # The screen is laid out anew only where it has to be: that takes as long as everything else.
        text.update(Content("\n").join(told), layout=len(told) != self._told_lines)
        self._told_lines = len(told)

    def _making(self, done: float) -> str:
        """What is said while another map is made."""
        from engine.analysis.embedding import METHODS

        return f"{METHODS[self.wished].label} {'begins' if not done else f'{done:.0%}'} …"

    def _progress(self, view: View | None) -> str:
        data = view.data if view else None
        if data is None or not data.total or data.done >= data.total:
            return ASKING
        return f"{data.activity}: {data.done:,} of {data.total:,}"

    def _state(self, place: Place, view: View | None) -> list[str]:
        """The most important first."""
        found = place.found
        run = view.run if view else None
        some = f"{len(found.codes):,} of {found.of:,} {found.part} items" if len(found.codes) < found.of else ""
        parts = [some or f"{found.of:,} {found.part} items", f"weights of epoch {found.epoch:,}"]
        if run is not None and view is not None and view.epoch not in (0, found.epoch, run.last_epoch):
            parts[-1] += f", those of epoch {view.epoch:,} are not kept"
        why = self.networks.why if self.networks and self.networks.decoder is None else ""
        way = "spherical" if found.spherical else "straight"
        ways = {"morph": f"a {way} way from pin 1 to pin 2", "grid": "pins 1, 2 and 3 at the corners"}
        return [ways.get(self.shows) or why or place.map.told, parts[1], parts[0]]


def _source(place: Place, points: Floats, colours: Colouring) -> Points:
    """Items that are pictures are shown as such where there is room."""
    items = place.found.items
    return (
        Points(points, colours) if items is None or not pictured(items.shape[1:]) else Pictured(points, colours, items)
    )
