"""`aetui encode`: the codes of images or sentences."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from aetui.cli import codes, codes_file, engines, files, rows
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
    with codes_file.writing(output, suffix) as file:
        answer = ENCODED[files.kind_of(record).key](context.obj, record, source, part, count, weights, file.append)
        file.append(answer)
    found, size = file.shape
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
    into: Into,
) -> Codes:
    import msgspec

    from engine.queries.messages import Encode

    answer: Codes
    if source is None or files.is_own(record, source):
        query = Encode(run_id=record.id, weights=weights, part=part, count=count, into=into)
        answer = engines.answer(options, query, "encoding")
        return answer
    given = files.read(options, record, source, count, part)
    done = 0

    def known(piece: Codes) -> Codes:
        """With what is known of its items."""
        nonlocal done
        these = slice(done, done + len(piece.codes))
        done = these.stop
        labels = None if given.labels is None else given.labels[these]
        return msgspec.structs.replace(piece, labels=labels, names=given.names and given.names[these])

    query = Encode(run_id=record.id, weights=weights, inputs=given.items, into=lambda piece: into(known(piece)))
    answer = engines.answer(options, query, "encoding")
    return known(answer)


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


def _ratings(
    options: Options,
    record: RunRecord,
    source: str | None,
    part: Part,
    count: int,
    weights: Literal["best", "last"] | None,
    into: Into,
) -> Codes:
    """Those of the run's own users or items, whichever its rows are."""
    from engine.errors import UsageError
    from engine.queries.messages import Encode

    if source is not None and not files.is_own(record, source):
        told = f"{record.id} knows the users and items of {record.dataset} only"
        raise UsageError("Other ratings", f"{told}, got {source}; leave it out")
    query = Encode(run_id=record.id, weights=weights, part=part, count=count, into=into)
    answer: Codes = engines.answer(options, query, "encoding")
    return answer


def _rows(
    options: Options,
    record: RunRecord,
    source: str | None,
    part: Part,
    count: int,
    weights: Literal["best", "last"] | None,
    into: Into,
) -> Codes:
    """Those of a file with the run's columns, or of the run's own data."""
    import msgspec

    from engine.errors import UsageError
    from engine.queries.messages import Encode

    if source is None or files.is_own(record, source):
        query = Encode(run_id=record.id, weights=weights, part=part, count=count, into=into)
        found: Codes = engines.answer(options, query, "encoding")
        return found
    if part != "test":
        raise UsageError("No such part", f"expected {record.dataset} with --part {part}, got {source}; leave it out")
    read = rows.read(options, record, source, count)
    query = Encode(run_id=record.id, weights=weights, inputs=read.items)
    answer: Codes = engines.answer(options, query, "encoding")
    return msgspec.structs.replace(answer, names=None if read.names is None else tuple(read.names))


ENCODED = {
    "image": _images,
    "text": _sentences,
    "ratings": _ratings,
    "vectors": _rows,
    "windows": _rows,
}
"""What is done with the input of a run, by the kind of data that it learned from; it comes piece by piece, and what did
not is in the answer."""
