"""The worst cases: the items of a part by one of their errors, each beside what the baseline makes of it."""

from __future__ import annotations

from threading import Event as Flag

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.widgets import Static

from aetui import keymap
from aetui.bridge import Answered, Queried
from aetui.panels.erring.ordered import Ordered
from aetui.panels.erring.pictures import CasePictures
from aetui.panels.pages import FIRST, LAST
from aetui.panels.table import View
from aetui.render import erring, numbers
from aetui.render.pixels import colour_mode
from aetui.render.text import plain
from aetui.taking import of_errors
from aetui.taking.taken import Taken
from engine.errors import EngineError
from engine.queries.messages import Measure, Measured, PartName

NO_RUN = "There is no run yet. Train the model (t): then every test item is measured here, the worst first."
NOT_YET = "The first epoch is not over: there are no weights yet to measure items with."
ASKING = "every item is measured"
LOADING = "TensorFlow is loading; items are measured when it is there"
PARTS: tuple[PartName, ...] = ("test", "validation", "train")
LOW = 18
"""Lines below which the histogram is a single strip."""


class Worst(Container):
    """Asks through `Queried` messages once it is open, and again when it is told to; never waits itself."""

    BINDINGS = keymap.bindings("worst")

    DEFAULT_CSS = """
    Worst { layout: vertical; }
    Worst > Static { height: auto; text-wrap: nowrap; }
    Worst > Static.-told { text-wrap: wrap; color: $text-muted; }
    Worst > CasePictures { margin-top: 1; display: none; }
    Worst.-low > CasePictures { margin-top: 0; }
    Worst.-measured > CasePictures { display: block; }
    """

    can_focus = True

    def __init__(self) -> None:
        super().__init__()
        self.ordered: Ordered | None = None
        self._view: View | None = None
        self._part: PartName = "test"
        self._stamp = 0
        self._waiting = False
        self._failure = ""
        self._going = False
        """Whether the run went on when it was asked: its last epoch answers anew."""
        self._stopped = Flag()
        """Of the query under way: that nobody wants its answer any more."""
        self._drawn: object = None

    def compose(self) -> ComposeResult:
        """Figures and histogram in one text, and the items on the page."""
        yield Static(NO_RUN, markup=False)
        yield CasePictures()

    def show(self, view: View) -> None:
        """Take the run; another one, or one that has come to its end since it was asked, is asked."""
        before, self._view, run = self._view, view, view.run
        if (before and before.run and before.run.run_id) != (run and run.run_id):
            self._forget()
        if run is not None and run.epochs and not self._waiting:
            ended = self._going and not run.going
            if (self.ordered is None and not self._failure) or ended:
                self._ask()
        self._draw()

    def on_resize(self, _event: events.Resize) -> None:
        """What has room depends on the size."""
        self._draw()

    def taken(self, view: View) -> Taken:
        """The marked items with all that was measured of them, or all items where none is marked."""
        return of_errors.measured(view, self.ordered)

    # Asking.

    def _forget(self) -> None:
        """Also an answer that is still to come."""
        self._stop()
        self.ordered, self._failure, self._part = None, "", "test"

    def _stop(self) -> None:
        """The engine stops measuring, and whatever it says is not heard any more."""
        self._stopped.set()
        self._stamp += 1
        if self._waiting:
            self.post_message(Queried(self, self._stamp, ()))
        self._waiting = False

    def _ask(self) -> None:
        run = self._view.run if self._view else None
        if run is None or not run.epochs:
            return
        self._stop()
        self._stopped, self._going, self._failure, self._waiting = Flag(), run.going, "", True
        query = Measure(run_id=run.run_id, part=self._part, stopped=self._stopped.is_set)
        self.post_message(Queried(self, self._stamp, (query,)))
        self.refresh_bindings()

    @on(Answered)
    def _answered(self, message: Answered) -> None:
        if message.stamp != self._stamp or not isinstance(message.query, Measure):
            return
        self._waiting = False
        if isinstance(message.answer, Measured):
            before, self.ordered = self.ordered, Ordered(message.answer)
            if before is not None and before.measured.part == message.answer.part:
                self.ordered.take(before)
        else:
            error = message.error
            self._failure = plain(error.message if isinstance(error, EngineError) else str(error))
        self._draw()
        self.refresh_bindings()

    # Keys.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Before there are items their keys are the workbench's."""
        del parameters
        match action:
            case "item" | "column" | "edge" | "measure" | "turn" | "mark":
                return self.ordered is not None
            case "only_class":
                return self.ordered is not None and bool(self.ordered.measured.classes)
            case "part" | "measure_again":
                return self.ordered is not None or self._waiting or bool(self._failure)
        return True

    def action_item(self, by: int) -> None:
        """The next item in the order, or the one before."""
        if self.ordered is not None and self.ordered.move(by):
            self._draw()

    def action_column(self, by: int) -> None:
        """Along the histogram, to the next column with items."""
        if self.ordered is not None and self.ordered.move_column(by, erring.columns(self.size.width)):
            self._draw()

    def action_edge(self, by: int) -> None:
        """To the first item (-1), or to the last (1)."""
        if self.ordered is not None:
            self.ordered.edge(by > 0)
            self._draw()

    def action_measure(self) -> None:
        """Order by the next thing that is measured."""
        if self.ordered is not None:
            self.ordered.next_measure()
            self._draw()

    def action_turn(self) -> None:
        """Best first, or worst first again."""
        if self.ordered is not None:
            self.ordered.turn()
            self._draw()

    def action_only_class(self) -> None:
        """One class only, the next one each time; then all of them."""
        if self.ordered is not None:
            self.ordered.next_class()
            self._draw()

    def action_mark(self) -> None:
        """Mark the item under the cursor, or take its mark away."""
        if self.ordered is not None:
            self.ordered.mark()
            self._draw()

    def action_part(self) -> None:
        """Measure the next part of the data; validation items are there where some were held out."""
        self._part = PARTS[(PARTS.index(self._part) + 1) % len(PARTS)]
        self.ordered = None
        self._ask()
        self._draw()

    def action_measure_again(self) -> None:
        """Have the newest weights measure; while they do, stop that."""
        if self._waiting:
            self._stop()
            self._failure = "" if self.ordered else f"stopped; {self._key('measure_again')} measures"
        else:
            self._ask()
        self._draw()

    def step_size(self, by: int) -> str:
        """Pictures one size larger or smaller."""
        return self.query_one(CasePictures).step_size(by) if self.ordered is not None else ""

    def turn_page(self, by: int) -> str:
        """So many items on as a page has, or back."""
        if self.ordered is None:
            return ""
        moved = self.ordered.move(by * self.query_one(CasePictures).per_page)
        self._draw()
        return "" if moved else LAST if by > 0 else FIRST

    # Drawing.

    def _draw(self) -> None:
        view = self._view
        if view is None or not self.is_mounted or not self.size:
            return
        ordered, height = self.ordered, self.size.height
        told = self._told(view)
        state = ordered and (id(ordered), ordered.rank, id(ordered.order), frozenset(ordered.marked))
        what = state, told, self.size, view.zoomed, view.cells
        if what == self._drawn:
            return
        self._drawn = what
        self.set_class(ordered is not None, "-measured")
        self.set_class(height < LOW, "-low")
        text = self.query_one(Static)
        text.set_class(ordered is None, "-told")
        if ordered is None:
            text.update("\n".join(told))
            return
        rows = erring.LEAST + len(told) + (0 if height < LOW else min(6, height // 6))
        blocks = colour_mode(self.app.console.color_system) != "none"
        lines = erring.lines(ordered, told, (self.size.width, min(rows, height)), blocks=blocks)
        text.update(Content("\n").join(lines))
        self.query_one(CasePictures).show(view, ordered)

    def _told(self, view: View) -> tuple[str, ...]:
        """What is to be said of the state of things: before there are items, what is missing."""
        run, ordered = view.run, self.ordered
        if run is None:
            return (NO_RUN,)
        if self._waiting:
            data = view.data
            far = f" {numbers.progress(data.done, data.total, data.unit)}" if data is not None and data.total else ""
            doing = plain(data.activity) if data is not None else ASKING
            asked = f"{doing}{far} · {self._key('measure_again')} stops"
            return (LOADING if view.engine in ("starting", "loading") else asked,)
        if self._failure:
            return (f"✕ {self._failure}",)
        if ordered is None:
            return (ASKING if run.epochs else NOT_YET,)
        measured = ordered.measured
        if measured.weights == "last" and run.last_epoch > measured.epoch:
            return (f"the run is at epoch {run.last_epoch:,}; {self._key('measure_again')} measures again",)
        return ()

    def _key(self, action: str) -> str:
        return keymap.first_key(keymap.BY_ID[action], getattr(self.app, "key_overrides", {}))
