"""`:film`: the run on the screen as a film."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

from aetui.bringing.typed_paths import completions, meant
from engine.errors import UsageError

if TYPE_CHECKING:
    from aetui.screens.host import Workbench


def run(app: Workbench, text: str) -> Callable[[], None]:
    """Check what was typed; what is left is to make the film.

    Raises:
        EngineError: no run is shown, or no film can be written there.
    """
    from aetui.filming import film

    if not text.strip():
        raise UsageError("Command", "expected a file to write, as in film ~/run.gif")
    if app.desk.run_shown is None:
        raise UsageError("Command", "expected a run on the screen; open one, or train one")
    path = meant(text.strip()).absolute()
    film.check(path)
    return partial(app.desk.make_film, path)


def choices(text: str) -> Iterable[str]:
    """What may stand after `film `."""
    return completions(text)
