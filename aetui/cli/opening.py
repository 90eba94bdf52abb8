"""`aetui open`: the workbench on one run."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from aetui.cli.arguments import Run


def open_run(
    context: typer.Context,
    run: Run,
    low_bandwidth: Annotated[
        bool, typer.Option("--low-bandwidth", help="Send at most 4 kB/s to the terminal.")
    ] = False,
) -> None:
    """Open the workbench on a run, whichever process trains it or did."""
    from aetui import launch

    options = replace(context.obj, low_bandwidth=context.obj.low_bandwidth or low_bandwidth)
    launch.run(options, context.obj.store.find(run).id)
