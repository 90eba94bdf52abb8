"""`aetui data`: what data sets there are, where they lie, and how to get them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aetui.cli.narration import narrated
from aetui.cli.tables import aligned
from aetui.render.numbers import UNKNOWN
from aetui.render.text import plain

if TYPE_CHECKING:
    from engine.datasets import DataSet, Location
    from engine.datasets.data import Statistics

app = typer.Typer(help="Data sets: list them, fetch them, look at one.", no_args_is_help=False)


@app.callback(invoke_without_command=True)
def table(context: typer.Context) -> None:
    """Data sets: list them, fetch them, look at one."""
    if context.invoked_subcommand is None:
        from engine.datasets import DATASETS, locate

        data_dir = _data_dir(context)
        typer.echo(aligned([_HEAD, *(_row(entry, locate(key, data_dir)) for key, entry in DATASETS.items())]))


@app.command()
def fetch(
    context: typer.Context,
    keys: Annotated[list[str], typer.Argument(metavar="KEY...", help="Data sets, as `aetui data` lists them.")],
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
def add(
    context: typer.Context,
    key: Annotated[str, typer.Argument(help="The kind of data: `text`.")],
    path: Annotated[Path, typer.Argument(help="A text file or a folder of them: one sentence a line, or prose.")],
    lines: Annotated[
        bool | None,
        typer.Option(
            "--lines/--prose",
            help="Each line is a sentence, or the text is prose to be cut into sentences (default: guessed file by "
            "file; `aetui data show` says how).",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Let data of your own stand for KEY from now on, and print what is in them."""
    from engine import datasets

    entry = datasets.dataset(key)
    with narrated(context.obj.quiet) as report:
        datasets.add(key, path, report, "" if lines is None else "lines" if lines else "prose")
        data = datasets.load(key, _data_dir(context), report, download=False)
    found = datasets.statistics(data)
    typer.echo(_described(entry, found, found.source or f"with {entry.package}"))


@app.command()
def show(
    context: typer.Context,
    key: Annotated[str, typer.Argument(help="A data set, as `aetui data` lists them.")],
) -> None:
    """Statistics, source, licence and place of a data set on this machine."""
    from engine import datasets
    from engine.kinds import KINDS

    entry, data_dir = datasets.dataset(key), _data_dir(context)
    if entry.kind not in KINDS:
        typer.echo(_described(entry, None, _place(entry, datasets.locate(key, data_dir))))
        return
    with narrated(context.obj.quiet) as report:
        data = datasets.load(key, data_dir, report, download=False)
    found = datasets.statistics(data)
    typer.echo(_described(entry, found, found.source or f"with {entry.package}"))


def _data_dir(context: typer.Context) -> Path | None:
    from engine.datasets import data_dir_from

    return data_dir_from(context.obj.data_dir)


_HEAD = ("KEY", "TRAIN", "TEST", "SHAPE", "WHAT", "ON THIS MACHINE")


def _row(entry: DataSet, location: Location | None) -> tuple[str, ...]:
    items = (f"{count:,}" if count else UNKNOWN for count in (entry.train_items, entry.test_items))
    return entry.key, *items, _shape(entry.shape), entry.title, _place(entry, location)


def _place(entry: DataSet, location: Location | None) -> str:
    if location is None:
        return f"no; {how_to_get(entry)}"
    return f"{location.path} ({location.where})" if location.path else location.where


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


def _described(entry: DataSet, found: Statistics | None, place: str) -> str:
    """`found`: what is in it; None for what nothing learns from."""
    summary = [
        ("key", entry.key),
        ("what", entry.title),
        ("path", place),
        *(found.metadata.items() if found else ()),
        ("source", entry.source),
        ("licence", entry.licence),
        *([("fingerprint", f"{found.fingerprint}{_other_fingerprint(entry)}")] if found else []),
    ]
    return "\n\n".join(aligned(rows) for rows in (summary, found.table if found else []) if rows)
