"""`aetui decode`: the images that belong to codes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from aetui.cli import codes, engines, files
from aetui.cli.arguments import ImagesFile, Run, Weights
from aetui.render.text import plain
from engine.errors import counted


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
    output: ImagesFile = Path("decoded.png"),
    weights: Weights = None,
) -> None:
    """Decode codes with a trained model and write the images to a file."""
    from engine.queries.messages import Decode

    files.check_suffix(output, files.IMAGES)
    record = context.obj.store.find(run)
    files.check_kind(record, "image")
    array = codes.read_codes(source)
    files.check_sheet(output, len(array))
    answer = engines.answer(context.obj, Decode(run_id=record.id, weights=weights, codes=array), "decoding")
    files.write_images(output, answer)
    typer.echo(plain(f"{output}: {counted(len(array), 'image')}, {engines.behind(answer)}"))
