"""One run at one epoch: its curves, its pictures, and the way through its past."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, cast

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.message import Message
from textual.screen import Screen

from aetui.bridge import Throttle
from aetui.panels.table import Panel, View
from aetui.render.text import plain
from aetui.state.run_state import TOTALS, RunState
from aetui.state.waiting import Wait, waited_for
from aetui.terminal.budget import CURVES, PICTURES
from aetui.widgets.panel_tabs import PanelTabs
from engine import registry
from engine.errors import EngineError, UsageError
from engine.events import DataProgress, EngineFailed, EngineReady, Event, Progress

if TYPE_CHECKING:
    from aetui.screens.host import Workbench
    from aetui.widgets.loss_chart import LossChart
    from engine.runs.snapshots import Samples

FRAME_SECONDS = 0.03
"""What a drawn frame takes through Textual's writing thread to the terminal; imports would hold that thread up."""
PROGRESS_SECONDS = 0.125
CURVE_SECONDS = 0.4
PICTURE_SECONDS = 1.5
"""Pictures are most of what goes to the terminal: ten digits in three rows are 17 kB."""
NO_LOSS = "The loss appears after the first epoch"
UNFIT = "The samples of this epoch are not of the kind of data that the run learns from; other epochs may have them."
READING = "What was kept of this epoch is being read"
NO_CURVE = "No curve of this run is switched on"
HEAVY_WIDGETS = ("aetui.widgets.loss_chart", "aetui.widgets.image_grid", "aetui.render.curves.scene_of_run")
"""They import numpy, which costs a third of the time that the first frame may take."""


