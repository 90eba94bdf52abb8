"""`aetui classify`: classes of new items, by a classifier that `probe` or `finetune` wrote."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from aetui.cli import classified_file, encode, engines
from aetui.cli.arguments import Input, Run
from aetui.cli.codes import STDOUT
from aetui.render.text import plain
from engine.errors import counted

if TYPE_CHECKING:
    from engine.queries.messages import Codes

Format = Literal["csv", "tsv", "json"]


def classify(
    context: typer.Context,
    run: Run,
    source: Input = None,
    classifier: Annotated[
        Path, typer.Option("--with", help="What `aetui probe -o` or `aetui finetune -o` wrote for this run.")
    ] = Path("classifier.safetensors"),
    output: Annotated[
        Path, typer.Option("--output", "-o", help="A .csv, .tsv or .json file; - for standard output.")
    ] = Path(STDOUT),
    wanted: Annotated[
        Format | None,
        typer.Option("--format", help="What to write (default: as the file's name says; csv to standard output)."),
    ] = None,
    part: Annotated[encode.Part, typer.Option(help="Which part of a data set.")] = "test",
    count: Annotated[int, typer.Option("--count", "-n", min=0, help="At most so many items; 0: all.")] = 0,
) -> None:
    """Write the class of each item, how probable it is, and the probabilities of all classes, with names and
    classes where the input has them."""
    from engine.features.classifier import read
    from engine.queries.messages import Classify

    suffix = classified_file.format_of(output, wanted)
    record = context.obj.store.find(run)
    about = read(classifier).about
    with classified_file.writing(output, suffix, own=_own(record, source)) as file:

        def append(piece: Codes) -> None:
            file.append(piece)  # type: ignore[arg-type] # what is asked is a `Classify`

        query: Any = partial(Classify, classifier=classifier.absolute())
        asked = encode.Request(context.obj, record, source, part, count, append, query, about.weights, "classifying")
        answer = encode.answered(asked)
        append(answer)
    done = f"{output}: {counted(file.items, 'item')}, {engines.behind(answer)}"
    if file.labelled:
        done += f"; {file.right / file.labelled:.4f} of {file.labelled:,} with a class have been given it"
    if str(output) != STDOUT:
        typer.echo(plain(done))
    elif not context.obj.quiet:
        typer.echo(plain(done.removeprefix(f"{STDOUT}: ")), err=True)


def _own(record: Any, source: str | None) -> bool:
    from aetui.cli import files

    return files.is_own(record, source)
