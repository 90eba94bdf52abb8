"""`aetui import`: a run that was made elsewhere, into the store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aetui.render.text import plain

if TYPE_CHECKING:
    from aetui.cli.options import Options
    from engine.exports.importing import Imported, Taken
    from engine.runs.store import RunRecord


def import_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `aetui export RUN --format bundle` has made.")],
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Put it in the place of the run with its id (`aetui runs undelete` has that)."),
    ] = False,
    copy: Annotated[bool, typer.Option("--copy", help="Give it an id of its own.")] = False,
) -> None:
    """Bring a run into the store, with its curves, pictures, weights and labels; prints its id. Archives that are
    damaged, or hold anything else, are refused, and nothing of them stays. The data do not come along."""
    from engine.errors import UsageError
    from engine.exports.importing import import_bundle

    if replace and copy:
        raise UsageError("Two wishes", "--replace keeps the id, --copy gives another one; leave one of them out")
    taken: Taken = "replace" if replace else "copy" if copy else "refuse"
    came = import_bundle(file, context.obj.store, taken)
    typer.echo(plain(came.record.id))
    if not context.obj.quiet:
        for line in _told(came, context.obj):
            typer.echo(plain(line), err=True)


def _told(came: Imported, options: Options) -> list[str]:
    record, lines = came.record, []
    if record.id != came.id_there:
        lines.append(f"it was {came.id_there} where it comes from")
    if came.dropped_name:
        lines.append(
            f"it has no name now: {came.dropped_name!r} means something else here; `aetui runs rename` gives it one"
        )
    return [*lines, *_unknown(record), *_data(record, options)]


def _unknown(record: RunRecord) -> list[str]:
    from engine import registry

    if record.variant in registry.VARIANTS:
        return []
    return [f"this version does not know the model {record.variant}: its curves can be looked at, its weights not used"]


def _data(record: RunRecord, options: Options) -> list[str]:
    """What to do where its data are not on this machine."""
    from engine import datasets
    from engine.errors import EngineError

    entry = datasets.known(record.dataset)
    needed = f"{record.dataset}, with fingerprint {record.info.fingerprint[:16]}…, is not on this machine"
    without = "what needs no data (curves, pictures, codes of files) can be had all the same"
    if entry is None:
        return [f"{needed}; `aetui data add {record.dataset} PATH` with the same files brings it; {without}"]
    try:
        found = datasets.locate(record.dataset, options.data_folder)
    except EngineError as error:
        return [error.message]
    return [] if found else [f"{needed}. {entry.remedy} Until then {without}"]
