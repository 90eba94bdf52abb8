"""`aetui encode`: the codes of images."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from aetui.cli import codes, engines, files
from aetui.cli.arguments import Input, Run


def encode(
    context: typer.Context,
    run: Run,
    source: Input = None,
    output: Annotated[
        Path,
        typer.Option("--output", "-o", help="An .npy (codes), .npz (codes, labels) or .tsv file (table with header)."),
    ] = Path("codes.npz"),
    part: Annotated[Literal["train", "test"], typer.Option(help="Which part of a data set.")] = "test",
    count: Annotated[int, typer.Option("--count", "-n", min=0, help="At most so many images; 0: all.")] = 0,
) -> None:
    """Write the codes that a trained model gives to images, with their classes where the input has them."""
    import msgspec

    from engine.queries import Encode

    files.check_suffix(output, codes.WRITTEN)
    record = context.obj.store.find(run)
    images, labels = files.read(context.obj, record, source, count, part)
    answer = engines.ask(context.obj, Encode(run_id=record.id, inputs=images), "encoding")
    codes.write_codes(output, msgspec.structs.replace(answer, labels=labels))
    typer.echo(f"{output}: {len(images):,} codes of {answer.codes.shape[1]:,} numbers, after epoch {answer.epoch:,}")
