"""What screens and panels know of the app that shows them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from aetui.bridge import EngineLike
    from aetui.state.fold import Change
    from aetui.state.run_state import RunState, WorkbenchState
    from aetui.widgets.job_form import Draft
    from aetui.widgets.status_line import Status
    from engine.runs.store import RunStore


class Desk(Protocol):
    """The screen on which runs are trained."""

    @property
    def dataset(self) -> str:
        """The one that the form names."""


class Workbench(Protocol):
    """The app, as a screen sees it. What it cannot do it tells in a dialog of its own."""

    engine: EngineLike | None
    store: RunStore
    data_dir: Path | None
    key_overrides: Mapping[str, str]
    """Keys of the user's own, by action."""

    @property
    def desk(self) -> Desk: ...

    @property
    def state(self) -> WorkbenchState: ...

    @property
    def steered(self) -> RunState | None:
        """The run that is paused and stopped by keys."""

    def begin(self) -> None:
        """Do what waits until the first frame stands."""

    def hear(self, change: Change) -> None:
        """Take `change` into the state."""

    def notice(self, title: str, message: str) -> None:
        """Tell what went wrong in a dialog."""

    def push_screen(self, screen: Any) -> Any: ...

    def status(self, dataset: str) -> Status: ...

    def submit_training(self, draft: Draft) -> None:
        """Raises EngineError where the engine refuses the job."""

    def resume_run(self, run_id: str, epochs: int | None = None) -> bool: ...

    def open_run(self, text: str) -> None: ...

    def show_last(self, variant: str) -> None: ...

    def pause_or_continue(self) -> None: ...

    def stop(self) -> None: ...

    def stop_run(self, run_id: str) -> None: ...

    def unqueue(self) -> None: ...
