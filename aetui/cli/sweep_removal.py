"""`aetui sweep delete`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from aetui.cli import completers


def delete(
    context: typer.Context,
    sweep: Annotated[
        str,
        typer.Argument(
            metavar="SWEEP", help="An id, a name, the beginning of an id, or `last`.", autocompletion=completers.sweeps
        ),
    ],
    with_runs: Annotated[
        bool, typer.Option("--with-runs", help="Its runs, too; else they stay, with the sweep's id as their group.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    for_good: Annotated[bool, typer.Option("--for-good", help="Remove it from the disk at once: no way back.")] = False,
) -> None:
    """Take a sweep out of the store. Until the next deletion `aetui runs undelete` brings it back."""
    from aetui.render.text import plain
    from engine.errors import UsageError, counted
    from engine.sweeps import deletion, trials
    from engine.sweeps import sweep as sweeps

    store = context.obj.store
    found = sweeps.find(store, sweep)
    runs = counted(len(deletion.runs_of(store, found)), "run")
    tried = counted(len(trials.read(sweeps.folder(store, found.id))), "trial")
    what = f"{found.id} ({tried}) {'and' if with_runs else 'but not'} its {runs}"
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError("Not deleted", f"nobody can be asked whether to delete {what}; --yes does it")
        fate = "for good; there is no way back" if for_good else "`aetui runs undelete` brings back the last deletion"
        if not typer.confirm(f"Delete {what}? ({fate})", err=True):
            raise typer.Exit(1)
    deletion.delete(store, found, with_runs=with_runs, for_good=for_good)
    hint = "" if for_good else "; `aetui runs undelete` brings back what was deleted, until the next deletion"
    typer.echo(f"{plain(what)}: deleted{hint}")
