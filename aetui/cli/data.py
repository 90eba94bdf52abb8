"""`aetui data`: what data sets there are, where they lie, and how to get them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aetui.cli import completers
from aetui.cli.commands import Commands
from aetui.cli.narration import narrated
from aetui.cli.reader_options import with_reader_options
from aetui.cli.tables import aligned
from aetui.render.numbers import UNKNOWN
from aetui.render.text import plain

if TYPE_CHECKING:
    from engine.datasets import DataSet, Location
    from engine.datasets.data import Source, Statistics
    from engine.datasets.own.records import OwnSet

app = Commands(help="Data sets: list them, fetch them, look at one.", no_args_is_help=False)


@app.callback(invoke_without_command=True)
def table(context: typer.Context) -> None:
    """Data sets: list them, fetch them, look at one."""
    if context.invoked_subcommand is None:
        from engine.datasets import all_sets

        rows = (_row(entry, _located(context, key)) for key, entry in all_sets().items())
        typer.echo(aligned([_HEAD, *rows]))


@app.command()
def fetch(
    context: typer.Context,
    keys: Annotated[
        list[str],
        typer.Argument(
            metavar="KEY...", help="Data sets, as `aetui data` lists them.", autocompletion=completers.datasets
        ),
    ],
) -> None:
    """Download data sets into the cache; whole files that are there already are kept."""
    from engine import datasets

    for key in keys:
        datasets.dataset(key)  # a wrong name is refused before the first download
    for key in keys:
        with narrated(context.obj.quiet) as report:
            location = datasets.fetch(key, report)
        typer.echo(f"{key}: {plain(str(location.path or location.where))}")


@app.command()
@with_reader_options
def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What to call it from now on, wherever a data set is named.")],
    path: Annotated[Path, typer.Argument(help="The file or the folder; it stays where it is.")],
    kind: Annotated[
        str,
        typer.Option(
            "--kind", help="What it is, where the files do not tell.", metavar="KIND", autocompletion=completers.readers
        ),
    ] = "",
    copy: Annotated[bool, typer.Option("--copy", help="Copy the files beside the record.")] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="In the place of a set of yours that has the name.")
    ] = False,
    **options: Any,
) -> None:
    """Bring data of your own, and print what is in them."""
    from engine.datasets.own import adding

    given = {option: value for option, value in options.items() if value is not None}
    with narrated(context.obj.quiet) as report:
        added = adding.add(
            name, path, kind, given, copy=copy, replace=replace, data_dir=_data_dir(context), report=report
        )
    if added.because and not context.obj.quiet:
        reader = added.own.reader
        typer.echo(f"{name}: read as {reader}, because it is {added.because}; --kind says otherwise", err=True)
    typer.echo(_described(_dataset(name), _statistics(added.reading.source), added.own))


@app.command("list")
def listed(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="As a JSON array, with all that is known.")] = False,
) -> None:
    """Your own data sets."""
    import msgspec

    from engine.datasets.own import records

    own = records.all_own()
    if as_json:
        typer.echo(msgspec.json.encode(list(own.values())).decode())
        return
    if not own:
        typer.echo("none yet; `aetui data add NAME PATH` brings one", err=True)
        return
    rows = [_row(_dataset(name), _located(context, name)) for name in own]
    typer.echo(aligned([_HEAD, *rows]))


@app.command()
def remove(
    names: Annotated[
        list[str], typer.Argument(metavar="NAME...", help="Sets of your own.", autocompletion=completers.own_sets)
    ],
) -> None:
    """Forget data of your own; files that were not copied stay as they are, and so do runs."""
    from engine.datasets.own import records

    for name in names:
        records.existing(name)  # a wrong name is refused before the first is forgotten
    for name in names:
        own = records.remove(name)
        kept = "its copy is gone" if own.copied else f"{plain(own.path)} stays as it is"
        typer.echo(f"{name}: forgotten; {kept}")


@app.command()
def rename(
    name: Annotated[str, typer.Argument(help="A set of your own.", autocompletion=completers.own_sets)],
    to: Annotated[str, typer.Argument(help="What to call it from now on.")],
) -> None:
    """Give data of your own another name; runs that learned from it know the one that they had."""
    from engine.datasets.own import adding

    adding.rename(name, to)
    typer.echo(f"{name}: now called {to}")


@app.command()
def show(
    context: typer.Context,
    key: Annotated[
        str, typer.Argument(help="A data set, as `aetui data` lists them.", autocompletion=completers.datasets)
    ],
) -> None:
    """Statistics, source, licence and place of a data set on this machine."""
    from engine import datasets
    from engine.datasets.own import records
    from engine.kinds import KINDS

    entry, data_dir = datasets.dataset(key), _data_dir(context)
    if entry.kind not in KINDS:
        typer.echo(_described(entry, None, place=_place(entry, datasets.locate(key, data_dir))))
        return
    with narrated(context.obj.quiet) as report:
        data = datasets.load(key, data_dir, report, download=False)
    typer.echo(_described(entry, datasets.statistics(data), records.find(key)))


def _data_dir(context: typer.Context) -> Path | None:
    from engine.datasets import data_dir_from

    return data_dir_from(context.obj.data_dir)


def _statistics(source: Source) -> Statistics:
    from engine.datasets import statistics

    return statistics(source)


def _dataset(name: str) -> DataSet:
    from engine.datasets import dataset

    return dataset(name)


def _located(context: typer.Context, key: str) -> Location | None:
    from engine.datasets import locate

    return locate(key, _data_dir(context))


_HEAD = ("KEY", "TRAIN", "TEST", "SHAPE", "WHAT", "ON THIS MACHINE")


def _row(entry: DataSet, location: Location | None) -> tuple[str, ...]:
    items = (f"{count:,}" if count else UNKNOWN for count in (entry.train_items, entry.test_items))
    return entry.key, *items, _shape(entry.shape), entry.title, _place(entry, location)


def _place(entry: DataSet, location: Location | None) -> str:
    if location is None:
        return "gone; bring it back or remove it" if _is_record(entry) else f"no; {how_to_get(entry)}"
    return f"{location.path} ({location.where})" if location.path else location.where


def _is_record(entry: DataSet) -> bool:
    from engine.datasets.own import records

    return records.find(entry.key) is not None


def how_to_get(entry: DataSet) -> str:
    """The command that brings a data set here."""
    return f"aetui data add {entry.key} PATH" if entry.own else f"aetui data fetch {entry.key}"


def _shape(shape: tuple[int, ...]) -> str:
    return "×".join(str(size) for size in shape) or UNKNOWN


def _other_fingerprint(entry: DataSet) -> str:
    """Why runs on such data show another one, where they do."""
    from engine.kinds import KINDS

    covered = KINDS[entry.kind].covered
    return f" (that of a run covers {covered}, too)" if covered else ""


def _described(entry: DataSet, found: Statistics | None, own: OwnSet | None = None, place: str = "") -> str:
    """`found`: what is in it; None for what nothing learns from. `own`: how it was read, of the user's own."""
    where = place or (found.source if found else "") or (own.path if own else f"with {entry.package}")
    summary = [
        ("key", entry.key),
        ("what", entry.title),
        ("path", plain(where)),
        *(_reading(own) if own else ()),
        *(found.metadata.items() if found else ()),
        *([] if own else [("source", entry.source)]),
        ("licence", entry.licence),
        *([("fingerprint", f"{found.fingerprint}{_other_fingerprint(entry)}")] if found else []),
    ]
    return "\n\n".join(aligned(rows) for rows in (summary, found.table if found else []) if rows)


def _reading(own: OwnSet) -> list[tuple[str, str]]:
    """How the user's own data were read."""
    sampled = ", of samples: the files are large" if own.sampled else ""
    options = ", ".join(f"{name} {value}" for name, value in own.options.items())
    return [
        *([("copied", f"from {plain(own.origin)}")] if own.copied else []),
        ("read as", f"{own.reader}{f' ({plain(options)})' if options else ''}"),
        *((label, plain(words)) for label, words in own.metadata.items()),
        ("files", f"fingerprint {own.fingerprint}{sampled}"),
    ]
