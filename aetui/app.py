"""The app: owns the engine, the state and the modes; what one screen cannot decide is decided here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual import on, work
from textual.app import App
from textual.screen import Screen

from aetui import commands, job_form, keymap, settings
from aetui.bridge import Emit, EngineEvent, EngineLike, emitter
from aetui.reading import Followed, RunRead, follow, read_run
from aetui.render import numbers
from aetui.screens.workbench import WorkbenchScreen
from aetui.state import RunState, WorkbenchState, apply_all, fold
from aetui.widgets.status_line import Status
from assets import FOLDER
from engine import datasets
from engine.errors import EngineError, UsageError
from engine.events import EngineFailed, Event, RunFinished, RunResumed, RunStarted
from engine.jobs import ResumeJob
from engine.variants.variant import Variant

if TYPE_CHECKING:
    from engine.store import RunRecord, RunStore

MACHINE_SECONDS = 2.0
FOLLOW_SECONDS = 1.0


class Workbench(App[None]):
    """The engine is made by `engine_factory`, with the callback for its events, once the first frame stands.

    `data_dir` is the user's data folder; `open_run` names the run to begin with (else the newest of the first model).
    `config` is the file with theme and keys.
    """

    TITLE = "aetui"
    CSS_PATH = FOLDER / "aetui.tcss"
    BINDINGS = keymap.bindings("everywhere")
    COMMANDS = {commands.Actions}
    DEFAULT_MODE = "workbench"
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (60, "-narrow"), (100, "-broad")]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (32, "-tall")]

    def __init__(
        self,
        engine_factory: Callable[[Emit], EngineLike],
        store: RunStore,
        data_dir: Path | None,
        *,
        open_run: str | None = None,
        config: Path | None = None,
    ) -> None:
        super().__init__()
        self.engine: EngineLike | None = None
        self.store = store
        self.data_dir = data_dir
        self.state = WorkbenchState()
        self.desk = WorkbenchScreen()
        self.key_overrides: Mapping[str, str] = {}
        self._complaint: EngineError | None = None
        self._engine_factory = engine_factory
        self._open_run = open_run
        self._machine = ""
        self._asked = ("", "", "")
        self._followed: tuple[str, int] | None = None
        self.add_mode("workbench", lambda: self.desk)
        self.add_mode("runs", _runs_screen)

        self._configure(config or settings.default_path())

    def _configure(self, path: Path) -> None:
        """Theme and keys. Done before the first frame: a theme that is set later has the style sheet parsed twice."""
        self.register_theme(settings.NIGHT)
        self.theme = settings.NIGHT.name
        try:
            wanted = settings.read(path)
        except EngineError as error:
            self._complaint = error
            return
        self.key_overrides = wanted.keys
        self.set_keymap(wanted.keys)
        if wanted.theme in self.available_themes:
            self.theme = wanted.theme
        else:
            themes = ", ".join(self.available_themes)
            self._complaint = UsageError("Configuration", f"{path}: no theme {wanted.theme!r}; there are: {themes}")

    def begin(self) -> None:
        """What can wait until the first frame stands: the engine, the last run, the machine's figures."""
        try:
            self.engine = self._engine_factory(emitter(self))
            self.engine.start()
        except EngineError as error:
            self.notice(error.title, error.message)
        if self._complaint:
            self.notice(self._complaint.title, self._complaint.message)
        if self._open_run:
            self.open_run(self._open_run)
        else:
            self.show_last(self.desk.variant.key)
        self.set_interval(MACHINE_SECONDS, self._measure_machine)
        self.set_interval(FOLLOW_SECONDS, self._follow)

    # Events.

    @on(EngineEvent)
    def _engine_event(self, message: EngineEvent) -> None:
        event = message.event
        self.state = fold(self.state, event)
        match event:
            case RunStarted() | RunResumed():
                self.desk.refresh_notes()
                self._show_begun(event.run_id)
            case EngineFailed():
                self.notice(event.title, event.message)
            case RunFinished(outcome="failed" | "diverged"):
                self.notice(f"The run {event.outcome}", event.message)
        self._changed(event)

    def _show_begun(self, run_id: str) -> None:
        shown = self.desk.run_shown
        if run_id != self.desk.run_id and (shown is None or not shown.going):
            self.desk.show_run(run_id)

    def _changed(self, event: Event) -> None:
        for stack in self._screen_stacks.values():
            changed = getattr(stack[0], "changed", None) if stack else None
            if changed:
                changed(event)

    # Commands to the engine.

    def submit_training(self, variant: Variant, filled: Mapping[str, Any]) -> None:
        """Train `variant` with the form's values.

        Raises:
            EngineError: the engine refuses the job.
        """
        if self.engine is None:
            return
        job = job_form.job(variant, filled)
        before = self.state.active
        run_id = self.engine.submit(job)
        begun = self.state.runs.get(run_id) or RunState(
            run_id,
            here=True,
            variant=job.variant,
            preset=job.preset,
            dataset=job.dataset,
            planned=filled["epochs"],
        )
        self._queue(begun, before)

    def resume_run(self, run_id: str, epochs: int | None = None) -> None:
        """Let a stored run go on; `epochs` makes it longer."""
        if self.engine is None:
            return
        before = self.state.active
        try:
            self.engine.submit(ResumeJob(run_id=run_id, epochs=epochs))
        except EngineError as error:
            self.notice(error.title, error.message)
            return
        self._queue(self.state.runs.get(run_id) or RunState(run_id), before)

    def _queue(self, run: RunState, before: RunState | None) -> None:
        self.state = self.state.with_run(run.queued())
        if before is None:
            self.desk.show_run(run.run_id)
        else:
            self.notify("It begins when the run that is going has ended.", title="Queued")
            self.desk.refresh_run()

    def pause_or_continue(self) -> None:
        active = self.state.active
        if self.engine is None or active is None:
            return
        if active.status == "paused":
            self.engine.resume(active.run_id)
            self._ask(active, "continuing")
        else:
            self.engine.pause(active.run_id)
            self._ask(active, "pausing")

    def stop(self) -> None:
        active = self.state.active
        if self.engine is not None and active is not None:
            self.engine.cancel(active.run_id)
            self._ask(active, "stopping")

    def _ask(self, run: RunState, word: str) -> None:
        """Say at once what was asked for; it takes the engine up to half a second."""
        self._asked = (run.run_id, run.status, word)
        self.desk.refresh_run()

    # Runs of the store.

    def show_last(self, variant: str) -> None:
        """Show the newest stored run of `variant`, if there is one and nothing is going."""
        self._read_run(lambda: next((r for r in self.store.runs() if r.variant == variant), None), asked=False)

    def open_run(self, text: str) -> None:
        """Show the run that `text` means (an id, the beginning of one, a name, "last")."""
        self._read_run(lambda: self.store.find(text), asked=True)

    @work(thread=True, exclusive=True, group="run", exit_on_error=False)
    def _read_run(self, find: Callable[[], RunRecord | None], *, asked: bool) -> None:
        try:
            record = find()
        except EngineError as error:
            self.call_from_thread(self.notice, error.title, error.message)
            return
        if record is not None:
            self.post_message(read_run(record, asked=asked))

    @on(RunRead)
    def _run_read(self, message: RunRead) -> None:
        if self.state.active and not message.asked:
            return
        run, known = message.run, self.state.runs.get(message.run.run_id)
        if known is None or not known.here:
            self.state = self.state.with_run(run)
            self._followed = (run.run_id, message.offset) if run.going else None
        elif run.seq >= known.seq:
            # Resumed without having been looked at: the folder knows its past, we know how it stands.
            live = replace(run, here=True, status=known.status, progress=known.progress)
            self.state = self.state.with_run(live)
        self.desk.show_run(run.run_id)
        if message.asked and self.current_mode != "workbench":
            self.switch_mode("workbench")

    def _follow(self) -> None:
        """Look for news of a run that another process trains."""
        if self._followed is not None:
            self._read_news(*self._followed)

    @work(thread=True, exclusive=True, group="follow", exit_on_error=False)
    def _read_news(self, run_id: str, offset: int) -> None:
        news = follow(self.store, run_id, offset)
        if news is not None:
            self.post_message(news)

    @on(Followed)
    def _news(self, message: Followed) -> None:
        run = self.state.runs[message.run_id]
        if run.here or self._followed != (run.run_id, message.before):
            return
        run = apply_all(run, message.events).as_found(message.status)
        self.state = self.state.with_run(run)
        self._followed = (run.run_id, message.offset) if run.going else None
        if message.events or not run.going:
            self.desk.refresh_run()

    # What the status line says.

    def status(self, dataset: str) -> Status:
        """The engine's state, or that of the run it works on; `dataset` is the one to say something about."""
        active = self.state.active
        return Status(
            state=self._state_word(active),
            detail=self._detail(active),
            device=self.state.device,
            machine=self._machine,
            data=self._about_data(dataset),
        )

    def _state_word(self, active: RunState | None) -> str:
        if self.state.engine == "failed":
            return "failed"
        if active and active.status != "queued":
            return active.status
        if self.state.data or self.state.engine == "loading":
            return "loading"
        return "queued" if active else self.state.engine

    def _detail(self, active: RunState | None) -> str:
        data = self.state.data
        if active and self._asked[:2] == (active.run_id, active.status):
            return self._asked[2]
        if data and data.total:
            return f"{data.dataset} {100 * data.done // data.total} %"
        return f"{data.dataset}: {data.activity}" if data else ""

    def _about_data(self, dataset: str) -> str:
        row = datasets.DATASETS.get(dataset)
        if row is None:
            return dataset
        place = job_form.where(dataset, self.data_dir) or "to download"
        return f"{dataset} {numbers.count(row.train_items)}, {place}"

    def _measure_machine(self) -> None:
        import psutil  # costs 40 ms, more than the first frame can spare

        share, memory = psutil.cpu_percent(), psutil.Process().memory_info().rss
        self._machine = f"cpu {share:.0f} % · {numbers.size(memory)}"
        self.desk.refresh_status()

    # Screens and leaving.

    def notice(self, title: str, message: str) -> None:
        """Say in a dialog what went wrong."""
        from aetui.screens.dialogs import Notice

        self.push_screen(Notice(title, message))

    def action_mode(self, mode: str) -> None:
        if len(self.screen_stack) == 1:
            self.switch_mode(mode)

    def action_help(self) -> None:
        from aetui.screens.help import HelpScreen

        self.push_screen(HelpScreen(self.key_overrides))

    async def action_quit(self) -> None:
        active = self.state.active
        if active is None:
            self.exit()
            return
        from aetui.screens.dialogs import QuitDialog

        if isinstance(self.screen, QuitDialog):
            return
        done = f"{active.last_epoch} of {active.planned} epochs complete"
        what = f"{active.variant or active.run_id} on {active.dataset}: {done}."
        self.push_screen(QuitDialog(what), self._leave)

    def _leave(self, stop: bool | None) -> None:
        if stop:
            from aetui.screens.dialogs import Farewell

            self.push_screen(Farewell())
            self._close_engine()

    @work(thread=True, exit_on_error=False)
    def _close_engine(self) -> None:
        """The engine stops between two chunks and then writes the weights; the screen lives on meanwhile."""
        try:
            if self.engine is not None:
                self.engine.close()
        finally:
            self.call_from_thread(self.exit)


def _runs_screen() -> Screen[None]:
    from aetui.screens.runs import RunsScreen

    return RunsScreen()
