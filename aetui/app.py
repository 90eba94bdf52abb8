"""The app: owns the engine, the state and the modes; what one screen cannot decide is decided here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace
from textual import on, work
from textual.command import CommandPalette
from textual.screen import Screen

from aetui import keymap, settings
from aetui.bridge import Emit, EngineLike, EngineNews, emitter
from aetui.bringing import set_rows
from aetui.follow.attach import FOLLOW_SECONDS
from aetui.follow.gpu import Gpus
from aetui.follow.machine import Machine, Measured, Meter
from aetui.orders import Orders
from aetui.render.palette import muted
from aetui.render.status import state_and_detail
from aetui.screens import command_palette
from aetui.screens.workbench import WorkbenchScreen
from aetui.state import kept
from aetui.state.run_state import WorkbenchState
from aetui.terminal.abilities import UNASKED, Abilities
from aetui.terminal.budget import LOW_BYTES_A_SECOND
from aetui.widgets.status_line import Status
from assets import FOLDER
from engine.datasets.own import records
from engine.errors import EngineError
from engine.events import EngineFailed, Event, RunCancelled, RunFinished, RunInterrupted, RunResumed, RunStarted
from engine.registry import VARIANTS
from engine.runs.jobs import HandOver

if TYPE_CHECKING:
    from aetui.screens import host
    from aetui.screens.data import DataScreen
    from aetui.screens.dialogs import Answer
    from aetui.screens.runs import RunsScreen
    from engine.runs.store import RunStore


LOOK_SECONDS = 2.0
"""How often what the screen looks like is kept, where it has changed, and how often data of the user's own are."""


