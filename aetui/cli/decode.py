"""`aetui decode`: the images that belong to codes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from aetui.cli import codes, engines, writing
from aetui.cli.arguments import ItemsFile, Run, Weights
from aetui.render.text import plain


def decode(
    context: typer.Context,
    run: Run,
    source: Annotated[
        Path,
        typer.Argument(
            metavar="CODES",
            help="An .npy, .npz (array `codes`), .tsv or .csv file, one code a row; - for standard input.",
        ),
    ],
    output: ItemsFile = None,
    weights: Weights = None,
) -> None:
    """Decode codes with a trained model and write the images or rows to a file."""
    from engine.queries.messages import Decode

    record = context.obj.store.find(run)
    write = writing.new_items(record, output, Path("decoded.png"))
    array = codes.read_codes(source)
    answer = engines.answer(context.obj, Decode(run_id=record.id, weights=weights, codes=array), "decoding")
    typer.echo(plain(f"{write(answer)}, {engines.behind(answer)}"))
