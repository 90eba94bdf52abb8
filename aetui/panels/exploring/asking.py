"""Asking the engine for what the explorer works with: codes of items, networks; and again while a run trains."""

from __future__ import annotations

from time import monotonic

import numpy as np
from numpy.typing import NDArray
from textual import on
from textual.containers import Container

from aetui.bridge import Answered, Queried
from aetui.panels.exploring.colours import Colour
from aetui.panels.exploring.place import Place
from aetui.panels.items import shown
from aetui.panels.table import View
from aetui.render.text import plain as one_line
from engine.errors import EngineError
from engine.queries.messages import Decode, Explore, Explored, Images, Networks, PartName, PlainNetworks
from engine.queries.messages.explore import MOST

LIVE_SECONDS = 5.0
"""From one look at a run that trains to the next."""

Floats = NDArray[np.float32]


class Asking(Container):
    """Knows where one stands and what has come; drawing is left to those who have something to draw on."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, classes="-empty")
        self.place: Place | None = None
        self.networks: PlainNetworks | None = None
        self.shows = "here"
        """Or "morph", "grid", "manifold": what stands in the place of the picture of the crosshair."""
        self.method = self.wished = "plane"
        """How the maps were made that are shown, and how those that were asked for last."""
        self.colour: Colour = "class"
        self.clusters: NDArray[np.int64] | None = None
        self.on_beside = False
        """Whether keys move on the map beside."""
        self.page = 0
        self._view: View | None = None
        self._stamp = 0
        self._waiting: set[type] = set()
        self._failure = ""
        self._map_done: float | None = None
        self._map_stamp = 0
        self._asked_at = 0.0
        self._asked_epoch = 0
        self._part: PartName | None = None
        self._most = MOST
        self.output: Floats | None = None
        """The item that is decoded here."""
        self._decoding: Floats | None = None
        """The code that the engine is to decode."""
        self._output_of: Floats | None = None
        """The one that it decoded last."""

    def _draw_all(self) -> None:
        """Everything is another now."""

    def _tell(self) -> None:
        """What is said in words may be another."""

    def _first_found(self) -> None:
        """The first items of a run are there."""

    def _show_maps(self, place: Place, points: tuple[Floats, Floats] | None) -> None:
        """Items at these places of the two maps; None: where components have them."""

    def show(self, view: View) -> None:
        """Take the run; one that trains is asked again after an epoch."""
        before, self._view, run = self._view, view, view.run
        if (before and before.run and before.run.run_id) != (run and run.run_id):
            self.forget()
        if run is None or not run.epochs:
            return
        nothing = self.place is None and not self._failure
        newer = run.last_epoch > self._asked_epoch and (run.going or (before and before.run and before.run.going))
        if not self._waiting and (nothing or (newer and monotonic() - self._asked_at > LIVE_SECONDS)):
            self.ask()
        self._tell()

    def ask(self) -> None:
        """Ask for codes and networks."""
        run = self._view.run if self._view else None
        if run is None or not run.epochs:
            return
        self._stamp += 1
        stamp = self._stamp
        self._waiting, self._failure = {Explore, Networks}, ""
        self._asked_at, self._asked_epoch = monotonic(), run.last_epoch

        def wanted() -> bool:
            return stamp == self._stamp

        codes = Explore(run_id=run.run_id, part=self._part, most=self._most, wanted=wanted)
        self.post_message(Queried(self, stamp, (Networks(run_id=run.run_id), codes)))
        self._tell()

    def forget(self) -> None:
        """Also answers and maps that are still to come."""
        self._stamp += 1
        self._give_up_map()
        if self._waiting:
            self.post_message(Queried(self, self._stamp, ()))
        self.place = self.networks = self.clusters = self.output = None
        self._decoding = self._output_of = None
        self._waiting, self._failure, self.shows = set(), "", "here"
        self.method = self.wished = "plane"
        self._part, self._most, self.page, self.on_beside = None, MOST, 0, False
        self.set_class(True, "-empty")

    def _give_up_map(self) -> None:
        """The map that is being made is not shown any more."""
        self._map_stamp += 1
        self._map_done = None

    @on(Answered)
    def _answered(self, message: Answered) -> None:
        message.stop()
        if message.stamp != self._stamp:
            return
        answer, error = message.answer, message.error
        self._waiting.discard(type(message.query))
        if isinstance(message.query, Decode):
            self._decoded(answer)
        if error is not None:
            self._failure = one_line(error.message if isinstance(error, EngineError) else str(error))
        elif isinstance(answer, PlainNetworks):
            self.networks = answer
        elif isinstance(answer, Explored):
            self._found(answer)
        self._draw_all()

    def _found(self, answer: Explored) -> None:
        before = self.place
        self.place = before.again(answer) if before else Place(answer)
        same = before is not None and len(before.found.codes) == len(answer.codes)
        if before is None or before.found.part != answer.part or not same:
            self._give_up_map()
            self.clusters, self.method, self.wished = None, "plane", "plane"
        elif self.method != "plane":
            own, beside = (np.asarray(each.points, np.float32) for each in (before.map, before.beside))
            self._show_maps(self.place, (own, beside))
        if self.colour == "class" and answer.labels is None:
            self.colour = "error"
        self.set_class(False, "-empty")
        if before is None:
            self._first_found()

    def _decode(self, place: Place) -> None:
        """Have what lies here: at once where NumPy runs the decoder, else from the engine as soon as it can."""
        networks, view = self.networks, self._view
        if networks is None or networks.code_size != len(place.code) or view is None or view.run is None:
            return
        if networks.decoder is not None:
            self.output = networks.decoder(place.code[None])[0]
        elif self._decoding is None and not self._is_output_of(place.code) and _told_by_numbers(place, view):
            self._decoding = place.code.copy()
            query = Decode(run_id=view.run.run_id, codes=self._decoding[None])
            self.post_message(Queried(self, self._stamp, (query,)))

    def _is_output_of(self, code: Floats) -> bool:
        return self._output_of is not None and np.array_equal(self._output_of, code)

    def _decoded(self, answer: object) -> None:
        """By the engine: where one has moved on meanwhile, drawing asks again."""
        self._output_of, self._decoding = self._decoding, None
        if isinstance(answer, Images):
            self.output = answer.images[0]


def _told_by_numbers(place: Place, view: View) -> bool:
    """Whether the numbers of an item tell people anything; those of a sentence do not."""
    items = place.found.items
    return (items is not None and items.ndim == 4) or shown(view) is not None
