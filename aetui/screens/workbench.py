"""The workbench: choose, set, train, watch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import monotonic
from typing import Any, ClassVar

from msgspec.structs import replace
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.timer import Timer
from textual.widget import Widget

from aetui import keymap
from aetui.panels import table
from aetui.panels.preview import Subject
from aetui.render.status import progress_view, stopped_early
from aetui.screens.branch_view import BranchView
from aetui.state.kept import Kept
from aetui.state.run_state import RESUMABLE, TOTALS, RunState
from aetui.widgets import job_form, too_small
from aetui.widgets.epoch_progress import EpochProgress, ProgressView
from aetui.widgets.key_bar import KeyBar
from aetui.widgets.param_form import ParamForm
from aetui.widgets.status_line import StatusLine
from aetui.widgets.variant_list import VariantList
from engine import registry
from engine.errors import EngineError, SettingError
from engine.params import Param
from engine.registry import VARIANTS
from engine.variants.variant import Variant

ZOOMS = ("-zoom", "-zoom-chart")
"""Classes of the screen while a part of it has all the room."""
HINT_SECONDS = 3.0
"""How long a hint stands, and how long the second press that it asks for counts."""


class WorkbenchScreen(BranchView):
    """Shows one run at a time: the one that trains, the last one of the chosen model, or one picked from the store."""

    BINDINGS = keymap.bindings("workbench")
    HORIZONTAL_BREAKPOINTS = [(0, "-slim"), (too_small.WIDTH, "-tiny"), (60, "-narrow"), (100, "-broad")]
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (too_small.HEIGHT, "-low"), (18, "-short"), (32, "-tall"), (60, "-high")]
    scope: ClassVar[keymap.Scope] = "workbench"

    def __init__(self, kept: Kept | None = None) -> None:
        """`kept` is how the screen was left the last time."""
        super().__init__()
        self._kept = kept or Kept()
        self._axis_kept = self._kept.log_scale
        if self._kept.curves is not None:
            self._curves = set(self._kept.curves)
        self.labels: dict[str, str] = {}
        self._variant = VARIANTS.get(self._kept.model) or next(iter(VARIANTS.values()))
        self._touched = False
        self._instead: Mapping[str, str] = {}
        """Panels in the place of others, as the kind of data has them."""
        """Whether the form holds what the user put in and has not trained yet."""
        self._lengthened = False
        """Whether the user set `epochs` since the run shown came up."""
        self._hint: Timer | None = None
        self._hint_text = ""
        self._again_until = 0.0
        self._bar: tuple[object, ...] = ()

    @property
    def variant(self) -> Variant[Any]:
        """The chosen autoencoder: the one that list, form and panels are about."""
        return self._variant

    @property
    def at_work(self) -> bool:
        """Whether the form holds what the user put in and has not trained yet."""
        return self._touched or self._form.edit is not None

    @property
    def dataset(self) -> str:
        """The data set of the run that is going, else the form's."""
        active = self.workbench.state.active
        return active.dataset if active else str(self._form.values["dataset"])

    @property
    def draft(self) -> Subject | None:
        """What the form says, as it stands."""
        draft = job_form.Draft(self.variant, self._form.values)
        return Subject.of(draft.variant.key, draft.values["preset"], draft.values["dataset"], draft.config)

    def compose(self) -> ComposeResult:
        """The status line; models and settings beside chart and panels; progress; the key bar."""
        yield StatusLine("workbench")
        with Horizontal(id="body"):
            with Vertical(id="side"):
                yield VariantList(list(VARIANTS.values()), id="models")
                yield ParamForm(id="settings")
            with Vertical(id="main"):
                yield from super().compose()
        yield EpochProgress()
        yield KeyBar()
        yield too_small.TooSmall()

    def on_mount(self) -> None:
        """Fill form and tabs for the first model, and give the list of models the focus."""
        self._models = self.query_one(VariantList)
        self._form = self.query_one(ParamForm)
        self._take(job_form.of_preset(self.variant, self.workbench.data_dir))
        self._models.choose(self.variant.key)
        self._offer_panels()
        self._tabs.open(self._kept.panel)
        if self._kept.zoom in ZOOMS:
            self.add_class(self._kept.zoom)
        self.watch(self._models, "chosen", self._model_chosen, init=False)
        self._models.focus()

    # What `t` trains.

    def _take(self, draft: job_form.Draft) -> None:
        """Have list, form and panels be about `draft`; nothing else changes any of them."""
        if draft.variant is not self._variant:
            self._variant = draft.variant
            self._models.choose(draft.variant.key)
        self._form.set_params(draft.fields, draft.values, job_form.notes(draft.variant, self.workbench.data_dir))
        self._offer_panels()
        self._touched = self._lengthened = False

    def look(self, former: Kept) -> Kept:
        """How the screen is left, for the next start; what is not this screen's is as in `former`."""
        chosen = None if self._curves == {curve.name for curve in TOTALS} else tuple(sorted(self._curves))
        return replace(
            former,
            model=self.variant.key,
            panel=self._tabs.open_key,
            zoom=next(filter(self.has_class, ZOOMS), ""),
            log_scale=self._chart.log_scale if self._chart else self._axis_kept,
            curves=chosen,
        )

    # What the command line asks for.

    @property
    def models(self) -> Sequence[str]:
        """The autoencoders that can be chosen."""
        return tuple(VARIANTS)

    @property
    def panels(self) -> Sequence[str]:
        """The panels that the chosen model fills."""
        return [kind.key for kind in self._tabs.kinds]

    @property
    def params(self) -> Sequence[Param]:
        """The fields of the form."""
        return self._form.params

    def choose_model(self, key: str) -> None:
        """Choose a model, as if the user moved there in the list."""
        self._models.choose(key)

    def set_value(self, name: str, text: str) -> None:
        """Put a value into the form. Raises SettingError, and nothing is changed."""
        self._form.put(name, text)

    def refresh_data(self) -> None:
        """Look again which data sets there are, and which of them on this machine: one may have come or gone."""
        values = self._form.values
        notes = job_form.notes(self.variant, self.workbench.data_dir, values["dataset"])
        self._form.renew(job_form.Draft(self.variant, values).fields, notes)

    @on(ParamForm.Changed)
    def _value_changed(self, message: ParamForm.Changed) -> None:
        if message.about is not self._form.about:
            return
        if message.name == "preset":
            data_dir, dataset = self.workbench.data_dir, self._form.values["dataset"]
            self._take(job_form.of_preset(self.variant, data_dir, message.value, dataset))
        elif message.name == "dataset" and job_form.Draft(self.variant, self._form.values).first_choice:
            self._take(job_form.of_preset(self.variant, self.workbench.data_dir, dataset=message.value))
        self._touched = True
        self._lengthened |= message.name == "epochs"
        self._show_progress()
        self._panels_due.request()

    def _model_chosen(self) -> None:
        """The user moved in the list: what is on the screen gives way to the model's own newest run, if it has one."""
        if self._models.variant is not self._variant:
            self._take(job_form.of_preset(self._models.variant, self.workbench.data_dir))
            self.show_run("")
            self.workbench.show_last(self.variant.key)

    def _offer_panels(self) -> None:
        """Those that the model fills on the kind of data of the run that is shown, else of the form."""
        run = self.run_shown
        kind = run.kind if run else registry.kind(self.variant.key, str(self._form.values["dataset"]))
        self._instead = kind.panels
        shown = registry.known(run.variant) if run else None
        offered = table.of_variant((*(shown or self.variant).panels, *kind.adds), kind.panels)
        if offered != self._tabs.kinds:
            self._tabs.set_kinds(offered)
            self.call_later(self._fill_panels)

    def _show_panels(self) -> None:
        self._offer_panels()
        super()._show_panels()

    async def _fill_panels(self) -> None:
        """Those that are not there yet; new ones know nothing of the run."""
        await self._tabs.fill()
        self._show_panels()

    def action_settings(self) -> None:
        """Focus the settings; in little width they open as a drawer."""
        self._take_in_hand(self._form)

    def action_models(self) -> None:
        """Focus the list of models; in little width it opens as a drawer."""
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

    def action_panel(self, key: str) -> None:
        """A panel that is asked for is shown, also where the chart was alone."""
        self.remove_class("-zoom-chart")
        super().action_panel(self._instead.get(key, key))

    def action_step(self, by: int) -> None:
        """As `action_panel`."""
        self.remove_class("-zoom-chart")
        super().action_step(by)

    def action_zoom(self) -> None:
        """What has the focus alone, drawer closed; from the chart alone to the panel alone; or everything again."""
        on_chart = self._chart is not None and self._chart.has_focus and not self.has_class("-zoom")
        alone = self.has_class("-zoom-chart")
        self.set_class(on_chart and not alone, "-zoom-chart")
        self.set_class(alone or not (on_chart or self.has_class("-zoom")), "-zoom")
        self.call_after_refresh(self._show_panels)
        if self.focused in (None, self._models, self._form):
            self.action_chart()

    # The run.

    def action_train(self) -> None:
        """Train what the form says; while a run goes on it takes a second press, which queues it.

        Where a setting is impossible nothing is trained, and its field gets the focus and the reason.
        """
        if not self._form.commit():
            self.action_settings()
            return
        if self.workbench.state.active and monotonic() > self._again_until:
            self._again_until = monotonic() + HINT_SECONDS
            self.say(f"training already; press {self._key('train')} again to queue another run")
            return
        self._again_until = 0.0
        try:
            self.workbench.submit_training(job_form.Draft(self.variant, self._form.values))
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

    def action_pause(self) -> None:
        """As `Workbench.pause_or_continue`."""
        self.workbench.pause_or_continue()

    def action_stop(self) -> None:
        """As `Workbench.stop`."""
        self.workbench.stop()

    def action_unqueue(self) -> None:
        """As `Workbench.unqueue`."""
        self.workbench.unqueue()

    def action_resume(self) -> None:
        """Let the run on the screen go on, longer if the user set more epochs.

        One that patience ended goes on only with more; a hint says so.
        """
        run = self.run_shown
        if run is not None and stopped_early(run) and self._longer(run) is None:
            self.say(f"stopped early in epoch {run.last_epoch:,} of {run.planned:,}; set more epochs to go on")
        elif run is not None and self._form.commit() and self.workbench.resume_run(run.run_id, self._longer(run)):
            self._lengthened = False
            self.action_chart()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The steered run decides what can be paused and stopped, the one on the screen what can go on."""
        run, steered = self.run_shown, self.workbench.steered
        match action:
            case "pause":
                return steered is not None and steered.status in ("running", "paused", "held")
            case "stop":
                return steered is not None
            case "unqueue":
                return bool(self.workbench.state.waiting)
            case "resume":
                return run is not None and not run.going and self._resumable(run)
            case "ask" if self.focused is self._models:
                return False  # there the key filters the list
        return super().check_action(action, parameters)

    def _resumable(self, run: RunState) -> bool:
        if not run.seq:  # it failed before anything of it was written down
            return False
        if stopped_early(run):
            return True  # to be told what it takes
        return run.status in RESUMABLE or (run.status == "completed" and self._longer(run) is not None)

    def _longer(self, run: RunState) -> int | None:
        """The epochs the user set for this run to have, if more than planned."""
        typing = self._form.edit is not None and self._form.param.name == "epochs"
        wanted = int(self._form.current("epochs"))
        return wanted if (self._lengthened or typing) and wanted > run.planned else None

    def show_run(self, run_id: str, *, asked: bool = False) -> None:
        """Put the run with this id, which the state knows, on the screen, at its newest epoch; "" for none.

        The form takes its settings, unless the user is at work on those of the same model and did not ask for this run.
        """
        run = self.workbench.state.runs.get(run_id)
        if run_id != self.run_id:
            self._lengthened = False
        variant = VARIANTS.get(run.variant) if run is not None else None  # of others the form has nothing to say
        if run is not None and variant and (asked or run.variant != self.variant.key or not self.at_work):
            self._take(job_form.of_run(run, variant, self.workbench.data_dir))
        super().show_run(run_id if run is not None else "")

    def show_unbegun(self) -> None:
        """Show no run: the one on the screen was taken back, and the form keeps what it was to be trained with."""
        self.show_run("")
        self._touched = True

    # The bars.

    def _show_progress(self) -> None:
        run = self.run_shown
        self.refresh_status()
        if not self.app.is_running:
            return
        self.query_one(EpochProgress).show(
            ProgressView(state=self._hint_text)
            if self._hint_text
            else progress_view(run, self._key("panel_log"), self._key("panel_health"), self._wait)
        )
        super()._show_progress()
        self._refresh_bar()

    def refresh_status(self) -> None:
        """Draw the status line."""
        if not self.app.is_running:  # while the app ends, the children go first
            return
        self.query_one(StatusLine).show(self.workbench.status(self.dataset))

    def _refresh_bar(self) -> None:
        run, steered = self.run_shown, self.workbench.steered
        longer = self._longer(run) if run else None
        self.labels = {
            "pause": "continue" if steered and steered.status == "paused" else "pause",
            "resume": f"resume to {longer:,}" if longer else "resume",
        }
        bar = (*self.labels.values(), *(self.check_action(a.act.split("(")[0], ()) for a in keymap.ACTIONS if a.bar))
        if bar != self._bar:
            self._bar = bar
            self.refresh_bindings()

    def on_descendant_focus(self) -> None:
        """Without much width, models and settings are a drawer that is open while they have the focus."""
        self.set_class(self.focused in (self._models, self._form), "-drawer")
