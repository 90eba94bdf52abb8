"""`aetui reconstruct`: what a trained model makes of images, and what it reads back of sentences."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aetui.cli import engines, files, rows
from aetui.cli.arguments import Input, Run, Weights
from aetui.cli.reconstruction_file import ReconstructionFile
from aetui.cli.rows import Request
from aetui.render.text import plain
from engine.errors import counted

if TYPE_CHECKING:
    from engine.queries.messages import Reconstruct, Spoil
    from engine.runs.store import RunRecord

COUNT = 10
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
            help="A .png sheet (input, output, with noise also the clean images, |error|; reconstruction.png if not "
            "given), .npy (outputs) or .npz (all); for sentences a .txt file (standard output if not given); for "
            "tables and windows .csv, .tsv (in the units of the columns; reconstruction.csv if not given) or .npz.",
        ),
    ] = None,
    count: Annotated[
        int | None,
        typer.Option(
            "--count",
            "-n",
            min=1,
            max=1_000_000,
            help="At most so many items (default: 10; of tables and series all).",
            show_default=False,
        ),
    ] = None,
    noise: Annotated[
        bool | None,
        typer.Option(
            "--noise/--no-noise",
            help="For a run that learned from noisy images: show it the input with its noise, or as it is (default: "
            "data sets with noise; files of your own as they are, taken to be noisy already).",
            show_default=False,
        ),
    ] = None,
    kind: Annotated[
        str,
        typer.Option(
            "--noise-kind",
            help="Spoil the images first, in this way: trained, gaussian, salt_and_pepper, masking, occlusion, blur, "
            "contrast; any run on images.",
        ),
    ] = "",
    level: Annotated[
        float | None,
        typer.Option(
            "--noise-level",
            help="So much of it (default: as trained, else the middle of what `aetui noise` tries); alone: of the "
            "noise that the run was trained on.",
            show_default=False,
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--noise-seed", min=0, max=2**31, help="Of what is drawn then.")] = 0,
    weights: Weights = None,
) -> None:
    """Reconstruct images, or rows of a table, with a trained model and write them to a file; or read back each line of
    a text file.

    Errors are against the images without noise.
    """
    if output is not None:
        files.check_suffix(output, (*files.IMAGES, TEXT, *rows.WRITTEN))
    record = context.obj.store.find(run)
    spoil = _spoil(record, kind, level, seed, noise=noise)
    asked = Request(context.obj, record, source, output, count, noise, weights, spoil)
    RECONSTRUCTED[files.kind_of(record).key](asked)


def _spoil(record: RunRecord, kind: str, level: float | None, seed: int, *, noise: bool | None) -> Spoil | None:
    """Raises UsageError for noise that cannot be meant."""
    if not kind and level is None:
        return None
    from engine import params, registry
    from engine.errors import UsageError
    from engine.queries.messages import Spoil
    from engine.restoring.corruptions import TRAINED, chosen

    if noise is not None:
        raise UsageError("Two kinds of noise", "expected --noise or --noise-kind and --noise-level; leave one out")
    files.check_kind(record, "image")
    row, usual = chosen(kind, params.stored(registry.preset(record.variant, record.preset), record.config))
    row.check(usual if level is None else level)
    return Spoil(kind="" if row.key == TRAINED else row.key, level=level, seed=seed)


def _images(asked: Request) -> None:
    import msgspec

    options, record, weights = asked.options, asked.record, asked.weights
    output = asked.output or DEFAULT
    query = _query(asked, output)
    itself = files.answers_itself(record)
    known = itself or query.inputs is None
    with ReconstructionFile.writing(output, known=known) as file:
        query = msgspec.structs.replace(query, weights=weights, into=file.append)
        answer = engines.answer(options, query, "reconstructing")
        if not file.count:  # there is nothing, which makes a file too
            file.append(answer)
        if query.noise and not query.spoil and not file.noisy:
            raise files.no_noise(record)
    against = "" if not file.noisy else " against the clean images" if itself else " against what is to be answered"
    error = f"mean squared error {file.error:.4g}{against}" if known else "what is to be answered is not known"
    typer.echo(plain(f"{output}: {counted(file.count, 'image')}, {error}, {engines.behind(answer)}"))


def _query(asked: Request, output: Path) -> Reconstruct:
    from engine.datasets import known
    from engine.queries.messages import Reconstruct

    files.check_suffix(output, files.IMAGES)
    record, source, noise, count = asked.record, asked.source, asked.noise, asked.most or COUNT
    if source is None or files.is_own(record, source):
        return Reconstruct(run_id=record.id, count=count, noise=noise, spoil=asked.spoil)
    images = files.read(asked.options, record, source, count).items
    files.check_sheet(output, len(images))  # before TensorFlow is loaded
    seen = known(source) is not None if noise is None else noise
    return Reconstruct(run_id=record.id, inputs=images, noise=seen, spoil=asked.spoil)


def _sentences(asked: Request) -> None:
    from engine.errors import UsageError
    from engine.queries.messages import Read

    record, source, output = asked.record, asked.source, asked.output
    if asked.noise:
        raise files.no_noise(record)
    if source is None:
        raise UsageError("Sentences", "expected a text file, one sentence a line: `aetui reconstruct RUN FILE.txt`")
    if output is not None:
        files.check_suffix(output, (TEXT,))
    texts = files.read_sentences(record, source, asked.most or COUNT)
    answers = engines.answers(
        asked.options, [Read(run_id=record.id, weights=asked.weights, text=text) for text in texts], "reading back"
    )
    if output is None:
        typer.echo("\n".join(plain(answer.reading) for answer in answers))
        return
    with files.written(output) as file:
        file.write("".join(f"{answer.reading}\n" for answer in answers).encode())
    mean = sum(answer.cosine for answer in answers) / len(answers)
    told = f"{counted(len(answers), 'sentence')}, mean cosine {mean:.4f}, {engines.behind(answers[0])}"
    typer.echo(f"{plain(str(output))}: {told}")


def _ratings(asked: Request) -> None:
    """All ratings of rows of the run's test part as the model fills them in, in the unit of the ratings."""
    import numpy as np

    from engine import params, registry
    from engine.errors import UsageError
    from engine.queries.messages import Reconstruct

    record, source = asked.record, asked.source
    if asked.noise:
        raise files.no_noise(record)
    if not files.is_own(record, source):
        told = f"{record.id} knows the users and items of {record.dataset} only"
        raise UsageError("Other ratings", f"{told}, got {source}; `aetui recommend {record.id} USER` asks for a user")
    output = asked.output or Path("reconstruction.npz")
    files.check_suffix(output, files.IMAGES[1:])
    config = params.stored(registry.preset(record.variant, record.preset), record.config)
    kept = files.kind_of(record).kept(record.folder, registry.variant(record.variant).reading(config)).ratings
    query = Reconstruct(run_id=record.id, count=asked.most or COUNT, weights=asked.weights)
    answer = engines.answer(asked.options, query, "reconstructing")
    filled = kept.in_units(answer.outputs)
    errors = answer.errors * kept.deviation**2
    with files.written(output) as file:
        if output.suffix == ".npy":
            np.save(file, filled)
        else:
            np.savez_compressed(file, allow_pickle=False, outputs=filled, codes=answer.codes, errors=errors)
    told = f"{counted(len(filled), 'row')} of {counted(filled.shape[1], 'rating')}"
    error = f"mean squared error {errors.mean():.4g} of those held out"
    typer.echo(plain(f"{output}: {told}, {error}, {engines.behind(answer)}"))


RECONSTRUCTED = {
    "image": _images,
    "text": _sentences,
    "ratings": _ratings,
    "vectors": rows.reconstruct,
    "windows": rows.reconstruct,
}
"""What is done with the input of a run, by the kind of data that it learned from."""
