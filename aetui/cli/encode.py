"""`aetui encode`: the codes of images or sentences."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from aetui.cli import codes, engines, files
from aetui.cli.arguments import Input, Run, Weights
from aetui.render.text import plain
from engine.errors import counted

if TYPE_CHECKING:
    from aetui.cli.options import Options
    from engine.queries.messages import Codes
    from engine.runs.store import RunRecord

Part = Literal["train", "validation", "test"]
Into = Callable[["Codes"], None]


def encode(
    context: typer.Context,
    run: Run,
    source: Input = None,
    output: Annotated[
        Path,
        typer.Option("--output", "-o", help="An .npy (codes), .npz (codes, labels) or .tsv file (table with header)."),
    ] = Path("codes.npz"),
    part: Annotated[Part, typer.Option(help="Which part of a data set.")] = "test",
    count: Annotated[int, typer.Option("--count", "-n", min=0, help="At most so many items; 0: all.")] = 0,
    weights: Weights = None,
) -> None:
    """Write the codes that a trained model gives to images or sentences, with classes where the input has them."""
    files.check_suffix(output, codes.WRITTEN)
    record = context.obj.store.find(run)
    with codes.CodesFile.writing(output) as file:
        answer = ENCODED[files.kind_of(record).key](context.obj, record, source, part, count, weights, file.append)
        file.append(answer)
    found, size = file.shape
    typer.echo(plain(f"{output}: {counted(found, 'code')} of {counted(size, 'number')}, {engines.behind(answer)}"))


def _images(
    options: Options,
    record: RunRecord,
    source: str | None,
    part: Part,
    count: int,
    weights: Literal["best", "last"] | None,
    into: Into,
) -> Codes:
    import msgspec

    from engine.queries.messages import Encode

    answer: Codes
    if source is None or files.is_own(record, source):
        query = Encode(run_id=record.id, weights=weights, part=part, count=count, into=into)
        answer = engines.answer(options, query, "encoding")
        return answer
    images, labels = files.read(options, record, source, count, part)
    done = 0

    def labelled(piece: Codes) -> Codes:
        nonlocal done
        first, done = done, done + len(piece.codes)
        return piece if labels is None else msgspec.structs.replace(piece, labels=labels[first:done])

    query = Encode(run_id=record.id, weights=weights, inputs=images, into=lambda piece: into(labelled(piece)))
    answer = engines.answer(options, query, "encoding")
    return labelled(answer)


def _sentences(
    options: Options,
    record: RunRecord,
    source: str | None,
    part: Part,
    count: int,
    weights: Literal["best", "last"] | None,
    into: Into,
) -> Codes:
    """Those of a text file, or of the run's own data: only the engine knows how these were read."""
    from engine.errors import UsageError
    from engine.queries.messages import Encode

    query = Encode(run_id=record.id, weights=weights, part=part, count=count, into=into)
    if source is not None and not files.is_own(record, source):
        if part != "test":
            raise UsageError("No such part", f"expected {record.dataset} with --part {part}, got {source}")
        query = Encode(run_id=record.id, weights=weights, texts=files.read_sentences(record, source, count))
    answer: Codes = engines.answer(options, query, "encoding")
    return answer


ENCODED = {"image": _images, "text": _sentences}
"""What is done with the input of a run, by the kind of data that it learned from; it comes piece by piece, and what did
not is in the answer."""
