"""`:fork` and `:set F=V`: a run that branches off, and other settings for one that trains."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from aetui.render.text import plain
from aetui.state import changing
from engine.errors import EngineError, UsageError

if TYPE_CHECKING:
    from aetui.screens.host import Workbench
    from aetui.state.run_state import RunState

NAMED = ("best", "last")
"""Epochs that have a name."""


def fork(app: Workbench, text: str) -> Callable[[], None]:
    """What `fork TEXT` is to do: [EPOCH] F=V …, by default after the epoch under the cursor.

    Raises:
        EngineError: no run is shown, it has no such epoch, or what is typed is no setting that may change.
    """
    run, words = app.desk.run_shown, text.split()
    if run is None or not run.epochs:
        raise UsageError("Command", "expected a run on the screen with an epoch to branch off after")
    epoch = _epoch(run, words.pop(0)) if words and "=" not in words[0] else app.desk.epoch
    config = changing.typed(run, changing.fields(run, epoch), words)
    return partial(_fork, app, run.run_id, epoch, config)


def adjusts(app: Workbench, text: str) -> bool:
    """Whether `set TEXT` is for the run that trains: it has the form F=V, and one is on the screen."""
    run = app.desk.run_shown
    return "=" in text.split(" ")[0] and run is not None and changing.changes_now(run)


def adjust(app: Workbench, text: str) -> Callable[[], None]:
    """Change the run on the screen from its next epoch on, by F=V ….

    Raises:
        EngineError: what is typed is no setting that may change, or it cannot.
    """
    run = app.desk.run_shown
    assert run is not None
    known = [field for field in changing.fields(run, run.last_epoch + 1) if field.name != "epochs"]
    app.adjust_run(run.run_id, changing.typed(run, known, text.split()))
    return app.show_workbench


def choices(app: Workbench, text: str) -> Iterable[str]:
    """What may stand after `fork `: an epoch, then settings."""
    run = app.desk.run_shown
    head, space, last = text.rpartition(" ")
    if run is None or not run.epochs:
        return []
    epochs = [*NAMED, str(app.desk.epoch)] if not space else []
    try:
        names = [f"{field.name}=" for field in changing.fields(run, app.desk.epoch)]
    except EngineError:
        names = []
    return [f"{head}{space}{each}" for each in [*epochs, *names] if each.startswith(last)]


def _epoch(run: RunState, word: str) -> int:
    if word in NAMED:
        return run.best.epoch if word == "best" and run.best else run.last_epoch
    if not word.isdecimal() or int(word) > run.last_epoch:
        told = f"expected an epoch from 0 to {run.last_epoch:,}, best or last, got {plain(word, 40)!r}"
        raise UsageError("Command", told)
    return int(word)


def _fork(app: Workbench, run_id: str, epoch: int, config: Mapping[str, Any]) -> None:
    try:
        app.fork_run(run_id, epoch, config)
    except EngineError as error:
        app.notice(error.title, error.message)
    else:
        app.show_workbench()
