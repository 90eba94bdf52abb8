"""`aetui film`: a training as a GIF, or as a recording of a terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from aetui.cli.arguments import Run
from aetui.cli.narration import narrated
from aetui.render import numbers
from aetui.render.text import plain
from engine.errors import counted


def film(
    context: typer.Context,
    run: Run,
    to: Annotated[
        Path,
        typer.Option(
            "--to", "-o", help="FILE.gif, or FILE.cast for `asciinema play`; what is there already is refused."
        ),
    ],
    seconds: Annotated[
        float, typer.Option(help="How long it runs (default: by its epochs, from 4 to 12).", show_default=False)
    ] = 0.0,
    width: Annotated[
        int, typer.Option(help="Pixels of a GIF (default: 960), columns of a recording (120).", show_default=False)
    ] = 0,
    first: Annotated[
        int, typer.Option("--from-epoch", min=1, help="Where it begins (default: the first).", show_default=False)
    ] = 1,
    last: Annotated[
        int, typer.Option("--to-epoch", min=0, help="Where it ends (default: the newest).", show_default=False)
    ] = 0,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier film.")] = False,
) -> None:
    """Make a film of a training: what the run made of its pictures (or sentences, or numbers), its loss and its codes,
    epoch by epoch.

    Epochs of which the run keeps nothing any more are passed over; the time runs evenly all the same. A run that goes
    on is filmed as far as it has come.
    """
    from aetui.filming import film as films
    from aetui.filming.wish import Wish

    wish = Wish(seconds, width, first, last)
    films.check(to, wish, force=force)
    record = context.obj.store.find(run)
    with narrated(context.obj.quiet) as report:
        made = films.film(record, to, wish, report, force=force)
    told = f"{to}: {counted(made.frames, 'frame')}, {made.seconds:.3g} s, {numbers.size(made.bytes)}"
    typer.echo("\n".join(map(plain, [told, *made.notes])))
