"""`aetui sweep`: search through settings, chosen by validation data; it goes on after whatever ended it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from aetui.cli import completers, sweep_removal
from aetui.cli.arguments import Dataset, Epochs, Jobs, Preset
from aetui.cli.commands import CommandGroup, Commands
from aetui.render.text import plain
from engine.runs.jobs import MOST_SEEDS

if TYPE_CHECKING:
    from aetui.cli.options import Options
    from engine.sweeps.sweep import Sweep

WAIT_SECONDS = 60.0


class SweepGroup(CommandGroup):
    """`aetui sweep` with anything but a command behind it begins or resumes one."""

    otherwise = "run"


app = Commands(
    help="Search through settings: a VARIANT, an --over for each setting, --trials and --seeds. Chosen by validation "
    "data alone. `aetui sweep run --help` has all options; the word run may be left out. Without anything: as `list`.",
    cls=SweepGroup,
)
Name = Annotated[
    str,
    typer.Argument(
        metavar="SWEEP", help="An id, a name, the beginning of an id, or `last`.", autocompletion=completers.sweeps
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print a JSON line for each trial.")]
Csv = Annotated[
    Path | None, typer.Option("--csv", help="Write the table to this file as CSV, too; - for standard output.")
]


@app.command("run")
def run(
    context: typer.Context,
    variant: Annotated[
        str | None,
        typer.Argument(help="An autoencoder, as `aetui variants` lists them.", autocompletion=completers.variants),
    ] = None,
    over: Annotated[
        list[str] | None,
        typer.Option(
            "--over",
            metavar="FIELD=RANGE",
            help="What a setting may be: LOW..HIGH, log:LOW..HIGH, int:LOW..HIGH (each with /N for N values), or "
            "VALUE,VALUE,…; an --over for each setting.",
            autocompletion=completers.settings,
        ),
    ] = None,
    trials: Annotated[int | None, typer.Option(min=1, help="How many settings to try; a grid is tried whole.")] = None,
    seeds: Annotated[int, typer.Option(min=1, max=MOST_SEEDS, help="Runs of each trial, judged by their mean.")] = 1,
    prune: Annotated[
        Literal["none", "median"],
        typer.Option(help="median: give a trial up when it is worse than half of the completed ones were by then."),
    ] = "none",
    sampler: Annotated[
        Literal["tpe", "random", "grid"] | None,
        typer.Option(
            help="Who chooses the settings (default: grid without --trials, else tpe where Optuna is, or random)."
        ),
    ] = None,
    metric: Annotated[str, typer.Option(help="What is to be low: a term of the validation part.")] = "loss",
    dataset: Dataset = None,
    preset: Preset = None,
    epochs: Epochs = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="FIELD=VALUE", help="Change a setting for all trials.", autocompletion=completers.settings
        ),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="The first seed of every trial, and start of the search.")] = None,
    jobs: Jobs = None,
    name: Annotated[str, typer.Option(help="A name for the sweep; the same command again goes on with it.")] = "",
    storage: Annotated[
        str,
        typer.Option(
            help="Share the trials of a named sweep with other hosts: a database by URL, or grpc://HOST:PORT."
        ),
    ] = "",
    resume: Annotated[
        str, typer.Option(metavar="SWEEP", help="Go on with a sweep.", autocompletion=completers.sweeps)
    ] = "",
    json: Json = False,
    csv: Csv = None,
) -> None:
    """Search through settings. Ctrl-C stops it, and `aetui sweep --resume` goes on, after a kill as well."""
    from aetui.cli import sweep_run
    from engine.errors import UsageError
    from engine.sweeps import sweep as sweeps

    options: Options = context.obj
    at_once = jobs or options.jobs or 1
    if variant is None and not resume:
        if over:
            raise UsageError("Which model?", "expected aetui sweep VARIANT --over …; `aetui variants` lists them")
        table(context)
        return
    if resume:
        if variant is not None or over:
            raise UsageError("Two wishes", "expected a VARIANT with its --over, or --resume SWEEP alone")
        chosen = sweeps.find(options.store, resume)
    else:
        assert variant is not None
        wanted = sweep_run.Wanted(
            variant,
            over or [],
            trials,
            seeds,
            prune,
            sampler,
            metric,
            dataset,
            preset,
            epochs,
            settings or [],
            seed,
            name,
        )
        planned = sweep_run.planned(wanted, options, at_once, storage)
        if storage:
            from engine.sweeps.shared import opened

            opened(storage)  # what is none leaves no sweep behind that has its name
        chosen = sweeps.begin(planned, options.store)
    sweep_run.carry_out(chosen, options, at_once, json=json, csv=csv)


@app.command("list")
def table(context: typer.Context) -> None:
    """The sweeps on this machine, the oldest first."""
    from aetui.cli.sweep_tables import listing
    from engine.sweeps import sweep as sweeps

    found = sweeps.kept(context.obj.store)
    if found:
        typer.echo(listing(found, context.obj.store))
    else:
        typer.echo("no sweeps yet; `aetui sweep VARIANT --over FIELD=RANGE --trials N` makes one", err=True)


@app.command()
def show(context: typer.Context, sweep: Name, json: Json = False, csv: Csv = None) -> None:
    """The trials of a sweep, the best so far, how much each setting matters, and the command that trains the best."""
    from aetui.cli import sweep_tables
    from engine.sweeps import sweep as sweeps

    store = context.obj.store
    sweep_tables.put_out(sweeps.find(store, sweep), context.obj, json=json, csv=csv)


@app.command()
def stop(context: typer.Context, sweep: Name) -> None:
    """Stop a sweep that another process carries out; its runs keep their weights, and --resume goes on.

    With --jobs its runs go on when that process is killed; then these are stopped.
    """
    import time

    from engine.errors import RunError, UsageError
    from engine.runs.commands import put_command, withdraw_command
    from engine.sweeps import sweep as sweeps
    from engine.sweeps.left import ask_to_stop, left

    store = context.obj.store
    found: Sweep = sweeps.find(store, sweep)
    again = f"`aetui sweep --resume {plain(found.called)}`"
    carried_out, alone = sweeps.lives(store, found.id), left(store, found)
    if not (carried_out or alone):
        raise UsageError(
            "Nothing to stop", f"no process of this machine carries {found.id} out; {again} goes on with it"
        )
    if carried_out:
        put_command(sweeps.folder(store, found.id), "stop")
    else:
        for run_id in alone:
            ask_to_stop(store, run_id)
    until = time.monotonic() + WAIT_SECONDS
    while sweeps.lives(store, found.id) if carried_out else left(store, found):
        if time.monotonic() > until:
            withdraw_command(sweeps.folder(store, found.id))
            raise RunError(
                "No answer", f"{found.id} goes on after {WAIT_SECONDS:.0f} s; a run is being prepared: try again"
            )
        time.sleep(0.05)
    typer.echo(f"{found.id} is stopped; {again} goes on")


app.command("delete")(sweep_removal.delete)
