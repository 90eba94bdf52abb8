"""`aetui reconstruct`: what a trained model makes of images."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aetui.cli import engines

if TYPE_CHECKING:
    from engine.queries import Reconstruction

FORMATS = (".png", ".npy", ".npz")


def reconstruct(
    context: typer.Context,
    run: Annotated[str, typer.Argument(help="An id, the beginning of one, a name, or `last`.")],
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="[INPUT]",
            help="A data set key (its test part), an image file, a folder of images, an .npy or .npz file "
            "(default: the test part of the run's data set).",
        ),
    ] = None,
    output: Annotated[
        Path,
        typer.Option("--output", "-o", help="A .png sheet (input, output, |error|), .npy (outputs) or .npz (all)."),
    ] = Path("reconstruction.png"),
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=1_000_000, help="At most so many images.")] = 10,
) -> None:
    """Reconstruct images with a trained model and write them to a file."""
    from engine.errors import UsageError
    from engine.images import read_images
    from engine.queries import Reconstruct

    if output.suffix not in FORMATS:
        raise UsageError("Unknown format", f"expected a file ending in {', '.join(FORMATS)}, got {output}")
    record = context.obj.store.find(run)
    folder = context.obj.data_folder
    images = read_images(source or record.dataset, record.info.shape, folder, count)
    with engines.engine(context.obj) as (engine, _):
        engine.start()
        answer: Any = engine.ask(Reconstruct(run_id=record.id, inputs=images)).result()
    _write(output, answer)
    typer.echo(f"{output}: {len(images)} images, mean squared error {answer.errors.mean():.4g}")


def _write(path: Path, answer: Reconstruction) -> None:
    """Write beside and rename, so that a fault leaves the old file."""
    import numpy as np

    from aetui.render import sheet
    from engine.errors import EngineError

    beside = path.with_name(f".{path.name}.tmp")
    try:
        with beside.open("wb") as file:
            if path.suffix == ".png":
                sheet.write(file, [answer.inputs, answer.outputs, abs(answer.outputs - answer.inputs)])
            elif path.suffix == ".npy":
                np.save(file, answer.outputs)
            else:
                np.savez_compressed(
                    file, inputs=answer.inputs, outputs=answer.outputs, codes=answer.codes, errors=answer.errors
                )
        beside.replace(path)
    except OSError as error:
        raise EngineError("Cannot write", f"expected to write {path}, but {error}; choose another --output") from error
    finally:
        beside.unlink(missing_ok=True)