class Workbench(Orders):
    """The engine is made by `engine_factory`, with the callback for its events, once the first frame stands.

    `data_dir` is the user's data folder; `open_run` names the run to begin with (else the newest of the first model).
    `config` is the file with theme and keys, `look` the one that keeps how the screen was left; None: it is not kept.
    What `abilities` lack is not drawn.
    """

    TITLE = "aetui"
    CSS_PATH = FOLDER / "aetui.tcss"
    BINDINGS = keymap.bindings("everywhere")
    COMMANDS = {command_palette.Actions}
    DEFAULT_MODE = "workbench"
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (60, "-narrow"), (100, "-broad")]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (32, "-tall")]
    _seeing = False
    """Whether the theme changes with the terminal's background, not by the user."""

    def __init__(
        self,
        engine_factory: Callable[[Emit], EngineLike],
        store: RunStore,
        data_dir: Path | None,
        *,
        open_run: str | None = None,
        config: Path | None = None,
        look: Path | None = None,
        abilities: Abilities = UNASKED,
        low_bandwidth: bool | None = None,
        gpus: Gpus | None = None,
    ) -> None:
        super().__init__()
        self.engine: EngineLike | None = None
        self.store, self.beside = store, set()
        self.data_dir = data_dir
        self.left: HandOver | None = None
        """What another process is to go on with once the screen is gone."""
        self._look_path, self._kept = look, kept.read(look) if look else kept.Kept()
        self._commands = self._kept.commands
        self.desk = WorkbenchScreen(self._kept)
        self._mode_screens: list[WorkbenchScreen | RunsScreen | DataScreen] = [self.desk]
        self._own_sets = records.all_own()
        self.key_overrides: Mapping[str, str] = {}
        self._complaint = ""
        self._engine_factory = engine_factory
        self._open_run = open_run
        self._machine = Machine()
        self._meter = Meter(self.post_message, self._processes, gpus or Gpus())
        self.add_mode("workbench", lambda: self.desk)
        self.add_mode("runs", self._runs_screen)
        self.add_mode("data", self._data_screen)
        self._configure(config or settings.default_path(), abilities, low_bandwidth)

    def _configure(self, path: Path, abilities: Abilities, low_bandwidth: bool | None) -> None:
        """Theme and keys. Done before the first frame: a theme that is set later has the style sheet parsed twice."""
        self.register_theme(settings.NIGHT)
        self.register_theme(settings.DAY)
        self.theme = settings.NIGHT.name
        wanted = settings.read(path, self.available_themes)
        former = self._kept.theme if self._kept.theme in self.available_themes else ""
        theme = wanted.theme or former or settings.AUTO
        self._theme_chosen = former
        self._follows_terminal = theme == settings.AUTO
        if self._follows_terminal:
            self.see_background(bool(abilities.light and abilities.colours))
        else:
            self.theme = theme
        self.take_terminal(abilities)
        if wanted.low_bandwidth if low_bandwidth is None else low_bandwidth:
            self.budget.rate = LOW_BYTES_A_SECOND
        self.take_orders(wanted.jobs, isolate=wanted.isolate)
        self.key_overrides = wanted.keys
        self.cells = wanted.cells
        self.set_keymap({**wanted.keys})
        if wanted.complaints:
            self._complaint = "\n\n".join([f"{path}:", *wanted.complaints])

    def watch_theme(self, theme: str) -> None:
        """Another theme is kept for the next start; that of the configuration is not, so that it can be taken back."""
        if self.is_running and not self._seeing:
            self._theme_chosen = theme

    def see_background(self, light: bool) -> None:
        """Take the house's theme for it, unless the user has chosen one."""
        houses = {settings.NIGHT.name, settings.DAY.name}
        if self._follows_terminal and self.theme in houses:
            self._seeing = True
            self.theme = settings.DAY.name if light else settings.NIGHT.name
            self._seeing = False

    def get_css_variables(self) -> dict[str, str]:
        """The theme's variables, with a muted colour that holds in style sheets and in text alike."""
        variables = super().get_css_variables()
        variables["text-muted"] = muted(variables)
        return variables

    def begin(self) -> None:
        """What can wait until the first frame stands: the engine, the last run, the machine's figures."""
        if self._open_run:
            self.open_run(self._open_run)
        else:
            self.show_first(self.desk.variant.key)
        try:
            self.engine = self._engine_factory(emitter(self))
            self.engine.start()
        except EngineError as error:
            self.notice(error.title, error.message)
        if self._complaint:
            self.notice("Configuration", self._complaint)
        self._meter.start()
        self.collect_at_rest()
        self.set_interval(LOOK_SECONDS, self._keep_look)
        self.set_interval(LOOK_SECONDS, self._look_at_own_sets)
        self.set_interval(FOLLOW_SECONDS, self._follow)

    # Events.

    @on(EngineNews)
    def _engine_news(self, message: EngineNews) -> None:
        message.each(self._engine_event)

    def _engine_event(self, event: Event) -> None:
        before = self.state
        self.hear(event)
        if _status(before, event.run_id) != _status(self.state, event.run_id):
            self.heard_of(event.run_id)
        match event:
            case RunStarted() | RunResumed():
                self.desk.refresh_data()
                self._show_begun(event.run_id)
            case RunCancelled():
                self._forget(event.run_id)
            case EngineFailed():
                self._show_begun(event.run_id)
                self.notice(event.title, event.message)
            case RunInterrupted():
                self.notice("The run's process is gone", event.message)
            case RunFinished(outcome="failed" | "diverged"):
                self.notice(f"The run {event.outcome}", event.message)
        if isinstance(event, RunStarted | RunResumed | RunFinished | RunInterrupted):
            self.look_at_group(self.desk.run_id)
        self._changed(event)

    def _show_begun(self, run_id: str) -> None:
        """Show what the engine turned to, if its last run is on the screen and nothing else is done there."""
        desk, begun, shown = self.desk, self.state.runs.get(run_id), self.desk.run_shown
        over = shown is not None and shown.here and not shown.going
        if begun is None or begun.variant not in VARIANTS or run_id in {desk.run_id, *self.beside}:
            return
        if not over or desk.cursor or desk.at_work:
            return
        if begun.going:
            desk.say("the next run of the queue has begun")
        desk.show_run(run_id)

    def _runs_screen(self) -> Screen[None]:
        from aetui.screens.runs import RunsScreen

        screen = RunsScreen()
        self._mode_screens.append(screen)
        return screen

    def _data_screen(self) -> DataScreen:
        from aetui.screens.data import DataScreen

        found = next((screen for screen in self._mode_screens if isinstance(screen, DataScreen)), None)
        if found is None:
            found = DataScreen()
            self._mode_screens.append(found)
        return found

    def show_data(self, order: Callable[[host.DataSets], object]) -> None:
        """To the screen of all data sets, and do `order` there."""
        self._go_to("data")
        self._data_screen().obey(order)

    def _look_at_own_sets(self) -> None:
        """Whoever adds some, here or in another process: the form offers them at once."""
        found = records.all_own()
        if found != self._own_sets:
            self._own_sets = found
            self.desk.refresh_data()

    def _changed(self, event: Event) -> None:
        for screen in self._mode_screens:
            screen.changed(event)

    # What the status line says.

    def status(self, dataset: str) -> Status:
        """The engine's state, or that of the run it works on; `dataset` is the one to say something about."""
        state, detail = state_and_detail(self.state, self.desk.run_shown, self._asked)
        cpu, gpu = self._machine
        device = gpu if gpu and not self.state.device.startswith("CPU") else self.state.device
        return Status(state, detail, device, cpu, set_rows.about(dataset, self.data_dir))

    def _refresh_status(self) -> None:
        for screen in self._mode_screens:
            screen.refresh_status()

    def _processes(self) -> list[int]:
        """Of runs that others train."""
        return [run.pid for run in self.state.runs.values() if run.elsewhere and run.pid]

    @on(Measured)
    def _measured(self, message: Measured) -> None:
        self._machine = message.machine
        self._refresh_status()

    # What is kept for the next start.

    def _keep_look(self, *, at_once: bool = False) -> None:
        """Write down how the screen looks, if that has changed; `at_once` before this returns."""
        look = replace(self.desk.look(self._kept), theme=self._theme_chosen, commands=self._commands)
        if self._look_path is None or look == self._kept:
            return
        self._kept = look
        write = partial(kept.write, self._look_path, look)
        if at_once:
            write()
        else:
            self.run_worker(write, thread=True, exclusive=True, group="look", exit_on_error=False)

    def exit(self, *args: Any, **how: Any) -> None:
        """As Textual's, once the look of the screen is kept."""
        self._keep_look(at_once=True)
        super().exit(*args, **how)

    # The command line.

    async def action_command_line(self) -> None:
        """Open it above the screen; nothing while a dialog waits for an answer."""
        if len(self.screen_stack) == 1:
            from aetui.screens.command_line import CommandLine

            await self.push_screen(CommandLine(self, self.screen, self._commands), _then)

    def remember(self, command: str) -> None:
        """Keep what was typed in the command line, for its history."""
        self._commands = kept.with_command(self._commands, command)

    def run_soon(self, screen: Screen[Any], action: str) -> None:
        """Do `action`, which is one of `screen` or names another place, once this message is dealt with."""
        self.call_later(screen.run_action, action)

    def on_unmount(self) -> None:
        """Nothing is measured for a screen that is gone."""
        self._meter.stop()

    # Screens and leaving.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """False for the mode that is on the screen: its key does nothing and leaves the key bar."""
        return action != "mode" or parameters != (self.current_mode,)

    def show_workbench(self) -> None:
        """To the training screen, once the run that was asked for can be shown there."""
        self._go_to("workbench")

    def action_mode(self, mode: str) -> None:
        """Change to "workbench", "runs" or "data"; nothing while a dialog waits for an answer."""
        self._go_to(mode)

    def _go_to(self, mode: str) -> None:
        """Change the mode and leave no notice behind; another dialog keeps the screen."""
        from aetui.screens.dialogs import Notice

        while isinstance(self.screen, Notice):
            self.pop_screen()
        if len(self.screen_stack) == 1:
            self.switch_mode(mode)

    def action_help(self) -> None:
        """Open the help page above what is on the screen, with the user's own keys in its table."""
        from aetui.screens.help import HelpScreen

        self.push_screen(HelpScreen(self.key_overrides))

    def action_explain(self, name: str = "") -> None:
        """Open the page called `name`, else that of the chosen model, above what is on the screen."""
        from aetui.screens.explain import screen

        try:
            self.push_screen(screen(self.desk, name, self.key_overrides))
        except EngineError as error:
            self.notice(error.title, error.message)

    def action_command_palette(self) -> None:
        """Textual's own has a fixed id: a second one, while the first is covered or on its way out, would raise."""
        if not isinstance(self.screen, CommandPalette):
            self.push_screen(CommandPalette())

    def action_change_theme(self) -> None:
        """Open the list of themes. It is a palette too, so nothing while one is open."""
        if not isinstance(self.screen, CommandPalette):
            super().action_change_theme()

    def action_help_quit(self) -> None:
        """What Textual calls for ctrl+c."""
        self._quit()

    async def action_quit(self) -> None:
        """Leave if nothing is going, else ask whether to stop the run, to leave it running or to stay."""
        self._quit()

    def _quit(self) -> None:
        active = self.state.active
        if active is None:
            self.exit()
            return
        from aetui.screens.dialogs import Farewell, QuitDialog

        if isinstance(self.screen, QuitDialog | Farewell):
            return
        self.push_screen(QuitDialog(self.parting(active), self.key_overrides), self._leave)

    def _leave(self, answer: Answer | None) -> None:
        if answer in ("stop", "leave"):
            from aetui.screens.dialogs import Farewell

            self.push_screen(Farewell(answer))
            self._let_go(answer)

    @work(thread=True)
    def _let_go(self, answer: Answer) -> None:
        """The engine stops between two chunks and then writes the weights; the screen lives on meanwhile."""
        try:
            if self.engine is not None and answer == "leave":
                self.left = self.engine.hand_over()
            elif self.engine is not None:
                self.engine.close()
                self.left = HandOver([], clean=True)
        finally:
            self.call_from_thread(self.exit)


def _then(left: Callable[[], None] | None) -> None:
    """Do what a command left to be done, if it left anything."""
    if left is not None:
        left()


def _status(state: WorkbenchState, run_id: str) -> str:
    run = state.runs.get(run_id)
    return run.status if run else ""


if TYPE_CHECKING:

    def _as_screens_see_it(app: Workbench) -> host.Workbench:
        return app
