"""The workbench: choose, set, train, watch."""

from __future__ import annotations

import asyncio
from importlib import import_module
from time import monotonic
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import Container, Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget

from aetui import job_form, keymap, panels
from aetui.bridge import Throttle
from aetui.panels import Panel, View
from aetui.render.text import plain
from aetui.state import RESUMABLE, RunState
from aetui.summary import progress_view
from aetui.widgets import too_small
from aetui.widgets.epoch_progress import EpochProgress, ProgressView
from aetui.widgets.key_bar import KeyBar
from aetui.widgets.panel_tabs import PanelTabs
from aetui.widgets.param_form import ParamForm
from aetui.widgets.status_line import StatusLine
from aetui.widgets.variant_list import VariantList
from engine import datasets
from engine.errors import EngineError, SettingError
from engine.events import Event, Progress
from engine.registry import VARIANTS
from engine.variants.variant import Variant

if TYPE_CHECKING:
    from aetui.app import Workbench
    from aetui.widgets.loss_chart import LossChart
    from engine.samples import Samples

FRAME_SECONDS = 0.03
"""What a drawn frame takes through Textual's writing thread to the terminal; imports would hold that thread up."""
PROGRESS_SECONDS = 0.125
CURVE_SECONDS = 0.4
PICTURE_SECONDS = 1.5
"""Pictures are most of what goes to the terminal: ten digits in three rows are 17 kB."""
HINT_SECONDS = 3.0
"""How long a hint stands, and how long the second press that it asks for counts."""
HEAVY_WIDGETS = ("aetui.widgets.loss_chart", "aetui.widgets.image_grid")
"""They import numpy, which costs a third of the time that the first frame may take."""


