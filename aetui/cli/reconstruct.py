"""`aetui reconstruct`: what a trained model makes of images."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aetui.cli import engines, files
from aetui.cli.arguments import Input, Run

if TYPE_CHECKING:
    from engine.queries import Reconstruction


def reconstruct(
    context: typer.Context,
    run: Run,
    source: Input = None,
    output: Annotated[
        Path,
        typer.Option("--output", "-o", help="A .png sheet (input, output, |error|), .npy (outputs) or .npz (all)."),
    ] = Path("reconstruction.png"),
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=1_000_000, help="At most so many images.")] = 10,
) -> None:
    """Reconstruct images with a trained model and write them to a file."""
    from engine.queries import Reconstruct

    files.check_suffix(output, files.IMAGES)
    record = context.obj.store.find(run)
    images, _ = files.read(context.obj, record, source, count)
    files.check_sheet(output, len(images))
    answer = engines.ask(context.obj, Reconstruct(run_id=record.id, inputs=images), "reconstructing")
    _write(output, answer)
    typer.echo(f"{output}: {len(images):,} images, mean squared error {answer.errors.mean():.4g}")


def _write(path: Path, answer: Reconstruction) -> None:
    import numpy as np

    from aetui.render import sheet

    with files.written(path) as file:
        if path.suffix == ".png":
            sheet.write(file, [answer.inputs, answer.outputs, abs(answer.outputs - answer.inputs)])
        elif path.suffix == ".npy":
            np.save(file, answer.outputs)
        else:
            np.savez_compressed(
                file, inputs=answer.inputs, outputs=answer.outputs, codes=answer.codes, errors=answer.errors
            )
