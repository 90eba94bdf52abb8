"""`aetui runs delete`, `undelete` and `du`: making room."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from aetui.cli import completers

if TYPE_CHECKING:
    from engine.runs.store import RunRecord


def delete(
    context: typer.Context,
    runs: Annotated[
        list[str],
        typer.Argument(metavar="RUN...", help="Ids, beginnings of ids or names.", autocompletion=completers.runs),
    ],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    for_good: Annotated[
        bool, typer.Option("--for-good", help="Remove them from the disk at once: no way back.")
    ] = False,
) -> None:
    """Take runs out of the store. Until the next deletion `aetui runs undelete` brings them back."""
    from aetui.render.numbers import size
    from aetui.render.text import plain
    from engine.errors import UsageError, counted
    from engine.runs.listing import trash
    from engine.runs.listing.disk import disk_use

    store = context.obj.store
    records: list[RunRecord] = list({record.id: record for record in map(store.find, runs)}.values())
    trash.check_deletable(store, records)
    what = counted(len(records), "run")
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError("Not deleted", f"nobody can be asked whether to delete {what}; --yes does it")
        for record in records:
            typer.echo(f"{plain(record.id)}  {plain(record.name)}  {size(disk_use(record.folder))}", err=True)
        fate = "for good; there is no way back" if for_good else "`aetui runs undelete` brings back the last deletion"
        if not typer.confirm(f"Delete {what}? ({fate})", err=True):
            raise typer.Exit(1)
    trash.delete(store, records, for_good=for_good)
    hint = "" if for_good else "; `aetui runs undelete` brings them back until the next deletion"
    typer.echo(f"{what} deleted{hint}")


def undelete(context: typer.Context) -> None:
    """Bring back what the last deletion took away, in the workbench or here."""
    from aetui.render.text import plain
    from engine.runs.listing import trash

    found = trash.undelete(context.obj.store)
    for path in (*found.runs, *found.beside):
        typer.echo(plain(path))


def du(
    context: typer.Context,
    most: Annotated[int | None, typer.Option("-n", min=1, help="Only so many, the largest.")] = None,
) -> None:
    """Disk that each run takes, the largest first, and all together."""
    from aetui.cli.tables import aligned
    from aetui.render.numbers import size
    from aetui.render.text import plain
    from engine.errors import counted
    from engine.runs.listing import trash
    from engine.runs.listing.disk import disk_use

    store = context.obj.store
    runs = store.summaries()
    if not runs:
        typer.echo(f"no runs yet below {plain(str(store.root))}; `aetui train` makes one", err=True)
        return
    used = sorted(((disk_use(store.root / run.id), run) for run in runs), key=lambda pair: -pair[0])
    rows = [(size(taken), run.id, run.status, plain(run.name, 40)) for taken, run in used[:most]]
    typer.echo(aligned([("DISK", "RUN", "STATE", "NAME"), *rows]))
    total = f"{size(sum(taken for taken, _ in used))} in {counted(len(runs), 'run')}"
    deleted = trash.deleted(store)
    if deleted.runs or deleted.beside:
        aside = size(disk_use(store.root / trash.FOLDER))
        total += f", and {aside} in {counted(len(deleted.runs), 'run')} that the next deletion removes"
    typer.echo(f"\n{total}, below {plain(str(store.root))}")
