"""The screen of a sweep: live while another process carries it out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, cast

import msgspec
from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from aetui import keymap
from aetui.follow import sweeps
from aetui.follow.sweeps import Reading
from aetui.render import numbers, sweep_charts
from aetui.render.text import plain
from aetui.screens.modal import Modal
from engine.errors import EngineError, counted
from engine.sweeps import table
from engine.sweeps.trials import best

if TYPE_CHECKING:
    from aetui.screens.host import Workbench
    from engine.sweeps.table import Row

LOOK_SECONDS = 1.0
BROAD = 100
"""Columns from which charts stand beside each other."""
EMPTY = "No sweep yet. In the command line:\n\n:sweep vanilla --over learning_rate=log:1e-4..1e-2 --trials 20"


class SweepView(Widget, can_focus=True):
    """The sweep in all the room that there is; the cursor is on a trial."""

    BINDINGS = keymap.bindings("lists", "sweep")

    DEFAULT_CSS = """
    SweepView { width: 1fr; height: 1fr; padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.reading: Reading | None = None
        self.instead = "reading …"
        self.ranked = False
        self._cursor = 0
        self._rows: list[Row] = []

    @property
    def chosen(self) -> Row | None:
        """The trial under the cursor."""
        return self._rows[self._cursor] if self._rows else None

    def show(self, reading: Reading | None, instead: str = "") -> None:
        """Show this instead; the cursor stays on its trial, and at the end follows the sweep."""
        before, followed = self.chosen, not self._rows or self._cursor == len(self._rows) - 1
        if reading is None or self.reading is None or reading.sweep.id != self.reading.sweep.id:
            before, followed = None, True
        self.reading, self.instead = reading, instead
        rows = table.rows(reading.trials, reading.running) if reading else []
        self._rows = table.ranked(rows) if self.ranked else rows
        at = next((at for at, row in enumerate(self._rows) if before and row.trial == before.trial), 0)
        self._cursor = max(0, len(self._rows) - 1) if followed and not self.ranked else at
        self.refresh()

    def rank(self) -> None:
        """The best trials first, or all in order."""
        self.ranked = not self.ranked
        self.show(self.reading, self.instead)

    def action_move(self, by: int) -> None:
        """Move the cursor by `by` trials, down if positive."""
        self._cursor = max(0, min(len(self._rows) - 1, self._cursor + by))
        self.refresh()

    def action_edge(self, side: int) -> None:
        """To the first trial (a negative `side`) or to the last."""
        self._cursor = 0 if side < 0 else max(0, len(self._rows) - 1)
        self.refresh()

    def on_resize(self) -> None:
        """Everything depends on the room."""
        self.refresh()

    def render(self) -> Content:
        """All of it."""
        if self.reading is None:
            return Content.styled(f"\n{self.instead}", "$text-muted")
        width, height = self.content_size
        return Content("\n").join(self._lines(self.reading, width, height)[:height])

    def _lines(self, reading: Reading, width: int, height: int) -> list[Content]:
        head = self._head(reading, width)
        room = height - len(head)
        if width >= BROAD:
            left = width * 3 // 5
            upper = max(4, room // 2)
            first = beside(
                [*self._table(reading, (left - 2, upper - 1))], self._best(reading, (width - left, upper - 1)), left
            )
            second = beside(
                self._parallel(reading, (left - 2, room - upper - 2)), self._importance(reading, width - left), left
            )
            return [*head, *first[: upper - 1], Content(""), *second]
        charts = room // 2
        rows = self._table(reading, (width, room - charts))
        return [*head, *rows, *self._parallel(reading, (width, charts))]

    def _head(self, reading: Reading, width: int) -> list[Content]:
        sweep, found = reading.sweep, reading.trials
        states: Counter[str] = Counter(row.state for row in table.rows(found, reading.running))
        over = sum(trial.state != "running" for trial in found.values())
        at, of = reading.place
        going = table.standing(sweep, found, reading.running)
        first = Content.assemble(
            (plain(sweep.name) or sweep.id, "bold"),
            f" · {going} · {over} of {sweep.trials} trials · {sweep.job.variant} on {plain(sweep.job.dataset)} · "
            f"{sweep.sampler}, {counted(sweep.seeds, 'seed')}, pruned: {sweep.prune}"
            + (f" · sweep {at + 1} of {of}" if of > 1 else ""),
        )
        winner = best(found)
        if winner is None or winner.value is None:
            second = Content.styled("no trial is completed yet", "$text-muted")
        else:
            settings = ", ".join(f"{name} {sweep_charts.value(each)}" for name, each in winner.settings.items())
            reached = f"★ trial {winner.number}: validation {sweep.metric} {numbers.loss(winner.value)}"
            second = Content.assemble((reached, "$accent"), f" · {settings}")
        row = self.chosen
        third = sweep_charts.legend(states)
        if row is not None and row.message:
            third = f"trial {row.trial}: {row.message}"
        elif reading.importance is not None and width < BROAD:
            third += " · importance: " + ", ".join(
                f"{name} {share:.0%}" for name, share in reading.importance.shares.items()
            )
        return [
            line.truncate(width, ellipsis=True) for line in (first, second, Content.styled(plain(third), "$text-muted"))
        ]

    def _table(self, reading: Reading, size: tuple[int, int]) -> list[Content]:
        if not self._rows:
            return [Content.styled("no trial has begun yet", "$text-muted")]
        names = [each.name for each in reading.sweep.over]
        rows = [
            msgspec.structs.replace(row, state=f"running {reading.under_way[row.trial]}")
            if row.trial in reading.under_way
            else row
            for row in self._rows
        ]
        return sweep_charts.table(rows, names, reading.sweep.metric, self._cursor, _best(reading), size)

    def _best(self, reading: Reading, size: tuple[int, int]) -> list[Content]:
        others = [(number, trial.value) for number, trial in reading.trials.items() if trial.value is not None]
        heading = Content.styled(f"best {reading.sweep.metric} so far", "$text-muted")
        points = table.best_so_far(reading.trials)
        return [heading, *sweep_charts.best_so_far(points, others, reading.sweep.trials, (size[0], size[1] - 1))]

    def _parallel(self, reading: Reading, size: tuple[int, int]) -> list[Content]:
        if size[1] < 6:
            return []
        chosen = self.chosen.trial if self.chosen else None
        rows = table.rows(reading.trials, reading.running)
        return sweep_charts.parallel(reading.sweep.over, rows, reading.sweep.metric, _best(reading), chosen, size)

    def _importance(self, reading: Reading, width: int) -> list[Content]:
        heading = Content.styled("importance", "$text-muted")
        return [heading, *sweep_charts.importances(reading.importance, max(10, width - 1))]


def _best(reading: Reading) -> int | None:
    winner = best(reading.trials)
    return winner.number if winner else None


def beside(left: list[Content], right: list[Content], width: int) -> list[Content]:
    """Two columns of lines, the second one from `width` on."""
    lines = max(len(left), len(right))
    rows = zip(
        [*left, *[Content("")] * (lines - len(left))], [*right, *[Content("")] * (lines - len(right))], strict=True
    )
    return [Content.assemble(one.truncate(width, pad=True), other) for one, other in rows]


class SweepScreen(Modal[None]):
    """Over the whole screen; escape leads back."""

    scope: ClassVar[keymap.Scope] = "sweep"
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("sweep")]

    DEFAULT_CSS = """
    SweepScreen { background: $background; }
    """

    class Read(Message):
        """The sweep as it stands, or why there is nothing to show."""

        def __init__(self, reading: Reading | None, wrong: EngineError | None = None) -> None:
            super().__init__()
            self.reading = reading
            self.wrong = wrong

    def __init__(self, wanted: str, overrides: Mapping[str, str]) -> None:
        """`wanted`: a sweep; "" for the newest."""
        super().__init__()
        self._wanted = wanted
        self._overrides = overrides
        self._looking = False

    @property
    def workbench(self) -> Workbench:
        """The app, as far as screens know it."""
        return cast("Workbench", self.app)

    @property
    def view(self) -> SweepView:
        """What is drawn."""
        return self.query_one(SweepView)

    def compose(self) -> ComposeResult:
        """The sweep, and its keys below."""
        from aetui.widgets.key_bar import KeyBar

        yield SweepView()
        yield KeyBar()

    def on_mount(self) -> None:
        """Look again and again."""
        self.view.focus()
        self._look()
        self.set_interval(LOOK_SECONDS, self._look)

    def _look(self) -> None:
        if self.is_current and not self._looking:
            self._looking = True
            self._read_it(self._wanted, self.view.reading)

    @work(thread=True, group="sweep", exit_on_error=False)
    def _read_it(self, wanted: str, before: Reading | None) -> None:
        try:
            reading = sweeps.read(self.workbench.store, wanted, before)
            self.post_message(self.Read(reading))
            if reading is not None and (before is None or reading.stamp != before.stamp):
                self.post_message(self.Read(sweeps.weighed(reading)))
        except EngineError as error:
            self.post_message(self.Read(None, error))
        finally:
            self._looking = False

    def on_sweep_screen_read(self, message: Read) -> None:
        """Show it, where it is not the same."""
        before, reading = self.view.reading, message.reading
        if (
            reading is not None
            and before is not None
            and self._wanted not in ("", reading.sweep.id, reading.sweep.name)
        ):
            return  # another one was asked for since
        if message.wrong is not None:
            self.view.show(None, plain(message.wrong.message))
        elif reading is None:
            self.view.show(None, EMPTY)
        elif before is None or reading != before:
            self._wanted = reading.sweep.id  # the newest one stays on the screen
            self.view.show(reading)
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What there is decides."""
        if not self.is_mounted:
            return True
        reading = self.view.reading
        if action == "stop_sweep":
            return reading is not None and reading.running
        if action == "open_trial":
            row = self.view.chosen
            return row is not None and bool(row.runs)
        if action == "other_sweep":
            return reading is not None and reading.place[1] > 1
        return True

    def action_open_trial(self) -> None:
        """Show the first run of the trial under the cursor in the workbench."""
        row = self.view.chosen
        if row is not None and row.runs:
            self.dismiss()
            self.workbench.open_run(row.runs[0])

    def action_rank(self) -> None:
        """The best trials first, or all in order."""
        self.view.rank()

    def action_other_sweep(self, by: int) -> None:
        """The sweep `by` places older, newer if negative."""
        if self.view.reading is not None:
            self._wanted = sweeps.neighbour(self.workbench.store, self.view.reading.sweep.id, by)
            self._looking = False
            self._look()

    def action_stop_sweep(self) -> None:
        """Have the process that carries it out stop; its runs keep their weights."""
        from engine.runs.commands import put_command
        from engine.sweeps.sweep import folder

        reading = self.view.reading
        if reading is None:
            return
        try:
            put_command(folder(self.workbench.store, reading.sweep.id), "stop")
        except OSError as error:
            self.workbench.notice("Not stopped", f"{reading.sweep.id} cannot be written: {error}")
        else:
            again = plain(f"aetui sweep --resume {reading.sweep.called}")
            self.notify(f"{reading.sweep.id} is told to stop; {again} goes on", markup=False)

    def action_copy_table(self) -> None:
        """Put the table on the clipboard, as CSV."""
        if self.view.reading is not None:
            self._copy(table.as_csv(self.view.reading.sweep, self.view.reading.trials, self.view.reading.running))

    @work(exclusive=True, group="taking")
    async def _copy(self, text: str) -> None:
        from aetui.taking import clipboard

        self.notify(f"the table: {await clipboard.copy(self.app, text)}", markup=False)
