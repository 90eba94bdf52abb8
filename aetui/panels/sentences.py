"""The sentences panel: nearest sentences, walks, clusters and pairs of a file; and what an epoch is worth."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Input, Static

from aetui.bridge import Answered, Queried
from aetui.panels.sentence_field import SentenceField
from aetui.panels.sentence_overview import SentenceOverview
from aetui.panels.sentence_queries import TYPED, UNKEPT, WAYS, Answers, Question, asked, way_of
from aetui.panels.table import View
from aetui.render import numbers
from aetui.render.text import plain
from aetui.render.words import Page, page, ways_line
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
REST_SECONDS = 0.3
"""How long the cursor of the chart rests before its epoch is asked: it is moved through many."""
BROAD = 100
"""Columns from which all ways of asking are named."""
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


class Sentences(Container):
    """Asks through `Queried` messages and takes `Answered` ones; never waits itself."""

    DEFAULT_CSS = """
    Sentences { layout: vertical; }
    Sentences > Horizontal { height: 1; }
    Sentences > Horizontal > Static { width: 2; color: $accent; }
    Sentences > Horizontal > #way { width: auto; margin-left: 1; color: $text-muted; }
    Sentences > #complaint { display: none; color: $error; height: auto; max-height: 3; }
    Sentences > Scroller { display: none; height: 1fr; margin-top: 1; }
    Sentences > Scroller { scrollbar-gutter: stable; scrollbar-size-vertical: 1; }
    Sentences.-low > Scroller { margin-top: 0; }
    Sentences > SentenceOverview { margin-top: 1; }
    Sentences.-low > SentenceOverview { margin-top: 0; }
    Sentences.-answered > Scroller { display: block; }
    Sentences.-answered > SentenceOverview { display: none; }
    Sentences.-answered.-tall > SentenceOverview { display: block; height: 14; }
    Sentences.-answered.-alone > SentenceOverview { display: none; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.beside: tuple[str, str] | None = None
        """Id and name of the run that is asked the same."""
        self._answers: dict[str, dict[str, Answers]] = {}
        """By way of asking and run id."""
        self._question = Question()
        """The way of asking, and what the user chose in each."""
        self._epoch = 0
        """The one under the cursor of the chart; 0: the newest."""
        self._rest: Timer | None = None
        self._run: RunState | None = None
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
            yield Static(id="way")
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
        """Take the run, the epoch under the cursor and how far answers are; those of another run are forgotten."""
        before, self._run, self._view = self._run, view.run, view
        if (before and before.run_id) != (view.run and view.run.run_id):
            self._forget()
        if view.data is not None and view.data is not self._data:
            self._data = view.data
            self._started.setdefault((view.data.run_id, view.data.activity), Started(view.data.at, view.data.done))
        metrics = view.run.metrics if view.run else {}
        self.query_one(SentenceOverview).show(view.samples, self._instead(view), metrics)
        self._follow(0 if view.run is None or view.epoch == view.run.last_epoch else view.epoch)
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
        self.beside, self._epoch = None, 0
        self._complain("")
        self.stop()
        self._answers.clear()
        self._draw()

    def _follow(self, epoch: int) -> None:
        """The cursor of the chart is at this epoch now; 0: at the newest. When it rests, what is quickly answered is
        asked again."""
        if epoch == self._epoch:
            return
        self._epoch = epoch
        if self._rest is not None:
            self._rest.stop()
        self._rest = self.set_timer(REST_SECONDS, self._ask_of_epoch)

    def _ask_of_epoch(self) -> None:
        run, answers = self._run, self.answers
        ours = answers.get(run.run_id) if run else None
        if run is None or ours is None or ours.question.way != "nearest" or ours.question.epoch == self._epoch:
            return
        others = [other for other in answers.values() if other is not ours]
        self._forget_answers()
        self._query(run.run_id, OURS, replace(ours.question, epoch=self._epoch, quick=True))
        for other in others:
            if other.waiting:
                self._query(other.run_id, other.name, other.question)
            else:
                answers[other.run_id] = other
        self._draw()

    # Asking.

    @property
    def answers(self) -> dict[str, Answers]:
        """Of the way of asking that is shown: by run id, ours first."""
        return self._answers.setdefault(self._question.way, {})

    @property
    def waiting(self) -> bool:
        """Whether an answer is still to come."""
        return any(each.waiting for answers in self._answers.values() for each in answers.values())

    @on(Input.Submitted)
    def _submitted(self, message: Input.Submitted) -> None:
        message.stop()
        self._ask()

    def go(self, question: Question) -> None:
        """Ask in the way of `question` from now on; what stands in the fields is taken from there."""
        kept = self._question
        if question.way == "pairs":
            kept = replace(kept, pairs=question.pairs, file=question.file)
        self._question = replace(kept, way=question.way, steps=question.steps, clusters=question.clusters)
        self._ask()

    def turn(self) -> str:
        """Show the next way of asking, with what was answered in it before; returns what it is for."""
        ways = list(WAYS)
        way = ways[(ways.index(self._question.way) + 1) % len(ways)]
        self._question = replace(self._question, way=way)
        self._complain("")
        self.query_one(Scroller).scroll_home(animate=False)
        self._draw()
        return f"{way}: {WAYS[way]}"

    def stop(self, *, drop: bool = True) -> None:
        """Want no longer what is not answered yet. What `drop` leaves is brought to its end: the next sentence finds
        the codes of the corpus."""
        self._stamp += 1
        self.post_message(Queried(self, self._stamp, (), stop=drop))
        for answers in self._answers.values():
            for run_id in [run_id for run_id, each in answers.items() if each.waiting]:
                del answers[run_id]
        self._started = {}
        self._draw()

    def _ask(self) -> None:
        first, second = (self.query_one(f"#{name}", SentenceField).value.strip() for name in ("first", "second"))
        run = self._run
        question = replace(self._question, first=first, second=second, epoch=self._epoch, quick=False)
        fault = NO_RUN if run is None else question.missing
        if run is None or fault:
            self._forget_answers()
            self._complain(fault)
            if run is not None and question.way in TYPED:
                self.screen.set_focus(self.query_one("#second" if first else "#first", SentenceField))
            return
        self._forget_answers()
        self._complain("")
        self._query(run.run_id, OURS, question)
        if self.beside and question.way == "nearest":
            self._query(*self.beside, replace(question, epoch=0))

    def _forget_answers(self) -> None:
        """Those shown, and all that are still to come."""
        drop = any(each.waiting for way in UNKEPT for each in self._answers.get(way, {}).values())
        if self.waiting or self.answers:
            self.stop(drop=drop)
        self.answers.clear()

    def _query(self, run_id: str, name: str, question: Question) -> None:
        self.answers[run_id] = Answers(run_id, name, pair=bool(question.second), question=question)
        self.post_message(Queried(self, self._stamp, asked(run_id, question)))
        self.query_one(Scroller).scroll_home(animate=False)
        self._draw()

    def put_beside(self, other: tuple[str, str] | None) -> None:
        """Have the run with this id and name asked too, in the place of the averaged vectors; None: no other."""
        answers = self._answers.setdefault("nearest", {})
        if self.beside:
            answers.pop(self.beside[0], None)
        self.beside = other
        ours = next(iter(answers.values()), None)
        if other and ours and self._question.way == "nearest":
            self._query(*other, replace(ours.question, epoch=0, quick=False))
        self._draw()

    @on(Answered)
    def _answered(self, message: Answered) -> None:
        run_id, error = message.query.run_id, message.error
        held = self._answers.get(way_of(message.query), {})
        answers = held.get(run_id)
        if message.stamp != self._stamp or answers is None:
            return
        if error is None:
            held[run_id] = answers.with_answer(message.query, message.answer)
        else:
            ours = self._run is not None and run_id == self._run.run_id
            # What is wrong with the sentence is said at its field; what is wrong with a run, in its column.
            at_field = ours and isinstance(error, UsageError)
            if at_field:
                self._complain(_reason(error))
            held[run_id] = answers.with_failure("" if at_field else _reason(error))
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

    @on(SentenceField.Turned)
    def _turned(self, message: SentenceField.Turned) -> None:
        message.stop()
        self.turn()

    @on(SentenceField.Scrolled)
    def _scrolled(self, message: SentenceField.Scrolled) -> None:
        message.stop()
        self.query_one(Scroller).action_move(message.by)

    # Drawing.

    def _draw(self) -> None:
        if not self.is_mounted:
            return
        question = self._question
        self.query_one("#way", Static).update(ways_line(question.way, broad=self.size.width >= BROAD))
        ours = self.answers.get(self._run.run_id) if self._run else None
        self.set_class(question.way != "nearest", "-alone")
        self.set_class(ours is not None or question.way != "nearest", "-answered")
        if not self.has_class("-answered") or not self.size:
            return
        other = self.answers.get(self.beside[0]) if self.beside else None
        shown = Page(ours, other, self._waiting(ours), self._waiting(other)) if ours else None
        what = shown, question, self._epoch, self.size
        if what == self._drawn:
            return
        self._drawn = what
        above = 2 if self.has_class("-low") else 3
        below = OVERVIEW + 1 if self.has_class("-tall") else 0
        size = max(1, self.size.width - 1), self.size.height - above - below
        lines = [*self._notes(ours, size[0]), *(page(shown, size) if shown else [])]
        self.query_one(Scroller).query_one(Static).update(Content("\n").join(lines))

    def _notes(self, ours: Answers | None, width: int) -> list[Content]:
        """What enter would do, where it would do something else than what is shown."""
        if ours is None:
            text = self._question.todo
        elif ours.question.epoch != self._epoch and (self._epoch or ours.question.way != "nearest"):
            text = f"enter asks the weights of {f'epoch {self._epoch:,}' if self._epoch else 'now'}"
        elif ours.question.quick and ours.nearest is None:
            text = f"enter finds the nearest as of {f'epoch {self._epoch:,}' if self._epoch else 'now'}"
        else:
            return []
        return Content.styled(text, "$text-muted").wrap(width)

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
