"""`aetui encode`: the codes of images or sentences."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

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
        answer = answered(Request(context.obj, record, source, part, count, file.append, _query, weights))
        file.append(answer)
    found, size = file.shape
    done = plain(f"{output}: {counted(found, 'code')} of {counted(size, 'number')}, {engines.behind(answer)}")
    if str(output) != codes.STDOUT:
        typer.echo(done)
    elif not context.obj.quiet:
        typer.echo(done, err=True)


def _query(**asked: Any) -> Any:
    from engine.queries.messages import Encode

    return Encode(**asked)


class Request(NamedTuple):
    """What was asked for, of which run."""

    options: Options
    record: RunRecord
    source: str | None
    part: Part
    most: int
    """Items; 0: all."""
    into: Into
    query: Callable[..., Any]
    """Makes one of the run, the weights, and the items in question."""
    weights: Literal["best", "last"] | None = None
    doing: str = "encoding"

    @property
    def own(self) -> bool:
        """Whether it is about what the run learned from."""
        return files.is_own(self.record, self.source)

    def codes_of_own(self) -> Codes:
        """Of a part of what the run learned from: only the engine knows how that was read."""
        return self.codes_of(part=self.part, count=self.most, into=self.into)

    def codes_of(self, **items: Any) -> Codes:
        """Of `items`, the fields of `Encode` that say which."""
        query = self.query(run_id=self.record.id, weights=self.weights, **items)
        answer: Codes = engines.answer(self.options, query, self.doing)
        return answer


def answered(asked: Request) -> Codes:
    """What has not gone `into` where it was to go.

    Raises:
        EngineError: there are no such items, or they do not fit the run.
    """
    return ENCODED[files.kind_of(asked.record).key](asked)


def _images(asked: Request) -> Codes:
    import msgspec

    if asked.source is None or asked.own:
        return asked.codes_of_own()
    given = files.read(asked.options, asked.record, asked.source, asked.most, asked.part)
    done = 0

    def known(piece: Codes) -> Codes:
        """With what is known of its items."""
        nonlocal done
        these = slice(done, done + len(piece.codes))
        done = these.stop
        labels = None if given.labels is None else given.labels[these]
        return msgspec.structs.replace(piece, labels=labels, names=given.names and given.names[these])

    return known(asked.codes_of(inputs=given.items, into=lambda piece: asked.into(known(piece))))


def _sentences(asked: Request) -> Codes:
    """Those of a text file, or of the run's own data."""
    if asked.source is None or asked.own:
        return asked.codes_of_own()
    _check_part(asked)
    return asked.codes_of(texts=files.read_sentences(asked.record, asked.source, asked.most))


def _ratings(asked: Request) -> Codes:
    """Those of the run's own users or items, whichever its rows are."""
    from engine.errors import UsageError

    if not asked.own:
        told = f"{asked.record.id} knows the users and items of {asked.record.dataset} only"
        raise UsageError("Other ratings", f"{told}, got {asked.source}; leave it out")
    return asked.codes_of_own()


def _rows(asked: Request) -> Codes:
    """Those of a file with the run's columns, or of the run's own data."""
    import msgspec

    if asked.source is None or asked.own:
        return asked.codes_of_own()
    _check_part(asked)
    read = rows.read(asked.options, asked.record, asked.source, asked.most)
    answer = asked.codes_of(inputs=read.items)
    return msgspec.structs.replace(answer, names=None if read.names is None else tuple(read.names))


def _check_part(asked: Request) -> None:
    """Raises UsageError for a part of what has none."""
    from engine.errors import UsageError

    if asked.part != "test":
        told = f"expected {asked.record.dataset} with --part {asked.part}, got {asked.source}"
        raise UsageError("No such part", f"{told}; leave --part out")


ENCODED = {
    "image": _images,
    "text": _sentences,
    "ratings": _ratings,
    "vectors": _rows,
    "windows": _rows,
}
"""What is done with the input of a run, by the kind of data that it learned from; it comes piece by piece, and what did
not is in the answer."""
