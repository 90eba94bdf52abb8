"""The ratings panel: type a user and see what they may like, and what the model says to what they rated."""

from __future__ import annotations

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.content import Content
from textual.widgets import Input, Static

from aetui.bridge import Answered, Queried
from aetui.panels.sentence_field import SentenceField
from aetui.panels.sentences import LOADING
from aetui.panels.table import View
from aetui.render.recommended import page
from aetui.render.text import plain
from aetui.state.run_state import RunState
from aetui.taking import of_ratings
from aetui.taking.taken import Taken
from aetui.widgets.capped_input import CappedInput
from aetui.widgets.scroller import Scroller
from engine.errors import EngineError
from engine.queries.messages import Recommend, Recommendations

NO_RUN = "There is no run yet. Train the model (t); then type a user above and press enter."
HINT = "Type a user as the data name them and press enter: what they may like, beside what they rated."
ASKING = "asking …"
COUNT = 100
"""Items to ask for."""


class UserField(SentenceField):
    """One line to type a user into; up and down scroll the answer meanwhile."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is no other field, and one way of asking."""
        return action not in ("other_field", "next_way") and super().check_action(action, parameters)


class Ratings(Container):
    """Asks through `Queried` messages and takes `Answered` ones; never waits itself."""

    DEFAULT_CSS = """
    Ratings { layout: vertical; }
    Ratings > Horizontal { height: 1; }
    Ratings > Horizontal > Static { width: 2; color: $accent; }
    Ratings > Horizontal > UserField { width: 1fr; background: $panel; }
    Ratings > #complaint { display: none; color: $error; height: auto; max-height: 3; }
    Ratings > Scroller { height: 1fr; margin-top: 1; scrollbar-gutter: stable; scrollbar-size-vertical: 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.answer: Recommendations | None = None
        self._run: RunState | None = None
        self._view: View | None = None
        self._waiting = False
        self._stamp = 0

    def compose(self) -> ComposeResult:
        """The field, what is wrong with what stands in it, the answer."""
        with Horizontal():
            yield Static("/")
            yield UserField("type a user and press enter: what they may like", id="first")
        yield Static(id="complaint")
        with Scroller():
            yield Static()

    @property
    def first(self) -> UserField:
        """The field to begin in."""
        return self.query_one("#first", UserField)

    def on_mount(self) -> None:
        """Say what can be done here."""
        self._draw()

    def on_resize(self, _event: events.Resize) -> None:
        """Whether both tables stand beside each other depends on the width."""
        self._draw()

    def show(self, view: View) -> None:
        """Take the run; the answer of another one is forgotten."""
        before, self._run, self._view = self._run, view.run, view
        if (before and before.run_id) != (view.run and view.run.run_id):
            self._forget()
        self._draw()

    def taken(self, view: View) -> Taken:
        """What was answered."""
        return of_ratings.recommended(view, self.answer)

    def _forget(self) -> None:
        """Also an answer that is still to come."""
        self._stamp += 1
        if self._waiting:
            self.post_message(Queried(self, self._stamp, ()))
        self.answer, self._waiting = None, False
        self._complain("")

    @on(Input.Submitted)
    def _submitted(self, message: Input.Submitted) -> None:
        message.stop()
        user = self.first.value.strip()
        self._forget()
        if self._run is None:
            self._complain(NO_RUN)
        elif not user:
            self._complain("type a user first")
        else:
            self._waiting = True
            query = Recommend(run_id=self._run.run_id, user=user, count=COUNT)
            self.post_message(Queried(self, self._stamp, (query,)))
            self.query_one(Scroller).scroll_home(animate=False)
        self._draw()

    @on(Answered)
    def _answered(self, message: Answered) -> None:
        if message.stamp != self._stamp:
            return
        self._waiting = False
        if message.error is None:
            self.answer = message.answer
        else:
            error = message.error
            self._complain(error.message if isinstance(error, EngineError) else str(error) or type(error).__name__)
        self._draw()

    def _complain(self, text: str) -> None:
        complaint = self.query_one("#complaint", Static)
        complaint.update(Content(f"✕ {plain(text)}" if text else ""))
        complaint.display = bool(text)

    @on(CappedInput.Cut)
    def _cut(self, message: CappedInput.Cut) -> None:
        message.stop()
        self._complain(message.text)

    @on(SentenceField.Scrolled)
    def _scrolled(self, message: SentenceField.Scrolled) -> None:
        message.stop()
        self.query_one(Scroller).action_move(message.by)

    def _draw(self) -> None:
        if not self.is_mounted or not self.size:
            return
        shown = self.query_one(Scroller).query_one(Static)
        if self.answer is not None:
            shown.update(Content("\n").join(page(self.answer, max(1, self.size.width - 1))))
        elif self._waiting:
            engine = self._view.engine if self._view else "ready"
            shown.update(LOADING if engine in ("starting", "loading") else ASKING)
        else:
            shown.update(NO_RUN if self._run is None else HINT)
