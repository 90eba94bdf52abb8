"""`aetui encode`: the codes of images or sentences."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from aetui.cli import codes, engines, files, rows
from aetui.cli.arguments import Input, Run, Weights
from aetui.render.text import plain
from engine.errors import counted

if TYPE_CHECKING:
    from aetui.cli.options import Options
    from engine.queries.messages import Codes
    from engine.runs.store import RunRecord

Part = Literal["train", "validation", "test"]


def encode(
    context: typer.Context,
    run: Run,
    source: Input = None,
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            help="An .npy (codes), .npz (codes, names, labels), .csv or .tsv file (table with header); - for standard "
            "output.",
        ),
    ] = Path("codes.npz"),
    wanted: Annotated[
        Literal["csv", "tsv", "npy", "npz"] | None,
        typer.Option("--format", help="What to write (default: as the file's name says; csv to standard output)."),
    ] = None,
    part: Annotated[Part, typer.Option(help="Which part of a data set.")] = "test",
    count: Annotated[int, typer.Option("--count", "-n", min=0, help="At most so many items; 0: all.")] = 0,
    weights: Weights = None,
) -> None:
    """Write the codes that a trained model gives to images, rows or sentences, with names and classes where the
    input has them."""
    suffix = codes.format_of(output, wanted)
    record = context.obj.store.find(run)
    answer = ENCODED[files.kind_of(record).key](context.obj, record, source, part, count, weights)
    codes.write_codes(output, suffix, answer)
    found, size = answer.codes.shape
    done = plain(f"{output}: {counted(found, 'code')} of {counted(size, 'number')}, {engines.behind(answer)}")
    if str(output) != codes.STDOUT:
        typer.echo(done)
    elif not context.obj.quiet:
        typer.echo(done, err=True)


def _images(
    options: Options,
    record: RunRecord,
    source: str | None,
    part: Part,
    count: int,
    weights: Literal["best", "last"] | None,
) -> Codes:
    import msgspec

    from engine.queries.messages import Encode

    answer: Codes
    if source is None or files.is_own(record, source):
        answer = engines.answer(options, Encode(run_id=record.id, weights=weights, part=part, count=count), "encoding")
        return answer
    given = files.read(options, record, source, count, part)
    answer = engines.answer(options, Encode(run_id=record.id, weights=weights, inputs=given.items), "encoding")
    return msgspec.structs.replace(answer, labels=given.labels, names=given.names)


def _sentences(
    options: Options,
    record: RunRecord,
    source: str | None,
    part: Part,
    count: int,
    weights: Literal["best", "last"] | None,
) -> Codes:
    """Those of a text file, or of the run's own data: only the engine knows how these were read."""
    from engine.errors import UsageError
    from engine.queries.messages import Encode

    query = Encode(run_id=record.id, weights=weights, part=part, count=count)
    if source is not None and not files.is_own(record, source):
        if part != "test":
            raise UsageError("No such part", f"expected {record.dataset} with --part {part}, got {source}")
        query = Encode(run_id=record.id, weights=weights, texts=files.read_sentences(record, source, count))
    answer: Codes = engines.answer(options, query, "encoding")
    return answer


def _rows(
    options: Options,
    record: RunRecord,
    source: str | None,
    part: Part,
    count: int,
    weights: Literal["best", "last"] | None,
) -> Codes:
    """Those of a file with the run's columns, or of the run's own data."""
    import msgspec

    from engine.errors import UsageError
    from engine.queries.messages import Encode

    query = Encode(run_id=record.id, weights=weights, part=part, count=count)
    if source is None or files.is_own(record, source):
        found: Codes = engines.answer(options, query, "encoding")
        return found
    if part != "test":
        raise UsageError("No such part", f"expected {record.dataset} with --part {part}, got {source}; leave it out")
    read = rows.read(options, record, source, count)
    query = Encode(run_id=record.id, weights=weights, inputs=read.items)
    answer: Codes = engines.answer(options, query, "encoding")
    return msgspec.structs.replace(answer, names=None if read.names is None else tuple(read.names))


ENCODED = {"image": _images, "text": _sentences, "vectors": _rows, "windows": _rows}
"""What is done with the input of a run, by the kind of data that it learned from."""