class RunView(Screen[None]):
    """Chart and panels of one run, which follow it or stand at an epoch of its past.

    A screen, not a mixin: Textual collects handlers and workers from the classes of message pumps only.
    """

    class SamplesRead(Message):
        """The pictures of one epoch, or why there are none. `nearest`: as `aetui.panels.table.View` has it."""

        def __init__(self, of: tuple[str, int], samples: Samples | None, failure: str, nearest: int = 0) -> None:
            super().__init__()
            self.of = of
            self.samples = samples
            self.failure = failure
            self.nearest = nearest

    def __init__(self) -> None:
        super().__init__()
        self.run_id = ""
        self.cursor: int | None = None
        """The epoch looked at; None follows the run."""
        self._samples: RunView.SamplesRead | None = None
        self._name_shown = ("", "")
        self._curves = {curve.name for curve in TOTALS}
        """The curves that are switched on, by name: a choice for all runs."""
        self._chart: LossChart | None = None
        self._axis_kept: bool | None = None
        """Whether the chart's axis was logarithmic the last time, if that is known."""
        self._progress_due = Throttle(self, PROGRESS_SECONDS, self._show_progress)
        self._unseen = False
        """Whether something was not drawn, as another screen covers this one."""
        self._curves_due = Throttle(self, CURVE_SECONDS, self._if_seen(self._show_curves), CURVES)
        self._pictures_due = Throttle(self, PICTURE_SECONDS, self._if_seen(self._ask_samples), PICTURES)
        self._panels_due = Throttle(self, CURVE_SECONDS, self._if_seen(self._show_panels), CURVES)
        self._data: DataProgress | None = None

    @property
    def workbench(self) -> Workbench:
        """The app, as far as screens know it."""
        return cast("Workbench", self.app)

    @property
    def run_shown(self) -> RunState | None:
        """The run on the screen."""
        return self.workbench.state.runs.get(self.run_id)

    @property
    def epoch(self) -> int:
        """The epoch under the cursor, or the newest."""
        run = self.run_shown
        return self.cursor or (run.last_epoch if run else 0)

    def compose(self) -> ComposeResult:
        """A frame for the chart, which is mounted after the first frame, and the panels."""
        self._loss = Container(id="loss")
        self._loss.border_title = "Loss"
        self._tabs = PanelTabs(id="panels")
        yield self._loss
        yield self._tabs

    def on_mount(self) -> None:
        """Begin once the first frame is at the terminal."""
        self.call_after_refresh(self.set_timer, FRAME_SECONDS, self._begin)

    async def _begin(self) -> None:
        """What can wait until the first frame stands."""
        self.workbench.begin()
        await asyncio.gather(*(asyncio.to_thread(import_module, name) for name in HEAVY_WIDGETS))
        from aetui.widgets.loss_chart import LossChart

        self._chart = LossChart()
        self._chart.can_focus = True
        if self._axis_kept is not None:
            self._chart.log_scale = self._axis_kept
        await self._loss.mount(self._chart)
        await self._tabs.fill()
        self._show_curves()

    # The run.

    def show_run(self, run_id: str) -> None:
        """Put the run with this id, which the state knows, on the screen, at its newest epoch."""
        if run_id != self.run_id:
            self._samples = None
        self.run_id, self.cursor = run_id, None
        self._pictures_due.at_once()
        self._show_curves()
        self._show_progress()

    def refresh_run(self) -> None:
        """Draw everything that depends on the run."""
        self._progress_due.request()
        self._curves_due.request()

    def refresh_progress(self) -> None:
        """Draw how far the run is."""
        self._progress_due.request()

    def changed(self, event: Event) -> None:
        """The state was changed by `event`: have what depends on it drawn, soon."""
        self._progress_due.request()
        if isinstance(event, DataProgress):
            self._data = event
        if isinstance(event, DataProgress | EngineReady | EngineFailed):
            self._panels_due.request()
        elif not isinstance(event, Progress) and event.run_id == self.run_id:
            self._curves_due.request()
        if not isinstance(event, Progress) and self._wait is not None:
            self._curves_due.request()

    @property
    def open_panel(self) -> str:
        """The key of the panel that is open."""
        return self._tabs.open_key

    # The time machine.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Epochs and loss terms can be chosen once an epoch is over; `live` only away from the newest one."""
        run = self.run_shown
        match action:
            case "cursor" | "first" | "curves":
                return run is not None and bool(run.epochs)
            case "live":
                return self.cursor is not None
        return True

    def action_cursor(self, by: int) -> None:
        """Go `by` epochs on; the first is the end of the way back, and at the newest the view follows the run."""
        run = self.run_shown
        if run and run.epochs:
            newest, first = run.last_epoch, run.epochs[0].epoch
            at = max(first, self.epoch + by)
            self._go(None if at >= newest else at)

    def action_first(self) -> None:
        """To the run's first epoch; nothing where there is none yet."""
        run = self.run_shown
        if run and run.epochs:
            self._go(run.epochs[0].epoch)

    def go_to(self, epoch: int) -> None:
        """To this epoch; at the newest the view follows the run. Raises UsageError where the run has no such epoch."""
        run = self.run_shown
        if run is None or not run.epochs:
            raise UsageError("No epoch", "no epoch is over yet")
        first, newest = run.epochs[0].epoch, run.last_epoch
        if not first <= epoch <= newest:
            raise UsageError("No epoch", f"expected an epoch from {first:,} to {newest:,}, got {epoch:,}")
        self._go(None if epoch == newest else epoch)

    def action_live(self) -> None:
        """To the newest epoch, and follow the run from there."""
        self._go(None)

    def _go(self, epoch: int | None) -> None:
        self.cursor = epoch
        self._pictures_due.at_once()
        self._show_curves()
        self._show_progress()

    def say(self, text: str) -> None:
        """Tell the user what a key did, where the screen has a line for it."""

    def action_log_scale(self) -> None:
        """The loss axis as its range asks for it, then logarithmic, then linear."""
        if self._chart:
            kinds = {None: True, True: False, False: None}
            self._chart.log_scale = kinds[self._chart.log_scale]
            now = "logarithmic" if self._chart.logarithmic else "linear"
            self.say(f"loss axis {now}" + (", chosen by its range" if self._chart.log_scale is None else ""))

    def action_smooth(self) -> None:
        """Curves as moving averages, over more epochs each time, then as they are."""
        if self._chart:
            back = self._chart.next_smoothing()
            self.say(f"curves smoothed over {back:,} epochs" if back else "curves as they are")

    def action_time_unit(self) -> None:
        """Along the bottom epochs, then steps, then seconds of training."""
        if self._chart:
            self.say(f"time in {self._chart.next_unit()}")

    def on_loss_chart_epoch_chosen(self, message: LossChart.EpochChosen) -> None:
        """The mouse went to an epoch of the chart; the newest is followed. Found by name: its class comes later."""
        run = self.run_shown
        if run and run.epochs:
            self._go(None if message.epoch >= run.last_epoch else message.epoch)

    def action_curves(self) -> None:
        """Open the list of loss terms; nothing without a run."""
        from aetui.screens.curves import CurvesDialog

        run = self.run_shown
        if run is not None:
            self.workbench.push_screen(
                CurvesDialog(run.curves, self._curves, self._show_curves, self.workbench.key_overrides)
            )

    def action_panel(self, key: str) -> None:
        """Open the panel `key`; nothing where the model does not fill it."""
        self._tabs.open(key)
        self._show_panels()

    def action_step(self, by: int) -> None:
        """Open the panel `by` places to the right; from the last on to the first."""
        self._tabs.step(by)
        self._show_panels()

    def _ask_samples(self) -> None:
        run = self.run_shown
        ended = run.epoch(self.epoch) if run else None
        wanted = (self.run_id, self.epoch)
        if self._samples and self._samples.of == wanted:
            return
        if ended and ended.samples:
            self._read_samples(wanted)
        elif self._samples is not None:
            self._samples = None
            self._show_panels()

    @work(thread=True, exclusive=True, group="samples")
    def _read_samples(self, of: tuple[str, int]) -> None:
        self.post_message(self.samples_of(*of))

    def samples_of(self, run_id: str, epoch: int) -> RunView.SamplesRead:
        """What was kept of an epoch, or of the nearest one, read now: not for the screen's thread."""
        from engine.runs.snapshots import read_nearest

        of = run_id, epoch
        try:
            record = self.workbench.store.find(run_id)
            kept, samples = read_nearest(record.folder, epoch)
            # A folder may hold something else than its run's name promises.
            fitting = registry.kind(record.variant, record.dataset, record.kind).drawable(samples)
            nearest = 0 if kept == epoch else kept
            return self.SamplesRead(of, samples if fitting else None, "" if fitting else UNFIT, nearest)
        except EngineError as error:
            return self.SamplesRead(of, None, str(error))

    @on(SamplesRead)
    def _samples_read(self, message: SamplesRead) -> None:
        if message.of == (self.run_id, self.epoch):
            self._samples = message
            self._show_panels()
        elif message.of[0] == self.run_id and self.cursor is None:
            # The run went on meanwhile; its newer pictures are asked for with the next curve.
            self._samples = message
            self._show_panels()

    # Drawing.

    def _if_seen(self, draw: Callable[[], None]) -> Callable[[], None]:
        """Under a screen that covers all of this one nothing is drawn: keys there would wait for it."""

        def seen() -> None:
            stack = self.app.screen_stack
            above = stack[stack.index(self) + 1 :] if self in stack else []
            if self not in stack or any(screen.styles.background.a == 1 for screen in above):
                self._unseen = True
            else:
                draw()

        return seen

    def on_screen_resume(self) -> None:
        """Draw what has come meanwhile."""
        if self._unseen:
            self._unseen = False
            self._show_curves()

    def _show_curves(self) -> None:
        run = self.run_shown
        if self._chart is not None:
            self._draw_chart(self._chart, run or RunState(""))
        if self.cursor is None:
            self._pictures_due.request()
        else:
            self._ask_samples()
        self._show_name()
        self._show_panels()

    def _show_name(self) -> None:
        run = self.run_shown
        name, origin = self._title(run) if run else ("", "")
        if (name, origin) != self._name_shown:  # a new one has the chart drawn again, even if it is the same
            self._name_shown = name, origin
            self._loss.border_title = Content(f"Loss · {origin}" if origin else "Loss")
            self._loss.border_subtitle = Content(name)

    def _title(self, run: RunState) -> tuple[str, str]:
        """What stands below the chart, and above it where the run comes from."""
        return plain(run.name or run.run_id), ""

    def _relative(self, run: RunState) -> RunState | None:
        """The run whose curve is drawn behind that of `run`."""
        del run
        return None

    def _draw_chart(self, chart: LossChart, run: RunState) -> None:
        from aetui.render.curves.scene_of_run import data_of

        data = data_of(run, self._curves, self._relative(run))
        chart.placeholder = NO_CURVE if run.epochs and not data.series else self._wait.lines if self._wait else NO_LOSS
        chart.show_data(data, self.cursor)

    def _show_panels(self) -> None:
        run = self.run_shown
        alarmed, view = bool(run and run.alarms_now), self._view()
        planned, live = run.planned if run else 0, self.cursor is None
        self._tabs.set_epoch(self.epoch, planned, live=live, alarmed=alarmed, nearest=view.nearest)
        panel = self._tabs.panel
        if panel is not None:
            cast(Panel, panel).show(view)

    def _view(self) -> View:
        """What the open panel is to show."""
        run, samples = self.run_shown, self._samples
        if samples and samples.of[0] != self.run_id:
            samples = None
        pictures = samples.samples if samples else None
        missing = plain(samples.failure) if samples else self._awaited
        nearest = samples.nearest if samples else 0
        return View(run, self.epoch, pictures, missing, self.workbench.state.engine, self._data, nearest=nearest)

    @property
    def _awaited(self) -> str:
        """What stands in place of samples that are not there yet; empty where none were kept."""
        ended = self.run_shown.epoch(self.epoch) if self.run_shown else None
        if ended is None and self._wait is not None:
            return self._wait.lines
        return READING if ended and ended.samples else ""

    @property
    def _wait(self) -> Wait | None:
        return waited_for(self.workbench.state, self.run_shown)

    def _show_progress(self) -> None:
        """How far the run is; a screen that has a bar for it says more."""
        run = self.run_shown
        self.set_class(bool(run and run.going), "-going")
