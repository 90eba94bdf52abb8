"""A screen that asks the engine for the units of a layer, and says how far that is."""

from __future__ import annotations

import time
from concurrent.futures import Future
from textwrap import wrap
from typing import TYPE_CHECKING, Any, cast

from textual import on
from textual.content import Content
from textual.widgets import Static

from aetui import bridge
from aetui.render import numbers
from aetui.render.text import plain
from aetui.render.unit_rows import basis, figures
from aetui.screens.modal import Modal
from engine.errors import EngineError
from engine.queries.messages import Units, UnitsRead

if TYPE_CHECKING:
    from aetui.screens.host import Workbench
    from aetui.state.run_state import RunState
    from engine.queries.messages.units import LayerName

LOOK_SECONDS = 0.5
REST_SECONDS = 5.0
"""Between two readings of a run that goes on, at least; ten times as long as the last one took, if that is more."""
IDLE_SECONDS = 1.0
"""How long keys have to rest before newer weights are read: what is looked at does not change under the hand."""
NOT_YET = "The first epoch is not over: there are no weights yet whose units could be read."
NO_WEIGHTS = "This run has no weights whose units could be read."
NO_ENGINE = "The engine did not start."
LOADING = "TensorFlow is loading; the units are read when it is there"


class UnitAsking(Modal[None]):
    """Asks once, and again after an epoch of a run that goes on; a training is never held up for more than a tenth."""

    def __init__(self, run_id: str, layer: LayerName | None) -> None:
        super().__init__(classes="-one")
        self.run_id = run_id
        self.of_layer = layer
        self.answer: UnitsRead | None = None
        self.text = ""
        """What units were looked for by."""
        self.adding = ""
        """What goes on beside."""
        self._stamp = 0
        self._future: Future[Any] | None = None
        self._progress = (0, 0)
        self._stopped = False
        self._failure = ""
        self._asked_at = 0, False
        """The epoch of the run when it was asked, and whether it went on then."""
        self._ended = 0.0
        self.touched = 0.0
        """When the last key came."""
        self.beside_seconds = 0.0
        """How long it took to compute what goes on beside."""

    @property
    def workbench(self) -> Workbench:
        """The app, as far as screens know it."""
        return cast("Workbench", self.app)

    @property
    def run_state(self) -> RunState | None:
        """The run, as far as it is known."""
        return self.workbench.state.runs.get(self.run_id)

    def take(self, answer: UnitsRead) -> None:
        """Show it."""
        raise NotImplementedError

    def decoded(self, message: bridge.Answered) -> None:
        """Outputs that were asked for beside."""
        raise NotImplementedError

    def ask(self) -> None:
        """Put the query, or say why it cannot be put."""
        run, engine, failure = self.run_state, self.workbench.engine, self.workbench.state.failure
        if run is not None and not run.epochs and not run.going:
            self.fail(NO_WEIGHTS)
            return
        if run is not None and not run.epochs:
            self.fail(NOT_YET)
            return
        if engine is None or failure is not None:
            self.fail(f"{failure.title}: {failure.message}" if failure else NO_ENGINE)
            return
        self._stamp += 1
        self._stopped, self._failure, self._progress = False, "", (0, 0)
        self._asked_at = (run.last_epoch, run.going) if run else (0, False)
        query = Units(run_id=self.run_id, layer=self.of_layer, told=self._told)
        self._future = bridge.query(engine, query, self._stamp, self)
        self.tell()

    def _told(self, done: int, total: int) -> bool:
        """On the engine's thread."""
        self._progress = done, total
        return not self._stopped

    @property
    def waiting(self) -> bool:
        """Whether an answer is to come."""
        return self._future is not None

    def look(self) -> None:
        """Tell how far it is; after an epoch of a run that goes on, or at its end, read again."""
        run = self.run_state
        if self.waiting:
            self.tell()
        elif run is not None and self.is_current and not self._stopped and not self.adding:
            later = (run.last_epoch, run.going) != self._asked_at
            seconds = 10 * (self.answer.seconds + self.beside_seconds) if self.answer else 0.0
            now = time.monotonic()
            rested = now - self.touched >= IDLE_SECONDS and now - self._ended >= max(REST_SECONDS * run.going, seconds)
            if later and run.epochs and rested:
                self.ask()

    def fail(self, told: str) -> None:
        """Say what went wrong."""
        self._failure = told
        self.tell()

    @on(bridge.Answered)
    def _query_answered(self, message: bridge.Answered) -> None:
        message.stop()
        if not isinstance(message.query, Units):
            self.decoded(message)
            return
        if message.stamp != self._stamp:
            return
        self._future, self._ended = None, time.monotonic()
        if isinstance(message.answer, UnitsRead):
            self.take(message.answer)
        else:
            error = message.error
            self.fail(plain(error.message if isinstance(error, EngineError) else str(error), 300))
        self.refresh_bindings()

    def tell(self) -> None:
        """Whose units they are, all of them together, and what goes on."""
        if not self.is_mounted:
            return
        run, answer = self.run_state, self.answer
        name = f"{run.variant} on {plain(run.dataset)}" if run else self.run_id
        if answer is not None:
            epoch = f" · epoch {numbers.count(answer.epoch)} ({answer.weights}) · {figures(answer)} · "
            lines = [Content.assemble((name, "bold"), epoch, (basis(answer), "$text-muted"))]
        else:
            lines = [Content.styled(f"units of {name}", "bold")]
        state = self._state(run)
        if state:
            lines.append(Content.styled(state, "$error" if self._failure else "$accent"))
        about, width = self.query_one("#about", Static), max(1, self.size.width - 2)
        about.styles.height = sum(len(wrap(line.plain, width)) for line in lines)
        about.update(Content("\n").join(lines))

    def _state(self, run: RunState | None) -> str:
        if self._failure:
            return f"✕ {self._failure}"
        if self.waiting:
            done, total = self._progress
            if self._stopped:
                return "stopping …"
            loading = self.workbench.state.engine in ("starting", "loading")
            read = f"reading the units: {done:,} of {total:,} items" if total else "reading the units …"
            return LOADING if loading else read
        found = f"found: {plain(self.text, 60)}" if self.text else ""
        since = f"the run is at epoch {run.last_epoch:,}" if self._behind(run) and run else ""
        return " · ".join(part for part in (found, self.adding, since) if part)

    def _behind(self, run: RunState | None) -> bool:
        answer = self.answer
        return run is not None and answer is not None and run.going and run.last_epoch > answer.epoch
