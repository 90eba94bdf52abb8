"""The worst cases: the items of a part by one of their errors, each beside what the baseline makes of it."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from aetui import keymap
from aetui.panels.asked import Asked, Words
from aetui.panels.erring.ordered import Ordered
from aetui.panels.erring.pictures import CasePictures
from aetui.panels.pages import FIRST, LAST
from aetui.panels.table import View
from aetui.render import erring
from aetui.render.pixels import colour_mode
from aetui.taking import of_errors
from aetui.taking.taken import Taken
from engine.queries.messages import Answer, Measure, Measured, PartName

WORDS = Words(
    "There is no run yet. Train the model (t): then every test item is measured here, the worst first.",
    "The first epoch is not over: there are no weights yet to measure items with.",
    "every item is measured",
    "TensorFlow is loading; items are measured when it is there",
)
PARTS: tuple[PartName, ...] = ("test", "validation", "train")
LOW = 18
"""Lines below which the histogram is a single strip."""


class Worst(Asked):
    """Measures every item of a part, and orders them."""

    BINDINGS = keymap.bindings("worst")
    WORDS = WORDS
    QUERY = Measure

    DEFAULT_CSS = """
    Worst { layout: vertical; }
    Worst > Static { height: auto; text-wrap: nowrap; }
    Worst > Static.-told { text-wrap: wrap; color: $text-muted; }
    Worst > CasePictures { margin-top: 1; display: none; }
    Worst.-low > CasePictures { margin-top: 0; }
    Worst.-measured > CasePictures { display: block; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.ordered: Ordered | None = None
        self._part: PartName = "test"

    def compose(self) -> ComposeResult:
        """Figures and histogram in one text, and the items on the page."""
        yield Static(WORDS.no_run, markup=False)
        yield CasePictures()

    def taken(self, view: View) -> Taken:
        """The marked items with all that was measured of them, or all items where none is marked."""
        return of_errors.measured(view, self.ordered)

    # Asking.

    @property
    def has_answer(self) -> bool:
        """As `Asked`."""
        return self.ordered is not None

    def query_of(self, run_id: str) -> Measure:
        """As `Asked`."""
        return Measure(run_id=run_id, part=self._part, stopped=self._stopped.is_set)

    def take(self, answer: Answer) -> None:
        """The items, with order and marks of those before where they are the same part."""
        if isinstance(answer, Measured):
            before, self.ordered = self.ordered, Ordered(answer)
            if before is not None and before.measured.part == answer.part:
                self.ordered.take(before)

    def forget(self) -> None:
        """As `Asked`."""
        super().forget()
        self.ordered, self._part = None, "test"

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
                return self.ordered is not None or bool(self._waiting) or bool(self._failure)
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
        missing = self._missing(view, "measure_again")
        run, ordered = view.run, self.ordered
        if missing or run is None or ordered is None:
            return (missing,)
        measured = ordered.measured
        if measured.weights == "last" and run.last_epoch > measured.epoch:
            return (f"the run is at epoch {run.last_epoch:,}; {self._key('measure_again')} measures again",)
        return ()
