"""`:export-model`: the run on the screen, written for other programs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from aetui import bridge
from aetui.bringing.typed_paths import completions, meant
from aetui.render import exported
from aetui.render.text import plain
from engine.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from aetui.screens.host import Workbench
    from engine.queries.messages import Export, Exported


def run(app: Workbench, text: str) -> Callable[[], None]:
    """Check what was typed; what is left to be done once the command line is closed.

    Raises:
        EngineError: no run is shown, or it cannot be written so, or not there.
    """
    from engine import registry
    from engine.exports import of_record, placing
    from engine.exports.table import format_of

    key, _, typed = text.partition(" ")
    shown = app.desk.run_shown
    if not key or not typed.strip():
        raise UsageError("Command", "expected a format and a path, as in export-model keras ~/model")
    if shown is None:
        raise UsageError("Command", "expected a run on the screen; open one, or train one")
    row, path, record = format_of(key), meant(typed).absolute(), app.store.find(shown.run_id)
    row.check(registry.kind(record.variant, record.dataset, record.kind).key)
    placing.check(path, folder=row.folder, force=False)
    if row.needs == "record":
        files, notes = of_record.write(record, row, path)
        return partial(app.notice, "Exported", "\n".join([f"{path}: {len(files)} files", *notes]))
    return partial(_ask, app, record.id, key, path)


def choices(app: Workbench, text: str) -> Iterable[str]:
    """What may stand after `export-model `."""
    from engine.exports.table import FORMATS

    del app
    key, space, path = text.partition(" ")
    if not space:
        return [f"{each} " for each in FORMATS if each.startswith(key)]
    return [f"{key} {found}" for found in completions(path)] if key in FORMATS else []


def _ask(app: Workbench, run_id: str, key: str, path: Path) -> None:
    from engine.queries.messages import Export

    if app.engine is None or app.state.failure is not None:
        app.notice("No engine", "the engine did not start; `aetui doctor` may tell why")
        return
    bridge.query(app.engine, Export(run_id=run_id, format=key, path=str(path)), 0, cast("Any", app.desk))


def tell(app: Workbench, query: Export, answer: Exported | None, error: BaseException | None) -> None:
    """What came of it, in a dialog."""
    if answer is None:
        app.notice(getattr(error, "title", "Not exported"), plain(getattr(error, "message", str(error))))
        return
    from pathlib import Path

    told = exported.lines(Path(query.path), answer, f"after epoch {answer.epoch:,}")
    app.notice("Exported", "\n".join(map(plain, told)))
