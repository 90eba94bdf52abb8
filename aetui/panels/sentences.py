"""The sentences panel: type one and see its nearest, type two and see their cosine; and what an epoch is worth."""

from __future__ import annotations

from typing import NamedTuple

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from aetui import keymap
from aetui.bridge import Answered, Queried
from aetui.panels.sentence_overview import SentenceOverview
from aetui.panels.sentence_queries import Answers, queries
from aetui.panels.table import View
from aetui.render import numbers
from aetui.render.text import plain
from aetui.render.words import Page, page
from aetui.state.run_state import RunState
from aetui.taking import of_words
from aetui.taking.taken import Taken
from aetui.widgets.capped_input import CappedInput
from aetui.widgets.scroller import Scroller
from engine.errors import EngineError, RunError, UsageError
from engine.events import DataProgress

NO_RUN = "There is no run yet. Train the sentence model (t); then type a sentence above and press enter."
NOT_YET = "Cosines and readings appear after the first epoch; sentences can be asked as soon as there are weights."
NOT_KEPT = "Of this epoch no sentences were kept; type one above and press enter to ask the newest weights."
OURS = "this run"
EMPTY = "type a sentence first"
LOADING = "TensorFlow is loading; the answer comes when it is there"
TALL = 30
"""Rows from which the overview stands below the answers."""
LOW = 12
"""Rows below which nothing is left empty."""
OVERVIEW = 14
"""Rows of the overview below the answers."""
BAR = 20


class Started(NamedTuple):
    """Where something was when it was first heard of, for its rate."""

    at: float
    done: int


