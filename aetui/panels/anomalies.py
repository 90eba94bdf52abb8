"""The anomalies panel: how strange each test item is to the model, and where the threshold cuts."""

from __future__ import annotations

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.content import Content
from textual.widgets import Static

from aetui import keymap
from aetui.bridge import Answered, Queried
from aetui.panels.scored import Scored
from aetui.panels.table import View
from aetui.panels.threshold_items import ThresholdItems
from aetui.render import detected
from aetui.render.pixels import colour_mode
from aetui.render.text import plain
from aetui.taking import of_anomalies
from aetui.taking.taken import Taken
from engine.errors import EngineError
from engine.queries.messages import Detect, Detection

NO_RUN = "There is no run yet. Train the model (t): then its test items are scored here, and a threshold cuts them."
NOT_YET = "The first epoch is not over: there are no weights yet to score items with."
ASKING = "the model scores its test items …"
COMPARING = "the baselines are fitted and score the same items …"
LOADING = "TensorFlow is loading; the scores come when it is there"
MOST = 20_000
"""Test items that are scored: of more the first ones."""
NO_MORE, NO_LESS = "no items lie further off", "these are the items next to the threshold"
ITEM_ROWS = 9
"""Lines from which items are shown below the scores."""
LEAST = 8
"""Lines that the scores keep."""


class Anomalies(Container):
    """Asks through `Queried` messages once it is open, and again when it is told to; never waits itself."""

    BINDINGS = keymap.bindings("anomalies")

    DEFAULT_CSS = """
    Anomalies { layout: vertical; }
    Anomalies > Static { height: auto; text-wrap: nowrap; }
    Anomalies > Static.-told { text-wrap: wrap; color: $text-muted; }
    Anomalies > Horizontal { height: 1fr; display: none; }
    """

    can_focus = True

    def __init__(self) -> None:
        super().__init__()
        self.scored: Scored | None = None
        self._view: View | None = None
        self._stamp = 0
        self._waiting = ""
        self._failure = ""
        self._going = False
        """Whether the run went on when it was asked: its last epoch answers anew."""
        self._asked_at = 0
        """The run's newest epoch then."""
        self._page = 0
        self._normal = ""
        """The class that the user takes for normal; empty for that of the run, if it has one."""
        self._drawn: object = None

    def compose(self) -> ComposeResult:
        """Figures, strips and curves in one text, and the items on either side of the threshold."""
        yield Static(NO_RUN, markup=False)
        with Horizontal():
            yield ThresholdItems("below: taken for normal", "below")
            yield ThresholdItems("above: anomalies", "above")

    def show(self, view: View) -> None:
        """Take the run; another one, or one that has come to its end since it was asked, is asked."""
        before, self._view, run = self._view, view, view.run
        if (before and before.run and before.run.run_id) != (run and run.run_id):
            self._forget()
        if run is not None and run.epochs and not self._waiting:
            ended = self._going and not run.going
            further = run.going and run.last_epoch > self._asked_at  # weights may have come that were not there yet
            if (self.scored is None and (not self._failure or further)) or ended:
                self._ask()
        self._draw()

    def on_resize(self, _event: events.Resize) -> None:
        """What has room depends on the size."""
        self._draw()

    def taken(self, view: View) -> Taken:
        """Every item with its score and verdict, both curves, and the scores that the threshold is told by."""
        return of_anomalies.detected(view, self.scored)

    # Asking.

    def _forget(self) -> None:
        """Also an answer that is still to come."""
        self._stamp += 1
        if self._waiting:
            self.post_message(Queried(self, self._stamp, ()))
        self.scored, self._waiting, self._failure, self._page, self._normal = None, "", "", 0, ""

    def _ask(self, *, baselines: tuple[str, ...] = ()) -> None:
        run = self._view.run if self._view else None
        if run is None or not run.epochs:
            return
        self._stamp += 1
        self._going, self._failure, self._asked_at = run.going, "", run.last_epoch
        self._waiting = COMPARING if baselines else ASKING
        query = Detect(run_id=run.run_id, count=MOST, normal=self._normal, baselines=baselines)
        self.post_message(Queried(self, self._stamp, (query,)))

    @on(Answered)
    def _answered(self, message: Answered) -> None:
        if message.stamp != self._stamp or not isinstance(message.query, Detect):
            return
        self._waiting = ""
        if isinstance(message.answer, Detection):
            before, self.scored = self.scored, Scored(message.answer)
            if before is not None and before.detection.epoch == message.answer.epoch:
                self.scored.threshold = before.threshold  # the same weights: baselines have come
            self._show_items()
        else:
            error = message.error
            self._failure = plain(error.message if isinstance(error, EngineError) else str(error))
        self._draw()
        self.refresh_bindings()

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
            self._ask(baselines=BASELINES)
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
        waiting = LOADING if self._waiting and view.engine in ("starting", "loading") else self._waiting
        trouble = f"✕ {self._failure}" if self._failure else ""
        if run is None:
            return (NO_RUN,)
        if scored is None:
            return (waiting or trouble or (ASKING if run.epochs else NOT_YET),)
        since = ""
        best = run.bests[-1].epoch if run.bests else 0
        newest = run.last_epoch if scored.detection.weights == "last" else best * run.going
        if newest > scored.detection.epoch:
            since = f"the run has weights of epoch {newest:,}; {self._key('score_again')} scores again"
        elif view.epoch not in (0, scored.detection.epoch, run.last_epoch):
            since = f"not of epoch {view.epoch:,}, whose weights are not kept"
        return tuple(part for part in (waiting, trouble, since) if part)

    def _key(self, action: str) -> str:
        return keymap.first_key(keymap.BY_ID[action], getattr(self.app, "key_overrides", {}))
