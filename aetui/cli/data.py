"""`aetui data`: what data sets there are, where they lie, and how to get them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aetui.cli.narration import narrated
from aetui.cli.tables import aligned

if TYPE_CHECKING:
    from engine.datasets import DataSet, Location
    from engine.datasets.image_statistics import Statistics

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
        typer.echo(f"{key}: {location.path or location.where}")


@app.command()
def show(
    context: typer.Context,
    key: Annotated[str, typer.Argument(help="A data set, as `aetui data` lists them.")],
) -> None:
    """Statistics, source, licence and place of a data set on this machine."""
    from engine import datasets

    data = datasets.load(key, _data_dir(context), download=False)
    typer.echo(_described(datasets.dataset(key), datasets.statistics(data)))


def _data_dir(context: typer.Context) -> Path | None:
    from engine.datasets import data_dir_from

    return data_dir_from(context.obj.data_dir)


_HEAD = ("KEY", "TRAIN", "TEST", "SHAPE", "WHAT", "ON THIS MACHINE")


def _row(entry: DataSet, location: Location | None) -> tuple[str, ...]:
    items = f"{entry.train_items:,}", f"{entry.test_items:,}"
    return entry.key, *items, _shape(entry.shape), entry.title, _place(entry.key, location)


def _place(key: str, location: Location | None) -> str:
    if location is None:
        return f"no; aetui data fetch {key}"
    return f"{location.path} ({location.where})" if location.path else location.where


def _shape(shape: tuple[int, ...]) -> str:
    return "×".join(str(size) for size in shape)


def _described(entry: DataSet, figures: Statistics) -> str:
    facts = [
        ("key", entry.key),
        ("what", entry.title),
        ("path", str(figures.path or f"with {entry.package}")),
        ("items", f"{figures.train_items:,} training, {figures.test_items:,} test"),
        ("shape", f"{_shape(figures.shape)} (height, width, channels)"),
        ("pixels", f"mean {figures.pixel_mean:.4f}, standard deviation {figures.pixel_std:.4f} of [0, 1]"),
        ("source", entry.source),
        ("licence", entry.licence),
        ("fingerprint", figures.fingerprint),
    ]
    counts = zip(figures.classes, figures.train_counts, figures.test_counts, strict=True)
    classes = [("CLASS", "TRAIN", "TEST"), *((name, f"{train:,}", f"{test:,}") for name, train, test in counts)]
    return f"{aligned(facts)}\n\n{aligned(classes)}"
