"""What screens and panels know of the app that shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from textual.screen import Screen

    from aetui.bridge import EngineLike
    from aetui.bringing.looks import Given
    from aetui.panels.preview import Subject
    from aetui.panels.sentence_queries import Question
    from aetui.state.fold import Change
    from aetui.state.run_state import RunState, WorkbenchState
    from aetui.terminal.abilities import Abilities
    from aetui.widgets.job_form import Draft
    from aetui.widgets.status_line import Status
    from engine.params import Param
    from engine.runs.jobs import Job
    from engine.runs.store import RunStore


class Desk(Protocol):
    """The screen on which runs are trained."""

    @property
    def dataset(self) -> str:
        """The one that the form names."""

    @property
    def models(self) -> Sequence[str]:
        """The autoencoders that can be chosen."""

    @property
    def panels(self) -> Sequence[str]:
        """The panels that the chosen one fills."""

    @property
    def params(self) -> Sequence[Param]:
        """The fields of the form."""

    @property
    def draft(self) -> Subject | None:
        """What the form says: model, preset, data set and settings."""

    @property
    def run_shown(self) -> RunState | None:
        """The run on the screen, if there is one."""

    @property
    def epoch(self) -> int:
        """The epoch under the cursor, or the newest."""

    @property
    def pad_shape(self) -> tuple[int, ...]:
        """Of a drawing. Raises UsageError where there is nothing to draw on."""

    def draw_item(self, place: int) -> None:
        """Put a test item on the pad, counted from 0."""

    def draw_picture(self, image: NDArray[Any], name: str) -> None:
        """Put a picture of the pad's shape on it."""

    def choose_model(self, key: str) -> None:
        """Choose one of `models`."""

    def set_value(self, name: str, text: str) -> None:
        """Put a value into the form; `name` may be a part that no other has. Raises SettingError."""

    def refresh_data(self) -> None:
        """Look again which data sets there are."""

    def refresh_run(self) -> None:
        """Draw everything that depends on the run shown."""

    def put_question(self, question: Question) -> None:
        """Have the sentences panel ask, if the model shown has one."""

    def check_sentences(self) -> None:
        """Raises UsageError where the model shown has no sentences panel."""

    def say(self, text: str) -> None:
        """Say something for a moment."""

    def go_to(self, epoch: int) -> None:
        """Show the run at this epoch. Raises UsageError where it has no such epoch."""

    def make_film(self, path: Path) -> None:
        """Make a film of the run shown in a file that is not there yet."""

    def set_code(self, number: int, value: float) -> None:
        """Give a number of the code that is explored a value. Raises UsageError where there is none."""

    def action_panel(self, key: str) -> None:
        """Open one of `panels`."""


class DataSets(Protocol):
    """The screen of all data sets."""

    def choose(self, key: str) -> None:
        """Put the cursor on one of them."""

    def add(self, given: Given) -> None:
        """Ask for data to add; `given` is what the form begins with."""

    def action_forget(self) -> None:
        """Ask, then forget the user's own data under the cursor."""


class Workbench(Protocol):
    """The app, as a screen sees it. What it cannot do it tells in a dialog of its own."""

    engine: EngineLike | None
    store: RunStore
    data_dir: Path | None
    key_overrides: Mapping[str, str]
    """Keys of the user's own, by action."""
    abilities: Abilities
    """What the terminal can show."""
    cells: str
    """The cells that pictures are drawn with, of `aetui.render.ladder.CHOICES`."""
    theme: Any
    """The name of the colours."""

    @property
    def desk(self) -> Desk:
        """The screen on which runs are trained, shown or not."""

    @property
    def state(self) -> WorkbenchState:
        """All that is known of runs and engine; `hear` puts another in its place."""

    @property
    def steered(self) -> RunState | None:
        """The run that is paused and stopped by keys."""

    @property
    def available_themes(self) -> Mapping[str, Any]:
        """The colours that there are, by name."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether an action of the app can be done."""

    def run_soon(self, screen: Screen[Any], action: str) -> None:
        """Do `action`, which is one of `screen` or names another place, once this message is dealt with."""

    def remember(self, command: str) -> None:
        """Keep what was typed in the command line."""

    def action_explain(self, name: str = "") -> None:
        """Open the page called `name`, else that of the chosen model."""

    def show_workbench(self) -> None:
        """Go to the screen on which runs are trained."""

    def show_data(self, order: Callable[[DataSets], object]) -> None:
        """Go to the screen of all data sets, and do `order` there."""

    def begin(self) -> None:
        """Do what waits until the first frame stands."""

    def hear(self, change: Change) -> None:
        """Take `change` into the state."""

    def notice(self, title: str, message: str) -> None:
        """Tell what went wrong in a dialog."""

    def push_screen(self, screen: Any) -> Any:
        """Put a screen above the others, by an object or a name; it has the keys until it is dismissed."""

    def status(self, dataset: str) -> Status:
        """What the status line says; `dataset` is the one to say something about."""

    def submit_training(self, draft: Draft) -> None:
        """Raises EngineError where the engine refuses the job."""

    def train_beside(self, job: Job, of: str) -> str:
        """As `aetui.orders.Orders`."""

    def fork_run(self, run_id: str, epoch: int, config: Mapping[str, Any]) -> None:
        """As `aetui.orders.Orders`."""

    def parent_of(self, run: RunState) -> RunState | None:
        """As `aetui.follow.lineage.LineageFollower`."""

    def adjust_run(self, run_id: str, config: Mapping[str, Any]) -> None:
        """As `aetui.orders.Orders`."""

    def resume_run(self, run_id: str, epochs: int | None = None) -> bool:
        """Let a stored run go on, to `epochs` if given; whether it does."""

    def open_run(self, text: str) -> None:
        """Show the run that `text` means: an id, the beginning of one, a name, or "last"."""

    def show_last(self, variant: str) -> None:
        """Show the run of `variant` that is going here, else its newest stored one, if there is any."""

    def pause_or_continue(self) -> None:
        """Hold the steered run still, or let it go on."""

    def stop(self) -> None:
        """Stop the steered run; its weights are kept."""

    def take_up(self, run_id: str) -> bool:
        """As `aetui.orders.Orders`."""

    def take_back(self, run_id: str) -> None:
        """As `aetui.orders.Orders`."""

    def stop_run(self, run_id: str) -> None:
        """Stop the run with this id, whichever process trains it."""

    def move_run(self, run_id: str, by: int) -> None:
        """Let a run that waits in our queue begin `by` places later, sooner if negative."""

    def unqueue(self) -> None:
        """Take the last waiting run out of the queue; nothing where none waits."""