class SentenceField(CappedInput):
    """One line to type a sentence into; up and down scroll the answers meanwhile."""

    DEFAULT_CSS = """
    SentenceField { width: 1fr; background: $panel; }
    SentenceField:focus { background-tint: $foreground 8%; }
    App:nocolor SentenceField:focus { text-style: underline; }
    """

    BINDINGS = keymap.bindings("sentences")

    class Scrolled(Message):
        """The answers are to move so many lines."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    def action_scroll_answers(self, by: int) -> None:
        """Have the answers moved by `by` lines, down if positive; the caret stays where it is."""
        self.post_message(self.Scrolled(by))

    def action_other_field(self) -> None:
        """Focus at once, where `Widget.focus` would wait: the next key may be there already."""
        others = (field for field in self.screen.query(SentenceField) if field is not self)
        self.screen.set_focus(next(others))


class Sentences(Container):
    """Asks through `Queried` messages and takes `Answered` ones; never waits itself."""

    DEFAULT_CSS = """
    Sentences { layout: vertical; }
    Sentences > Horizontal { height: 1; }
    Sentences > Horizontal > Static { width: 2; color: $accent; }
    Sentences > #complaint { display: none; color: $error; height: auto; max-height: 3; }
    Sentences > Scroller { display: none; height: 1fr; margin-top: 1; }
    Sentences > Scroller { scrollbar-gutter: stable; scrollbar-size-vertical: 1; }
    Sentences.-low > Scroller { margin-top: 0; }
    Sentences > SentenceOverview { margin-top: 1; }
    Sentences.-low > SentenceOverview { margin-top: 0; }
    Sentences.-answered > Scroller { display: block; }
    Sentences.-answered > SentenceOverview { display: none; }
    Sentences.-answered.-tall > SentenceOverview { display: block; height: 14; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.beside: tuple[str, str] | None = None
        """Id and name of the run that is asked the same."""
        self.answers: dict[str, Answers] = {}
        """By run id, ours first."""
        self._run: RunState | None = None
        self._texts = ("", "")
        self._stamp = 0
        self._view: View | None = None
        self._started: dict[tuple[str, str], Started] = {}
        self._data: DataProgress | None = None
        self._drawn: object = None

    def compose(self) -> ComposeResult:
        """The two fields, what is wrong with a sentence, the answers, and the overview of the epoch."""
        with Horizontal():
            yield Static("/")
            yield SentenceField("type a sentence and press enter: what lies nearest to it", id="first")
        with Horizontal():
            yield Static("≈")
            yield SentenceField("a second one: how like the two are", id="second")
        yield Static(id="complaint")
        with Scroller():
            yield Static()
        yield SentenceOverview()

    @property
    def first(self) -> SentenceField:
        """The field to begin in."""
        return self.query_one("#first", SentenceField)

    def on_resize(self, event: events.Resize) -> None:
        """Whether the overview stays below the answers, and what is left empty, depends on the height."""
        self.set_class(event.size.height >= TALL, "-tall")
        self.set_class(event.size.height < LOW, "-low")
        self._draw()

    # The run.

    def show(self, view: View) -> None:
        """Take the run and how far its answers are; those of another run than before are forgotten."""
        before, self._run, self._view = self._run, view.run, view
        if (before and before.run_id) != (view.run and view.run.run_id):
            self._forget()
        if view.data is not None and view.data is not self._data:
            self._data = view.data
            self._started.setdefault((view.data.run_id, view.data.activity), Started(view.data.at, view.data.done))
        metrics = view.run.metrics if view.run else {}
        self.query_one(SentenceOverview).show(view.samples, self._instead(view), metrics)
        self._draw()

    def taken(self, view: View) -> Taken:
        """What was asked and answered; before that, what the epoch says by itself."""
        return of_words.sentences(view, list(self.answers.values()))

    def _instead(self, view: View) -> str:
        """What stands in place of the overview."""
        run, samples = view.run, view.samples
        if run is None:
            return NO_RUN
        if samples is None:
            return view.missing or NOT_YET
        return "" if view.views.keys() & {"cosines", "sentences"} else NOT_KEPT

    def _forget(self) -> None:
        """Another run: what the one before said goes."""
        self.beside = None
        self._complain("")
        self._forget_answers()

    # Asking.

    @on(Input.Submitted)
    def _submitted(self, message: Input.Submitted) -> None:
        message.stop()
        first, second = (self.query_one(f"#{name}", SentenceField).value.strip() for name in ("first", "second"))
        run, self._texts = self._run, (first, second)
        if run is None:
            self._complain(NO_RUN)
        elif not first:
            self._forget_answers()
            self._complain(EMPTY)
            self.first.focus()
        else:
            self._query_all(run)

    def _forget_answers(self) -> None:
        """Also those that are still to come."""
        self._stamp += 1
        if self.answers:
            self.post_message(Queried(self, self._stamp, ()))
        self.answers, self._started = {}, {}
        self._draw()

    def _query_all(self, run: RunState) -> None:
        self._forget_answers()
        self._complain("")
        self._query(run.run_id, OURS)
        if self.beside:
            self._query(*self.beside)

    def _query(self, run_id: str, name: str) -> None:
        first, second = self._texts
        self.answers[run_id] = Answers(run_id, name, pair=bool(second))
        self.post_message(Queried(self, self._stamp, queries(run_id, first, second)))
        self.query_one(Scroller).scroll_home(animate=False)
        self._draw()

    def put_beside(self, other: tuple[str, str] | None) -> None:
        """Have the run with this id and name asked too, in the place of the averaged vectors; None: no other."""
        if self.beside:
            self.answers.pop(self.beside[0], None)
        self.beside = other
        if other and self.answers:
            self._query(*other)
        self._draw()

    @on(Answered)
    def _answered(self, message: Answered) -> None:
        run_id, error = message.query.run_id, message.error
        answers = self.answers.get(run_id)
        if message.stamp != self._stamp or answers is None:
            return
        if error is None:
            self.answers[run_id] = answers.with_answer(message.query, message.answer)
        else:
            ours = self._run is not None and run_id == self._run.run_id
            # What is wrong with the sentence is said at its field; what is wrong with a run, in its column.
            at_field = ours and isinstance(error, UsageError)
            if at_field:
                self._complain(_reason(error))
            self.answers[run_id] = answers.with_failure("" if at_field else _reason(error))
        self._draw()

    def _complain(self, text: str) -> None:
        complaint = self.query_one("#complaint", Static)
        complaint.update(Content(f"✕ {plain(text)}" if text else ""))
        complaint.display = bool(text)

    @on(CappedInput.Cut)
    def _cut(self, message: CappedInput.Cut) -> None:
        message.stop()
        self._complain(message.text)

    # Keys.

    @on(SentenceField.Scrolled)
    def _scrolled(self, message: SentenceField.Scrolled) -> None:
        message.stop()
        self.query_one(Scroller).action_move(message.by)

    # Drawing.

    def _draw(self) -> None:
        if not self.is_mounted:
            return
        ours = self.answers.get(self._run.run_id) if self._run else None
        self.set_class(ours is not None, "-answered")
        if ours is None or not self.size:
            return
        other = self.answers.get(self.beside[0]) if self.beside else None
        shown = Page(ours, other, self._waiting(ours), self._waiting(other))
        what = shown, self.size
        if what != self._drawn:
            self._drawn = what
            above = 2 if self.has_class("-low") else 3
            below = OVERVIEW + 1 if self.has_class("-tall") else 0
            lines = page(shown, (max(1, self.size.width - 1), self.size.height - above - below))
            self.query_one(Scroller).query_one(Static).update(Content("\n").join(lines))

    def _waiting(self, answers: Answers | None) -> str:
        """What keeps the answers."""
        if answers is None or not answers.waiting or self._view is None:
            return ""
        if self._view.engine in ("starting", "loading"):
            return LOADING
        data = self._data
        started = self._started.get((data.run_id, data.activity)) if data else None
        if data is None or started is None or data.run_id != answers.run_id or 0 < data.total <= data.done:
            return "asking …"
        return progress_line(data, started)


def progress_line(data: DataProgress, started: Started) -> str:
    """How far it is: activity, bar, counts, rate and time left, as far as these are known."""
    if not data.total:
        return f"{plain(data.activity)} …"
    share = min(1.0, data.done / data.total)
    bar = "━" * round(share * BAR) + "─" * (BAR - round(share * BAR))
    text = f"{plain(data.activity)} {bar} {numbers.progress(data.done, data.total, data.unit)}"
    seconds, done = data.at - started.at, data.done - started.done
    if seconds <= 0 or done <= 0:
        return text
    left = numbers.duration((data.total - data.done) * seconds / done)
    speed = numbers.size(done / seconds) if data.unit == "B" else f"{float(f'{done / seconds:.3g}'):,.10g}"
    return f"{text} · {speed} a second · {left} left"


def _reason(error: BaseException) -> str:
    """In words, on one line."""
    if isinstance(error, RunError) or not isinstance(error, EngineError):
        return plain(str(error) or type(error).__name__)
    return plain(error.message)
