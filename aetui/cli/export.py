"""`aetui export`: a run for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from aetui.cli import completers, engines, files
from aetui.cli.arguments import Run, Weights
from aetui.render import exported
from aetui.render.text import plain
from engine.errors import counted


def export(
    context: typer.Context,
    run: Run,
    wanted: Annotated[
        str | None,
        typer.Option(
            "--format",
            "-f",
            help="What to write; without it the formats are listed.",
            autocompletion=completers.formats,
        ),
    ] = None,
    to: Annotated[Path | None, typer.Option("--to", "-o", help="Where to; what is there already is refused.")] = None,
    part: Annotated[
        Literal["encoder", "decoder", "whole"] | None,
        typer.Option(help="Of a model only this (default: encoder, decoder, and both as one).", show_default=False),
    ] = None,
    weights: Weights = None,
    inside: Annotated[
        bool,
        typer.Option(
            "--with-preprocessing", help="Scaling and normalisation go into the networks, as standard layers."
        ),
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier export.")] = False,
) -> None:
    """Write a run for other programs: its networks (opened again in a fresh process, where their outputs are compared
    with the run's own), its weights, its recipe."""
    from engine.errors import UsageError
    from engine.exports import placing
    from engine.exports.table import format_of

    record = context.obj.store.find(run)
    kind = files.kind_of(record).key
    if wanted is None:
        typer.echo(_formats(kind))
        return
    row = format_of(wanted)
    row.check(kind)
    if to is None:
        what = "folder" if row.folder else "file"
        raise UsageError("Where to?", f"expected a {what} to write: aetui export {record.id} --format {wanted} --to …")
    placing.check(to, folder=row.folder, force=force, mark=row.mark)  # before TensorFlow is loaded
    if row.needs == "record":
        from engine.exports import of_record

        written, notes = of_record.write(record, row, to, force=force)
        typer.echo("\n".join(map(plain, [f"{to}: {counted(len(written), 'file')}", *notes])))
        return
    from engine.queries.messages import Export

    query = Export(
        run_id=record.id, weights=weights, format=wanted, path=str(to.absolute()), force=force, part=part, inside=inside
    )
    answer = engines.answer(context.obj, query, "exporting")
    typer.echo("\n".join(map(plain, exported.lines(to, answer, engines.behind(answer)))))


def _formats(kind: str) -> str:
    """A table of them, with what stands against each for a run on such data."""
    from aetui.cli.tables import aligned
    from engine.errors import EngineError
    from engine.exports.table import FORMATS

    rows = [("FORMAT", "BECOMES", "WHAT")]
    for row in FORMATS.values():
        try:
            row.check(kind)
            against = ""
        except EngineError as error:
            against = f" ({error.message})"
        rows.append((row.key, "a folder" if row.folder else "a file", f"{row.label}{against}"))
    return aligned(rows)
