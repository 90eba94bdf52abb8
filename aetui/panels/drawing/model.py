"""The model that a drawing is shown to: its networks as NumPy runs them, else its engine is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

import numpy as np
from textual.widget import Widget

from aetui.bridge import Answered, Queried
from aetui.panels.drawing.answers import (
    Answer,
    Drawing,
    Halves,
    Neighbours,
    answered,
    ask,
    neighbours_of,
    of_codes,
)
from aetui.panels.drawing.newest import Newest
from aetui.panels.drawing.shelf import Shelf
from aetui.render import numbers
from aetui.render.text import plain
from aetui.state.run_state import RunState
from engine.errors import EngineError
from engine.queries.messages import Codes, Encode, Networks, PlainNetworks, Reconstruct, Reconstruction

if TYPE_CHECKING:
    from numpy.typing import NDArray

ITEMS_SECONDS = 5.0
"""From one encoding of the real items to the next while a run goes on."""


OFTEN_SECONDS, SELDOM_SECONDS = 0.5, 5.0
"""From one question for networks to the next: of a run that trains here, whose epochs may be short, and of one whose
weights are read from its folder."""

_Asked = tuple[int, Drawing, Halves, Neighbours | None]
_Came = tuple[int, Answer, str, Neighbours | None]
"""With whose answer it is: the run's stamp, the weights' version, and the items."""


class Model:
    """Of one run after the other. Calls `heard` on the screen's thread whenever there is something new."""

    def __init__(self, owner: Widget, heard: Callable[[], None], again: Callable[[], None]) -> None:
        """`owner` asks the engine, and hands its answers to `hear`; `again` has it look whether there is something to
        ask."""
        self._owner = owner
        self._heard = heard
        self._again = again
        self._newest: Newest[_Asked, _Came] = Newest(owner, _worked, self._came)
        self.forget(0)

    def forget(self, stamp: int) -> None:
        """The run that was asked; answers of other stamps count no more."""
        self._stamp = stamp
        self.networks: PlainNetworks | None = None
        self.answer: Answer | None = None
        self.neighbours: Neighbours | None = None
        self.failure = ""
        self._halves: Halves | None = None
        self._asking = False
        self._asked_at = 0
        """The epoch after which it was asked."""
        self._asked_when = 0.0
        self._later = False
        self._going = False
        self._shelf: Shelf | None = None
        self._encoding = False
        self._encoded_at = -ITEMS_SECONDS
        self._waits: Drawing | None = None
        self._at_work: Drawing | None = None
        self._answered_by: tuple[str, Neighbours | None] = ("", None)
        self._run_id = ""

    # What is known of it.

    @property
    def shape(self) -> tuple[int, ...]:
        """Of an item; () while nobody has told."""
        return self.networks.shape if self.networks else ()

    @property
    def noise(self) -> str:
        """What it learned to take away; empty where it saw clean items."""
        return self.networks.noise if self.networks else ""

    @property
    def epoch(self) -> int:
        """Of the weights."""
        return self.networks.epoch if self.networks else 0

    def told(self, run: RunState | None) -> str:
        """Whose weights answer."""
        if self.networks is None:
            return ""
        how = "" if self._halves else ", asked of the engine"
        best = ", the best" if self.networks.weights == "best" else ""
        still = f" of {numbers.count(run.last_epoch)}" if run and run.last_epoch != self.epoch and not best else ""
        return f"epoch {numbers.count(self.epoch)}{still}{best}{how}"

    # Its networks.

    def wanted(self, run: RunState) -> Networks | None:
        """The question for networks, if they are not there, or are of weights that are over; once at a time."""
        if self._asking:
            return None
        ended = self._going and not run.going
        further = run.going and run.last_epoch > max(self.epoch, self._asked_at)
        first = self.networks is None and (not self.failure or run.last_epoch > self._asked_at)
        now = monotonic()
        soon = now - self._asked_when < (SELDOM_SECONDS if run.elsewhere else OFTEN_SECONDS)
        if further and soon and not first and not ended and not self._later:
            self._later = True
            self._owner.set_timer(SELDOM_SECONDS if run.elsewhere else OFTEN_SECONDS, partial(self._look, self._stamp))
        if not (first or ended or (further and self.networks is not None and not soon)):
            return None
        self._asking, self._going, self._asked_at, self._asked_when = True, run.going, run.last_epoch, now
        return Networks(run_id=run.run_id)

    def _look(self, stamp: int) -> None:
        """An epoch came too soon after the one before to be asked about: it may be the last for a while."""
        if stamp == self._stamp:
            self._later = False
            self._again()

    def hear(self, message: Answered) -> None:
        """An answer of the engine, or why there is none."""
        query, answer = message.query, message.answer
        failure = reason(message.error)
        if isinstance(query, Networks):
            self._asking = False
            self.failure = failure
            if isinstance(answer, PlainNetworks):
                self._take(query.run_id, answer)
        elif isinstance(query, Reconstruct):
            self._engine_answered(query, answer, failure)
        elif isinstance(query, Encode):
            self._encoding = False
            if isinstance(answer, Codes):
                self._engine_encoded(answer)
        self._heard()

    def _take(self, run_id: str, networks: PlainNetworks) -> None:
        self._run_id, self.networks = run_id, networks
        encoder, decoder = networks.encoder, networks.decoder
        both = encoder is not None and decoder is not None
        self._halves = Halves(encoder, decoder, networks.version) if both else None  # type: ignore[arg-type]
        self._encode_items()

    # What it makes of drawings.

    def stale(self, changes: int) -> bool:
        """Whether what it said is of another drawing than that after so many `changes`, or of other weights."""
        version, items = self._answered_by
        if self.answer is None or self.networks is None:
            return True
        return self.answer.changes != changes or version != self.networks.version or items is not self.neighbours

    def ask(self, drawing: Drawing) -> None:
        """Answer `drawing`, unless a newer one comes before."""
        if self._halves is not None:
            self._newest.ask((self._stamp, drawing, self._halves, self.neighbours))
        elif self.networks is not None and (self._at_work is None or self._at_work.changes != drawing.changes):
            self._waits = drawing
            self._ask_engine()

    def _came(self, of: _Came) -> None:
        stamp, answer = of[:2]
        if stamp == self._stamp:
            self.answer, self._answered_by = answer, (of[2], of[3])
            self._heard()

    def _ask_engine(self) -> None:
        """One drawing at a time; meanwhile only the newest waits."""
        if self._at_work is not None or self._waits is None:
            return
        self._at_work, self._waits = self._waits, None
        query = Reconstruct(run_id=self._run_id, inputs=self._at_work.seen[None], noise=False)
        self._owner.post_message(Queried(self._owner, self._stamp, (query,)))

    def _engine_answered(self, query: Reconstruct, answer: object, failure: str) -> None:
        drawing, self._at_work = self._at_work, None
        self.failure = failure
        if drawing is not None and isinstance(answer, Reconstruction) and self.networks is not None:
            version = self.networks.version
            code = answer.codes[0].reshape(-1)
            self.answer = answered(drawing, answer.outputs[0], code, self.neighbours, version)
            self._answered_by = version, self.neighbours
        self._ask_engine()

    # Real items beside it.

    def compare_with(self, shelf: Shelf | None) -> None:
        """Look for the items near a drawing among these."""
        self._shelf = shelf
        self._encode_items()

    def _encode_items(self) -> None:
        """With the newest weights, of a run that goes on every few seconds; one set at a time."""
        networks, shelf = self.networks, self._shelf
        if networks is None or shelf is None or self._encoding or not len(shelf.items):
            return
        if self.neighbours is not None and self.neighbours.version == networks.version:
            return
        wait = self._encoded_at + ITEMS_SECONDS - monotonic()
        self._encoding = True
        if wait > 0:
            self._owner.set_timer(wait, partial(self._encode_now, self._stamp))
        else:
            self._encode_now(self._stamp)

    def _encode_now(self, stamp: int) -> None:
        networks, shelf = self.networks, self._shelf
        if stamp != self._stamp or networks is None or shelf is None:
            return
        self._encoded_at = monotonic()
        if self._halves is not None:
            self._owner.run_worker(self._encoded(stamp, shelf, self._halves), group="items", exclusive=True)
        else:
            query = Encode(run_id=self._run_id, inputs=shelf.items)
            self._owner.post_message(Queried(self._owner, self._stamp, (query,)))

    async def _encoded(self, stamp: int, shelf: Shelf, halves: Halves) -> None:
        def wanted() -> bool:
            return stamp == self._stamp and self._owner.is_attached

        found = await asyncio.to_thread(neighbours_of, shelf.items, halves.encode, halves.version, wanted)
        if wanted():
            self._encoding = False
            self._with_items(found)

    def _engine_encoded(self, answer: Codes) -> None:
        shelf, networks = self._shelf, self.networks
        if shelf is not None and networks is not None and len(answer.codes) == len(shelf.items):
            places: NDArray[np.int64] = np.arange(len(shelf.items))
            self._with_items(of_codes(answer.codes, places, None, networks.version))

    def _with_items(self, found: Neighbours | None) -> None:
        self.neighbours = found
        self._heard()
        self._encode_items()  # the weights may have gone on meanwhile


def _worked(asked: _Asked) -> _Came:
    stamp, drawing, halves, neighbours = asked
    return stamp, ask(drawing, halves, neighbours), halves.version, neighbours


def reason(error: BaseException | None) -> str:
    """Why there is no answer, for people; empty where there is one."""
    if error is None:
        return ""
    return plain(error.message if isinstance(error, EngineError) else str(error))
