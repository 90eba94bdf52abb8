"""`:map`: the codes in a file, or of a part of what the run on the screen learned from, on a map."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

from aetui.bringing.typed_paths import completions, meant
from aetui.mapping.of_run import PARTS
from engine.errors import UsageError

if TYPE_CHECKING:
    from aetui.mapping.opened import Opened
    from aetui.screens.host import Workbench
    from aetui.screens.plane import Open
    from engine.datasets.data import Report


def run(app: Workbench, text: str) -> Callable[[], None]:
    """Check what was typed; what is left is to open the map.

    Raises:
        EngineError: no run is shown, or there is no such file.
    """
    from aetui.mapping import codes, of_run
    from aetui.mapping.opened import opened

    text = text.strip()
    if text and text not in PARTS:
        path = meant(text).absolute()
        found = codes.of_file(path)
        return partial(_show, app, lambda report: opened(found, (), report), path.name)
    shown, engine, part = app.desk.run_shown, app.engine, next((each for each in PARTS if each == text), PARTS[-1])
    if shown is None:
        told = "expected a run on the screen, or a file of codes, as in map codes.npz"
        raise UsageError("No run", f"{told}; `aetui encode` makes one")
    if engine is None or app.state.failure is not None:
        raise UsageError("No engine", "the engine did not start; `aetui doctor` may tell why")
    record, name = app.store.find(shown.run_id), shown.name

    def encoded(report: Report) -> Opened:
        return opened(of_run.of_run(engine, record.id, name, part, report), (), report)

    return partial(_show, app, encoded, f"the {part} part")


def choices(app: Workbench, text: str) -> Iterable[str]:
    """What may stand after `map `."""
    del app
    return [*(part for part in PARTS if part.startswith(text)), *completions(text)]


def _show(app: Workbench, open_it: Open, what: str) -> None:
    from aetui.screens.plane import MapScreen

    app.push_screen(MapScreen(open_it, what))
