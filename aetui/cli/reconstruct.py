"""`aetui reconstruct`: what a trained model makes of images, and what it reads back of sentences."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aetui.cli import engines, files
from aetui.cli.arguments import Input, Run
from aetui.render.text import plain

if TYPE_CHECKING:
    from aetui.options import Options
    from engine.queries import Reconstruction
    from engine.store import RunRecord

DEFAULT = Path("reconstruction.png")
TEXT = ".txt"


def reconstruct(
    context: typer.Context,
    run: Run,
    source: Input = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="A .png sheet (input, output, |error|; reconstruction.png if not given), .npy (outputs) or .npz (all);"
            " for sentences a .txt file (standard output if not given).",
        ),
    ] = None,
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=1_000_000, help="At most so many items.")] = 10,
) -> None:
    """Reconstruct images with a trained model and write them to a file; or read back each line of a text file."""
    if output is not None:
        files.check_suffix(output, (*files.IMAGES, TEXT))
    record = context.obj.store.find(run)
    if files.of_text(record):
        _sentences(context.obj, record, source, output, count)
    else:
        _images(context.obj, record, source, output or DEFAULT, count)


def _images(options: Options, record: RunRecord, source: str | None, output: Path, count: int) -> None:
    from engine.queries import Reconstruct

    files.check_suffix(output, files.IMAGES)
    images, _ = files.read(options, record, source, count)
    files.check_sheet(output, len(images))
    answer = engines.ask(options, Reconstruct(run_id=record.id, inputs=images), "reconstructing")
    _write(output, answer)
    typer.echo(plain(f"{output}: {len(images):,} images, mean squared error {answer.errors.mean():.4g}"))


def _sentences(options: Options, record: RunRecord, source: str | None, output: Path | None, count: int) -> None:
    from engine.errors import UsageError
    from engine.queries import Read

    if source is None:
        raise UsageError("Sentences", "expected a text file, one sentence a line: `aetui reconstruct RUN FILE.txt`")
    if output is not None:
        files.check_suffix(output, (TEXT,))
    texts = files.read_sentences(record, source, count)
    answers = engines.ask_all(options, [Read(run_id=record.id, text=text) for text in texts], "reading back")
    if output is None:
        typer.echo("\n".join(plain(answer.reading) for answer in answers))
        return
    with files.written(output) as file:
        file.write("".join(f"{answer.reading}\n" for answer in answers).encode())
    mean = sum(answer.cosine for answer in answers) / len(answers)
    told = f"{len(answers):,} sentences, mean cosine {mean:.4f}, after epoch {answers[0].epoch:,}"
    typer.echo(f"{plain(str(output))}: {told}")


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
