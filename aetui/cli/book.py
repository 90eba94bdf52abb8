"""`aetui book`: the published recipes trained here, beside the published figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from aetui.cli import engines

if TYPE_CHECKING:
    from aetui.options import Options
    from engine.jobs import TrainJob
    from engine.store import RunRecord

PRESET = NAME = "book"


def book(
    context: typer.Context,
    variants: Annotated[
        list[str] | None, typer.Argument(metavar="[VARIANT]...", help="Default: all that have published figures.")
    ] = None,
    epochs: Annotated[
        int | None, typer.Option(min=1, help="Shorten the runs; the same epoch's published figure is compared.")
    ] = None,
) -> None:
    """Train the published recipes and print ours beside the published figures. Ctrl-C stops and keeps the weights."""
    options: Options = context.obj
    jobs = _jobs(variants or [], epochs)
    _check_data(jobs, options)
    records: list[RunRecord] = []
    try:
        outcomes = _train(jobs, options, records)
    finally:
        typer.echo(_table(records))
    if "stopped" in outcomes:
        raise typer.Exit(130)
    if set(outcomes) != {"completed"}:
        raise typer.Exit(1)


def _jobs(names: Sequence[str], epochs: int | None) -> list[TrainJob]:
    from engine import registry
    from engine.errors import UsageError
    from engine.jobs import TrainJob

    able = [key for key, variant in registry.VARIANTS.items() if variant.published]
    config = {} if epochs is None else {"epochs": epochs}
    jobs = []
    for key in dict.fromkeys(names or able):
        published = registry.variant(key).published
        if published is None:
            raise UsageError("Nothing published", f"{key} has no published figures; {', '.join(able)} have")
        jobs.append(TrainJob(variant=key, dataset=published.dataset, preset=PRESET, config=config, name=NAME))
    return jobs


def _check_data(jobs: Sequence[TrainJob], options: Options) -> None:
    """Raises DataUnavailable before the first of several hours, not after it."""
    from engine import datasets

    for key in dict.fromkeys(job.dataset for job in jobs):
        datasets.load(key, options.data_folder, download=False)


def _train(jobs: Sequence[TrainJob], options: Options, records: list[RunRecord]) -> list[str]:
    """Train one after the other, adding to `records`; returns the outcomes. It ends with the first run stopped."""
    from aetui.cli.follower import Follower
    from aetui.render.text import plain

    outcomes: list[str] = []
    with engines.engine(options) as (engine, events):
        run_ids = [engine.submit(job) for job in jobs]  # refused at once, or worth loading TensorFlow for
        follower = Follower(engine, events, run_ids, options)
        engine.start()
        for run_id in run_ids:
            finished = follower.follow(run_id)
            records.append(options.store.find(run_id))
            outcomes.append(finished.outcome)
            if finished.message:
                typer.echo(f"aetui: {run_id}: {plain(finished.message)}", err=True)
            if finished.outcome == "stopped":
                break
    return outcomes


def _table(records: Sequence[RunRecord]) -> str:
    from aetui.cli.figures import comparisons, published_range
    from aetui.cli.tables import aligned
    from aetui.render import numbers
    from engine import registry

    head = ("VARIANT", "WHAT", "EPOCH", "PUBLISHED", "OURS", "DIFFERENCE")
    rows = [
        (
            record.variant,
            row.what,
            str(row.epoch),
            published_range(*row.published),
            numbers.loss(row.ours),
            row.difference,
        )
        for record in records
        for row in comparisons(record)
    ]
    if not rows:
        return "no epoch was completed, so there is nothing to compare"
    sources = [(record.variant, registry.variant(record.variant).published) for record in records]
    notes = [f"{key}: {'; '.join(filter(None, (known.source, known.note)))}" for key, known in sources if known]
    return "\n".join([aligned([head, *rows]), "", *notes])
