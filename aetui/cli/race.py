"""`aetui race`: runs against each other, as tables and a chart, or as JSON or CSV for other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from aetui.cli import completers

if TYPE_CHECKING:
    from aetui.racing.race import Race


def race(
    context: typer.Context,
    runs: Annotated[
        list[str],
        typer.Argument(
            metavar="RUN...",
            help="Up to six runs: ids, beginnings of ids, names, or `last`.",
            autocompletion=completers.runs,
        ),
    ],
    measure: Annotated[
        str, typer.Option(help="What is compared, such as MSE or loss (default: what most runs have in common).")
    ] = "",
    epoch: Annotated[
        int | None, typer.Option(min=1, help="The values after this epoch (default: each run's newest).")
    ] = None,
    time: Annotated[
        Literal["epochs", "steps", "seconds"], typer.Option(help="What the chart has along the bottom.")
    ] = "epochs",
    json: Annotated[bool, typer.Option("--json", help="Print all of it as one JSON object.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print the curves, a row for each run and epoch.")] = False,
) -> None:
    """Up to six runs against each other: curves, settings that differ, metrics beside what they have to beat."""
    from aetui.cli import race_tables
    from engine.errors import UsageError

    if json and csv:
        raise UsageError("Two wishes", "--json and --csv are two ways to print the same; give one of them")
    found = _read(context, runs, measure, epoch, time)
    if json:
        typer.echo(race_tables.as_json(found))
    elif csv:
        typer.echo(race_tables.as_csv(found), nl=False)
    else:
        typer.echo(race_tables.printed(found))


def _read(
    context: typer.Context, runs: list[str], wanted: str, epoch: int | None, time: Literal["epochs", "steps", "seconds"]
) -> Race:
    from dataclasses import replace

    from aetui.racing import cars, figures, probe
    from aetui.racing.marks import places
    from aetui.racing.race import Race

    store = context.obj.store
    known = cars.loaded(store, places(store, runs))
    found = {car.place: probe.measured(car.folder, None, car.run.last_epoch) for car in known if car.run.epochs}
    race = Race(
        known,
        {place: probed for place, probed in found.items() if probed is not None},
        figures.seeds(store, known),
    )
    return replace(race, chosen=_key(race, wanted), unit=time, cursor=_cursor(race, time, epoch))


def _cursor(race: Race, time: Literal["epochs", "steps", "seconds"], epoch: int | None) -> float | None:
    from aetui.racing import curves
    from engine.errors import UsageError

    if epoch is None:
        return None
    newest = max((car.run.last_epoch for car in race.cars), default=0)
    if epoch > newest:
        raise UsageError("No epoch", f"expected an epoch from 1 to {newest:,}, got {epoch:,}")
    return curves.moved(race.cars, "epochs", time, float(epoch))


def _key(race: Race, wanted: str) -> str:
    from aetui.render.text import plain
    from engine.errors import UsageError

    if not wanted:
        return ""
    offered = race.offered
    fits = [each.key for each in offered if wanted.lower() in (each.key.lower(), each.label.lower())]
    if not fits:
        there = ", ".join(plain(each.key) for each in offered) or "none before the first epoch"
        raise UsageError("Unknown measure", f"expected one of {there}; got {plain(wanted, 40)!r}")
    return fits[0]