class WorkbenchScreen(Screen[None]):
    """Shows one run at a time: the one that trains, the last one of the chosen model, or one picked from the store."""

    BINDINGS = keymap.bindings("workbench")
    HORIZONTAL_BREAKPOINTS = [(0, "-slim"), (too_small.WIDTH, "-tiny"), (60, "-narrow"), (150, "-broad")]
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (too_small.HEIGHT, "-low"), (18, "-short"), (32, "-tall"), (60, "-high")]
    scope: ClassVar[keymap.Scope] = "workbench"

    class SamplesRead(Message):
        """The pictures of one epoch, or why there are none."""

        def __init__(self, of: tuple[str, int], samples: Samples | None, failure: str) -> None:
            super().__init__()
            self.of = of
            self.samples = samples
            self.failure = failure

    def __init__(self) -> None:
        super().__init__()
        self.run_id = ""
        self.cursor: int | None = None
        """The epoch looked at; None follows the run."""
        self.labels: dict[str, str] = {}
        self._samples: WorkbenchScreen.SamplesRead | None = None
        self._touched = False
        """Whether the form holds what the user put in and has not trained yet."""
        self._lengthened = False
        """Whether the user set `epochs` since the run shown came up."""
        self._hint: Timer | None = None
        self._hint_text = ""
        self._again_until = 0.0
        self._name = ""
        self._bar: tuple[object, ...] = ()
        self._chart: LossChart | None = None
        self._progress_due = Throttle(self, PROGRESS_SECONDS, self._show_progress)
        self._curves_due = Throttle(self, CURVE_SECONDS, self._show_curves)
        self._pictures_due = Throttle(self, PICTURE_SECONDS, self._ask_samples)

    @property
    def workbench(self) -> Workbench:
        return cast("Workbench", self.app)

    @property
    def run_shown(self) -> RunState | None:
        """The run on the screen."""
        return self.workbench.state.runs.get(self.run_id)

    @property
    def variant(self) -> Variant:
        """The chosen autoencoder."""
        return self._models.variant

    @property
    def dataset(self) -> str:
        """The data set of the run that is going, else the form's."""
        active = self.workbench.state.active
        return active.dataset if active else str(self._form.values["dataset"])

    @property
    def epoch(self) -> int:
        """The epoch under the cursor, or the newest."""
        run = self.run_shown
        return self.cursor or (run.last_epoch if run else 0)

    def compose(self) -> ComposeResult:
        yield StatusLine("workbench")
        with Horizontal(id="body"):
            with Vertical(id="side"):
                yield VariantList(list(VARIANTS.values()), id="models")
                yield ParamForm(id="settings")
            with Vertical(id="main"):
                yield Container(id="loss")
                yield PanelTabs(id="panels")
        yield EpochProgress()
        yield KeyBar()
        yield too_small.TooSmall()

    def on_mount(self) -> None:
        self._models = self.query_one(VariantList)
        self._form = self.query_one(ParamForm)
        self._tabs = self.query_one(PanelTabs)
        self._loss = self.query_one("#loss", Container)
        self._loss.border_title = "Loss"
        self.fill_form()
        self._tabs.set_kinds(panels.of_variant(self.variant.panels))
        self._models.focus()
        self.call_after_refresh(self.set_timer, FRAME_SECONDS, self._begin)

    async def _begin(self) -> None:
        """What can wait until the first frame stands."""
        self.workbench.begin()
        await asyncio.gather(*(asyncio.to_thread(import_module, name) for name in HEAVY_WIDGETS))
        from aetui.widgets.loss_chart import LossChart

        self._chart = LossChart()
        self._chart.can_focus = True
        await self._loss.mount(self._chart)
        await self._tabs.fill()
        self._show_curves()

    # The form.

    def fill_form(self, preset: str | None = None, dataset: str | None = None) -> None:
        """Put the values of a preset in, the variant's first one by default."""
        variant, data_dir = self.variant, self.workbench.data_dir
        preset = preset or next(iter(variant.presets))
        dataset = dataset or job_form.preferred(variant, data_dir)
        self._form.set_params(
            job_form.fields(variant, preset, dataset),
            job_form.values(variant, preset, dataset),
            job_form.notes(variant, data_dir),
        )
        self._touched = self._lengthened = False

    def _fill_from(self, run: RunState) -> None:
        """Put the settings of a run in."""
        variant, data_dir = self.variant, self.workbench.data_dir
        preset = run.preset if run.preset in variant.presets else next(iter(variant.presets))
        fitting = run.dataset in datasets.DATASETS and datasets.DATASETS[run.dataset].kind in variant.accepts
        dataset = run.dataset if fitting else job_form.preferred(variant, data_dir)
        self._form.set_params(
            job_form.fields(variant, preset, dataset),
            job_form.values_of(run, variant, preset, dataset),
            job_form.notes(variant, data_dir),
        )
        self._touched = self._lengthened = False

    def refresh_notes(self) -> None:
        """Look again which data sets are on this machine; one may have been downloaded."""
        self._form.notes = job_form.notes(self.variant, self.workbench.data_dir)
        self._form.refresh()

    @on(ParamForm.Changed)
    def _value_changed(self, message: ParamForm.Changed) -> None:
        if message.name == "preset":
            self.fill_form(message.value, self._form.values["dataset"])
        self._touched = True
        self._lengthened |= message.name == "epochs"
        self._show_progress()

    @on(VariantList.Chosen)
    def _variant_chosen(self, message: VariantList.Chosen) -> None:
        self.fill_form()
        self._offer_panels()
        if not self.workbench.state.active:
            self.workbench.show_last(message.variant.key)

    def _offer_panels(self) -> None:
        """The chosen model's, and no others."""
        self._tabs.set_kinds(panels.of_variant(self.variant.panels))
        self.call_later(self._tabs.fill)

    def action_settings(self) -> None:
        self._take_in_hand(self._form)

    def action_models(self) -> None:
        self._take_in_hand(self._models)

    def _take_in_hand(self, widget: Widget) -> None:
        """Focus at once, where `Widget.focus` would wait: the next key may be there already."""
        self.add_class("-drawer")
        self.set_focus(widget)

    def action_chart(self) -> None:
        """Close the drawer; the chart can take the focus once it is displayed again."""
        self.set_focus(None)
        self.remove_class("-drawer")
        if self._chart:
            self.call_after_refresh(self._chart.focus)

    # The run.

    def action_train(self) -> None:
        if not self._form.commit():
            self.action_settings()
            return
        if self.workbench.state.active and monotonic() > self._again_until:
            self._again_until = monotonic() + HINT_SECONDS
            self.say(f"training already; press {self._key('train')} again to queue another run")
            return
        self._again_until = 0.0
        try:
            self.workbench.submit_training(self.variant, self._form.values)
        except SettingError as error:
            self.action_settings()
            self._form.refuse(error.field, error.message)
        except EngineError as error:
            self.workbench.notice(error.title, error.message)
        else:
            self._touched = self._lengthened = False
            self.action_chart()

    def say(self, text: str) -> None:
        """Say something in the epoch bar for a moment."""
        if self._hint is not None:
            self._hint.stop()
        self._hint_text = text
        self._hint = self.set_timer(HINT_SECONDS, self._hush)
        self._show_progress()

    def _hush(self) -> None:
        self._hint_text = ""
        self._show_progress()

    def _key(self, action: str) -> str:
        return keymap.first_key(keymap.BY_ID[action], self.workbench.key_overrides)

    def on_key(self, event: events.Key) -> None:
        """Keys for a run that is going answer where it is another process's."""
        run = self.run_shown
        asks = [keymap.BY_ID[name] for name in ("pause", "stop")]
        known = {key for action in asks for key in keymap.split(action, self.workbench.key_overrides)}
        if run and run.elsewhere and self.workbench.state.active is None and event.key in known:
            event.stop()
            self.say(f"another process{f' ({run.pid})' if run.pid else ''} trains this run; only it can stop it")

    def action_pause(self) -> None:
        self.workbench.pause_or_continue()

    def action_stop(self) -> None:
        self.workbench.stop()

    def action_unqueue(self) -> None:
        self.workbench.unqueue()

    def action_resume(self) -> None:
        run = self.run_shown
        if run is not None and self._form.commit() and self.workbench.resume_run(run.run_id, self._longer(run)):
            self._lengthened = False
            self.action_chart()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        run, active = self.run_shown, self.workbench.state.active
        match action:
            case "pause":
                return active is not None and active.status in ("running", "paused")
            case "stop":
                return active is not None
            case "unqueue":
                return bool(self.workbench.state.waiting)
            case "resume":
                return run is not None and not run.going and self._resumable(run)
            case "cursor" | "first":
                return run is not None and bool(run.epochs)
            case "live":
                return self.cursor is not None
        return True

    def _resumable(self, run: RunState) -> bool:
        if not run.seq:  # it failed before anything of it was written down
            return False
        return run.status in RESUMABLE or (run.status == "completed" and self._longer(run) is not None)

    def _longer(self, run: RunState) -> int | None:
        """The epochs the user set for this run to have, if more than planned."""
        typing = self._form.edit is not None and self._form.param.name == "epochs"
        wanted = int(self._form.current("epochs"))
        return wanted if (self._lengthened or typing) and wanted > run.planned else None

    def show_run(self, run_id: str, *, asked: bool = False) -> None:
        """Put the run with this id, which the state knows, on the screen, at its newest epoch.

        The form takes its settings, unless the user is at work there and did not ask for this run.
        """
        changed = run_id != self.run_id
        self.run_id, self.cursor = run_id, None
        run = self.run_shown
        if changed:
            self._samples, self._lengthened = None, False
        if run and run.variant != self.variant.key:
            with self.prevent(VariantList.Chosen):
                self._models.choose(run.variant)
            self._offer_panels()
        if run and run.variant == self.variant.key and (asked or not (self._touched or self._form.edit)):
            self._fill_from(run)
        self._show_curves()
        self._show_progress()

    def refresh_run(self) -> None:
        """Draw everything that depends on the run."""
        self._progress_due.request()
        self._curves_due.request()

    def changed(self, event: Event) -> None:
        """The state was changed by `event`: have what depends on it drawn, soon."""
        self._progress_due.request()
        if not isinstance(event, Progress) and event.run_id == self.run_id:
            self._curves_due.request()

    # The time machine.

    def action_cursor(self, by: int) -> None:
        run = self.run_shown
        if run and run.epochs:
            newest, first = run.last_epoch, run.epochs[0].epoch
            at = max(first, self.epoch + by)
            self._go(None if at >= newest else at)

    def action_first(self) -> None:
        run = self.run_shown
        if run and run.epochs:
            self._go(run.epochs[0].epoch)

    def action_live(self) -> None:
        self._go(None)

    def _go(self, epoch: int | None) -> None:
        self.cursor = epoch
        self._show_curves()
        self._show_progress()

    def action_log_scale(self) -> None:
        if self._chart:
            self._chart.log_scale = not self._chart.log_scale

    def action_zoom(self) -> None:
        """The panel alone, drawer closed; or everything again."""
        self.toggle_class("-zoom")
        if self.focused in (None, self._models, self._form):
            self.action_chart()

    def action_panel(self, key: str) -> None:
        self._tabs.open(key)
        self._show_curves()

    def action_step(self, by: int) -> None:
        self._tabs.step(by)
        self._show_curves()

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

    @work(thread=True, exclusive=True, group="samples", exit_on_error=False)
    def _read_samples(self, of: tuple[str, int]) -> None:
        from engine.samples import read_samples

        run_id, epoch = of
        try:
            folder = self.workbench.store.find(run_id).folder
            self.post_message(self.SamplesRead(of, read_samples(folder, epoch), ""))
        except EngineError as error:
            self.post_message(self.SamplesRead(of, None, str(error)))

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

    def _show_curves(self) -> None:
        run = self.run_shown
        if self._chart is not None:
            from aetui.render.plot import Line

            epochs = run.epochs if run else ()
            x = [ended.epoch for ended in epochs]
            lines = [
                Line("train", x, [ended.train.get("loss", float("nan")) for ended in epochs]),
                Line("validation", x, [ended.validation.get("loss", float("nan")) for ended in epochs]),
            ]
            self._chart.show(lines, cursor=self.cursor, epochs=run.planned if run else 0)
        if self.cursor is None:
            self._pictures_due.request()
        else:
            self._ask_samples()
        name = plain(run.name or run.run_id) if run else ""
        if name != self._name:  # a new one has the chart drawn again, even if it is the same
            self._name = name
            self._loss.border_subtitle = Content(name)
        self._show_panels()

    def _show_panels(self) -> None:
        run, samples = self.run_shown, self._samples
        if samples and samples.of[0] != self.run_id:
            samples = None
        self._tabs.set_epoch(self.epoch, run.planned if run else 0, live=self.cursor is None)
        pictures = samples.samples if samples else None
        view = View(run, self.epoch, pictures, plain(samples.failure) if samples else "")
        panel = self._tabs.panel
        if panel is not None:
            cast(Panel, panel).show(view)

    def _show_progress(self) -> None:
        run = self.run_shown
        self.refresh_status()
        self.query_one(EpochProgress).show(
            ProgressView(state=self._hint_text) if self._hint_text else progress_view(run, self._key("panel_log"))
        )
        self.set_class(bool(run and run.going), "-going")
        self._refresh_bar()

    def refresh_status(self) -> None:
        """Draw the status line."""
        self.query_one(StatusLine).show(self.workbench.status(self.dataset))

    def _refresh_bar(self) -> None:
        active = self.workbench.state.active
        run = self.run_shown
        longer = self._longer(run) if run else None
        self.labels = {
            "pause": "continue" if active and active.status == "paused" else "pause",
            "resume": f"resume to {longer:,}" if longer else "resume",
        }
        bar = (*self.labels.values(), *(self.check_action(a.act.split("(")[0], ()) for a in keymap.ACTIONS if a.bar))
        if bar != self._bar:
            self._bar = bar
            self.refresh_bindings()

    def on_descendant_focus(self) -> None:
        """Without much width, models and settings are a drawer that is open while they have the focus."""
        self.set_class(self.focused in (self._models, self._form), "-drawer")
