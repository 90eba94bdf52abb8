"""`aetui fork`: a run trained on from what it was after one of its epochs, with other settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from aetui.cli import clustered, completers
from aetui.cli.arguments import Epochs, Isolate, Jobs, Run
from aetui.cli.assignments import assignments
from aetui.cli.train import Detach, Json, train_one, with_jobs

if TYPE_CHECKING:
    from aetui.cli.options import Options
    from engine.runs.jobs import ForkJob


def fork(
    context: typer.Context,
    run: Run,
    epoch: Annotated[
        str,
        typer.Option(
            metavar="N|best|last",
            autocompletion=completers.kept_epochs,
            help="After which epoch it begins; 0: as the run began.",
        ),
    ],
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="FIELD=VALUE",
            autocompletion=completers.changeable_settings,
            help="Change a setting from the next epoch on (a part of its name will do); may be given often.",
        ),
    ] = None,
    epochs: Epochs = None,
    name: Annotated[str, typer.Option(help="A name for the new run.")] = "",
    json: Json = False,
    detached: Detach = False,
    jobs: Jobs = None,
    isolate: Isolate = False,
) -> None:
    """Train a new run on from what RUN was after an epoch, weights and optimiser, to as many epochs as RUN.

    Without --set it becomes what RUN became, to the bit. RUN stays as it is, and may still be training.
    """
    options: Options
    job = job_of(context.obj, run, epoch, settings, epochs, name)
    with clustered.taking_part(with_jobs(context.obj, jobs, isolate=isolate), detached=detached) as options:
        train_one(job, options, json, detached)


def job_of(
    options: Options, run: str, epoch: str, settings: list[str] | None, epochs: int | None, name: str
) -> ForkJob:
    """What `aetui fork` is asked for. Raises UsageError."""
    from engine import params, registry
    from engine.runs.forking import epoch_meant
    from engine.runs.jobs import ForkJob
    from engine.runs.listing.labels import checked_name

    parent = options.store.find(run)
    known = params.stored(registry.preset(parent.variant, parent.preset), parent.config)
    config = assignments(settings or [], params.describe(known))
    if epochs is not None:
        config["epochs"] = epochs
    return ForkJob(run_id=parent.id, epoch=epoch_meant(parent, epoch), config=config, name=checked_name(name))
