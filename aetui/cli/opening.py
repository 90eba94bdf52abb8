"""`aetui open`: the workbench on one run."""

from __future__ import annotations

import typer

from aetui.cli.arguments import Run


def open_run(context: typer.Context, run: Run) -> None:
    """Open the workbench on a run, whichever process trains it or did."""
    from aetui import launch

    launch.run(context.obj, context.obj.store.find(run).id)
