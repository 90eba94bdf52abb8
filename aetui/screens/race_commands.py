"""`:race`: runs against each other, those that are named, or those that are marked in the table of runs."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from aetui.racing.marks import places
from aetui.render.text import plain
from engine.errors import UsageError

if TYPE_CHECKING:
    from textual.screen import Screen

    from aetui.screens.host import Workbench


def run(app: Workbench, screen: Screen[Any], text: str) -> Callable[[], None]:
    """Check what was typed; what is left is to show the race.

    Raises:
        EngineError: there is no such run, none is marked, or there are too many.
    """
    from aetui.screens.runs import RunsScreen

    try:
        words = shlex.split(text)
    except ValueError as error:
        raise UsageError("Command", f"{plain(text, 40)!r} cannot be read: {error}") from error
    if words:
        return partial(_show, app, places(app.store, words))
    if isinstance(screen, RunsScreen) and screen.marks:
        return partial(_show, app, screen.marks.places)
    raise UsageError("No runs", "expected runs to race, as in race last mine; or mark some in the table of runs: space")


def _show(app: Workbench, wanted: Mapping[str, int]) -> None:
    from aetui.screens.race import RaceScreen

    app.push_screen(RaceScreen(wanted, app.key_overrides))
