"""A panel with one long question to the engine: asked when the panel is open, asked anew when it is told to."""

from __future__ import annotations

from threading import Event as Flag
from typing import ClassVar, NamedTuple

from textual import events, on
from textual.containers import Container

from aetui import keymap
from aetui.bridge import Answered, Queried
from aetui.panels.table import View
from aetui.render import numbers
from aetui.render.text import plain
from engine.errors import EngineError
from engine.queries.messages import Answer, Query


class Words(NamedTuple):
    """What such a panel says while it has nothing to show."""

    no_run: str
    not_yet: str
    """There are no weights yet."""
    asking: str
    loading: str
    """TensorFlow is not there yet."""


class Asked(Container):
    """Asks through `Queried` messages, and never waits itself.

    The run that is shown is asked once there are weights, and again when it has come to its end.
    """

    WORDS: ClassVar[Words]
    QUERY: ClassVar[type]
    """Of the question; answers to others are not for it."""

    can_focus = True

    def __init__(self) -> None:
        super().__init__()
        self._view: View | None = None
        self._stamp = 0
        self._waiting = ""
        """What is under way; empty if nothing is."""
        self._failure = ""
        self._going = False
        """Whether the run went on when it was asked: its last epoch answers anew."""
        self._asked_at = 0
        """The newest epoch when it was asked."""
        self._refused = False
        """Whether the answer was that there is none: after a further epoch there may be."""
        self._stopped = Flag()
        """Of the query under way: that nobody wants its answer any more."""
        self._drawn: object = None

    # Of each panel.

    @property
    def has_answer(self) -> bool:
        """Whether what is to be shown has come."""
        raise NotImplementedError

    def query_of(self, run_id: str) -> Query:
        """The question; `_stopped` tells it to stop."""
        raise NotImplementedError

    def take(self, answer: Answer) -> None:
        """What was asked for."""
        raise NotImplementedError

    def forget(self) -> None:
        """Another run is shown."""
        self._stop()
        self._failure = ""

    def ended(self) -> None:
        """The run that answered has come to its end, and is asked again."""

    def _draw(self) -> None:
        raise NotImplementedError

    # Asking.

    def show(self, view: View) -> None:
        """Take the run; another one, or one that has come to its end since it was asked, is asked."""
        before, self._view, run = self._view, view, view.run
        if (before and before.run and before.run.run_id) != (run and run.run_id):
            self.forget()
        if run is not None and run.epochs and not self._waiting:
            ended = self._going and not run.going
            if ended:
                self.ended()
            further = self._refused and run.going and run.last_epoch > self._asked_at
            if ended or (not self.has_answer and (further or not self._failure)):
                self._ask()
        self._draw()

    def on_resize(self, _event: events.Resize) -> None:
        """What has room depends on the size."""
        self._draw()

    def _stop(self) -> None:
        """The engine stops, and whatever it says is not heard any more."""
        self._stopped.set()
        self._stamp += 1
        if self._waiting:
            self.post_message(Queried(self, self._stamp, ()))
        self._waiting = ""

    def _ask(self, waiting: str = "") -> None:
        run = self._view.run if self._view else None
        if run is None or not run.epochs:
            return
        self._stop()
        self._stopped, self._going, self._asked_at = Flag(), run.going, run.last_epoch
        self._failure, self._refused = "", False
        self._waiting = waiting or self.WORDS.asking
        self.post_message(Queried(self, self._stamp, (self.query_of(run.run_id),)))
        self.refresh_bindings()

    @on(Answered)
    def _answered(self, message: Answered) -> None:
        if message.stamp != self._stamp or not isinstance(message.query, self.QUERY):
            return
        self._waiting = ""
        if message.answer is not None:
            self.take(message.answer)
        else:
            error = message.error
            self._refused = True
            self._failure = plain(error.message if isinstance(error, EngineError) else str(error))
        self._draw()
        self.refresh_bindings()

    def _progress(self, view: View, stops: str) -> str:
        """How far the answer is; the action `stops` stops it."""
        if view.engine in ("starting", "loading"):
            return self.WORDS.loading
        data = view.data
        far = f" {numbers.progress(data.done, data.total, data.unit)}" if data is not None and data.total else ""
        return f"{plain(data.activity) if data is not None else self._waiting}{far} · {self._key(stops)} stops"

    def _missing(self, view: View, stops: str) -> str:
        """Why there is nothing to show, or nothing newer; empty if there is nothing to say."""
        if view.run is None:
            return self.WORDS.no_run
        if self._waiting:
            return self._progress(view, stops)
        if self._failure:
            return f"✕ {self._failure}"
        if not self.has_answer:
            return self.WORDS.asking if view.run.epochs else self.WORDS.not_yet
        return ""

    def _key(self, action: str) -> str:
        return keymap.first_key(keymap.BY_ID[action], getattr(self.app, "key_overrides", {}))
