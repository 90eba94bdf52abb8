"""`aetui tour`: the workbench with somebody beside it who says what to press next."""

from __future__ import annotations

import typer


def tour(context: typer.Context) -> None:
    """A guided first run on the bundled digits: train, look, go back in time, compare, read, export. It can be left at
    any moment; what it trains is a run like any other."""
    from aetui import launch

    launch.run(context.obj, tour=True)
