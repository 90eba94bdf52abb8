"""The anomalies panel: how strange each test item is to the model, and where the threshold cuts."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from aetui import keymap
from aetui.panels.asked import Asked, Words
from aetui.panels.scored import Scored
from aetui.panels.table import View
from aetui.panels.threshold_items import ThresholdItems
from aetui.render import detected
from aetui.render.pixels import colour_mode
from aetui.taking import of_anomalies
from aetui.taking.taken import Taken
from engine.queries.messages import Answer, Detect, Detection

WORDS = Words(
    "There is no run yet. Train the model (t): then its test items are scored here, and a threshold cuts them.",
    "The first epoch is not over: there are no weights yet to score items with.",
    "the model scores its test items …",
    "TensorFlow is loading; the scores come when it is there",
)
COMPARING = "the baselines are fitted and score the same items …"
MOST = 20_000
"""Test items that are scored: of more the first ones."""
NO_MORE, NO_LESS = "no items lie further off", "these are the items next to the threshold"
ITEM_ROWS = 9
"""Lines from which items are shown below the scores."""
LEAST = 8
"""Lines that the scores keep."""


class Anomalies(Asked):
    """Has the model score the test items."""

    BINDINGS = keymap.bindings("anomalies")
    WORDS = WORDS
    QUERY = Detect

    DEFAULT_CSS = """
    Anomalies { layout: vertical; }
    Anomalies > Static { height: auto; text-wrap: nowrap; }
    Anomalies > Static.-told { text-wrap: wrap; color: $text-muted; }
    Anomalies > Horizontal { height: 1fr; display: none; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.scored: Scored | None = None
        self._page = 0
        self._normal = ""
        """The class that the user takes for normal; empty for that of the run, if it has one."""
        self._baselines: tuple[str, ...] = ()
        """Those that are to score the same items."""

    def compose(self) -> ComposeResult:
        """Figures, strips and curves in one text, and the items on either side of the threshold."""
        yield Static(WORDS.no_run, markup=False)
        with Horizontal():
            yield ThresholdItems("below: taken for normal", "below")
            yield ThresholdItems("above: anomalies", "above")

    def taken(self, view: View) -> Taken:
        """Every item with its score and verdict, both curves, and the scores that the threshold is told by."""
        return of_anomalies.detected(view, self.scored)

    # Asking.

    @property
    def has_answer(self) -> bool:
        """As `Asked`."""
        return self.scored is not None

    def query_of(self, run_id: str) -> Detect:
        """As `Asked`."""
        return Detect(run_id=run_id, count=MOST, normal=self._normal, baselines=self._baselines)

    def take(self, answer: Answer) -> None:
        """The scores; of the same weights with the threshold as it was: baselines have come."""
        if isinstance(answer, Detection):
            before, self.scored = self.scored, Scored(answer)
            if before is not None and before.detection.epoch == answer.epoch:
                self.scored.threshold = before.threshold
            self._show_items()

    def forget(self) -> None:
        """As `Asked`."""
        super().forget()
        self.scored, self._page, self._normal = None, 0, ""

    def _ask(self, waiting: str = "", baselines: tuple[str, ...] = ()) -> None:
        self._baselines = baselines
        super()._ask(waiting)

    # Keys.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without scores there is no threshold: its keys are the time machine's."""
        del parameters
        match action:
            case "threshold" | "threshold_back" | "baselines":
                return self.scored is not None
            case "normal":
                return self.scored is not None and len(self.scored.detection.classes) > 1
            case "score_again":
                return self.scored is not None or bool(self._failure)
        return True

    def action_threshold(self, by: int) -> None:
        """The threshold so many columns of the strips higher, lower if negative."""
        if self.scored is not None:
            self.scored.move(by, detected.strip_columns(self.scored, self.size.width))
            self._moved()

    def action_threshold_back(self) -> None:
        """Back to the threshold of the quantile."""
        if self.scored is not None:
            self.scored.back()
            self._moved()

    def action_score_again(self) -> None:
        """Ask the newest weights."""
        if not self._waiting:
            self._ask()
            self._draw()

    def action_baselines(self) -> None:
        """Have the baselines score the same items."""
        from engine.anomalies.detectors import BASELINES

        if self.scored is not None and not self._waiting:
            self._ask(COMPARING, BASELINES)
            self._draw()

    def action_normal(self) -> None:
        """The next class is normal; after the last one that of the run, or none."""
        if self.scored is not None and not self._waiting:
            classes = ["", *map(str, self.scored.detection.classes)]
            at = classes.index(self._normal) if self._normal in classes else 0
            self._normal = classes[(at + 1) % len(classes)]
            self._ask()
            self._draw()

    def _moved(self) -> None:
        self._page = 0
        self._show_items()
        self._draw()

    def step_size(self, by: int) -> str:
        """Pictures here are as large as there is room."""
        del by
        return ""

    def turn_page(self, by: int) -> str:
        """Items further from the threshold, or nearer to it."""
        if self.scored is None:
            return ""
        page = self._page + by
        if page < 0:
            return NO_LESS
        if page >= self.scored.pages(ThresholdItems.MOST):
            return NO_MORE
        self._page = page
        self._show_items()
        return ""

    # Drawing.

    def _show_items(self) -> None:
        if self._view is None or self._view.run is None or self.scored is None:
            return
        places = self.scored.beside(ThresholdItems.MOST, self._page)
        for items, side in zip(self.query(ThresholdItems), places, strict=True):
            items.show(self._view, self.scored, side)

    def _draw(self) -> None:
        view = self._view
        if view is None or not self.is_mounted or not self.size:
            return
        scored, height = self.scored, self.size.height
        told = self._told(view)
        what = scored and (id(scored), scored.threshold), told, self.size, view.zoomed, view.cells
        if what == self._drawn:
            return
        self._drawn = what
        beside = self.query_one(Horizontal)
        beside.display = scored is not None and height >= LEAST + ITEM_ROWS
        text = self.query_one(Static)
        text.set_class(scored is None, "-told")
        if scored is None:
            text.update("\n".join(told))
            return
        rows = min(height, max(LEAST, height * 2 // 5)) if beside.display else height
        blocks = colour_mode(self.app.console.color_system) != "none"
        lines = detected.lines(scored, told, (self.size.width, rows), blocks=blocks)
        text.update(Content("\n").join(lines))

    def _told(self, view: View) -> tuple[str, ...]:
        """What is to be said of the state of things: before there are scores, what is missing."""
        run, scored = view.run, self.scored
        waiting = WORDS.loading if self._waiting and view.engine in ("starting", "loading") else self._waiting
        trouble = f"✕ {self._failure}" if self._failure else ""
        if run is None:
            return (WORDS.no_run,)
        if scored is None:
            return (waiting or trouble or (WORDS.asking if run.epochs else WORDS.not_yet),)
        since = ""
        best = run.bests[-1].epoch if run.bests else 0
        newest = run.last_epoch if scored.detection.weights == "last" else best * run.going
        if newest > scored.detection.epoch:
            since = f"the run has weights of epoch {newest:,}; {self._key('score_again')} scores again"
        elif view.epoch not in (0, scored.detection.epoch, run.last_epoch):
            since = f"not of epoch {view.epoch:,}, whose weights are not kept"
        return tuple(part for part in (waiting, trouble, since) if part)
