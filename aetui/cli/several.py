"""Several runs of one command: trained one after the other, and what they reached together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from aetui.cli import engines
from aetui.render import numbers
from aetui.render.text import plain
from engine.errors import counted

if TYPE_CHECKING:
    from aetui.cli.options import Options
    from aetui.cli.repeats import Mean, Repeats, RunLine
    from engine.analysis.spread import Spread
    from engine.runs.groups import Group
    from engine.runs.jobs import Order


def train_all(orders: Sequence[Order], options: Options, *, json: bool = False) -> set[str]:
    """Train one after the other, or as many at once as the options say; returns how they ended. With the first one
    that is stopped it ends; where several go on at once, these are stopped, too, unless they were not meant.

    Raises:
        EngineError: a run could not even begin.
    """
    from aetui.cli.event_stream import EventStream
    from aetui.cli.follower import Follower, outcome_of
    from engine.runs.jobs import TrainJob

    outcomes: set[str] = set()
    stream = EventStream() if json else None
    with engines.engine(options, training=True) as (engine, events):
        run_ids = [engine.adopt(order) for order in orders]  # refused at once, or worth loading TensorFlow for
        follower = Follower(engine, events, run_ids, options, stream)
        engine.start()
        for end in follower.ends():
            outcomes.add(outcome_of(end))
            if message := getattr(end, "message", ""):
                typer.echo(f"aetui: {end.run_id}: {plain(message)}", err=True)
            if "stopped" in outcomes and (options.jobs or 1) == 1:
                break
    if stream is not None and stream.fault:
        group = next((order.job.group for order in orders if isinstance(order.job, TrainJob)), "")
        on = f"`aetui resume {group}` goes on" if group else "`aetui runs` names it, `aetui resume` goes on"
        raise stream.lost(f"the run was stopped, its weights are kept: {on}")
    return outcomes


def leave(outcomes: set[str]) -> None:
    """Raises typer.Exit with the status that tells how the runs ended, unless all is well."""
    if "stopped" in outcomes:
        raise typer.Exit(130)
    if outcomes - {"completed"}:
        raise typer.Exit(1)


def carry_out(group: Group, options: Options, json: bool) -> None:
    """Train what is left of `group`, and print what its runs reached."""
    from aetui.cli.repeats import repeats
    from engine.runs import groups

    orders = groups.rest(group, options.store)
    if orders and not options.quiet:
        of = f"{len(orders)} of {counted(len(group.members), 'run')} to train"
        typer.echo(plain(f"{group.id}: {of}; whatever ends them, `aetui resume {group.id}` goes on"), err=True)
    outcomes: set[str] = {"failed"}
    try:
        outcomes = train_all(orders, options, json=json) if orders else set()
    finally:
        if not json:
            typer.echo(table(repeats(group, options.store)))
    leave(outcomes)


def table(found: Repeats) -> str:
    """A row for each run, below them mean ± standard deviation of the completed ones."""
    from aetui.cli.tables import aligned

    changed = ", ".join(f"{name} {value}" for name, value in found.settings.items())
    summary = [
        ("group", found.group),
        ("name", plain(found.name, 60) or "–"),
        ("recipe", f"{found.variant}, preset {found.preset}{', ' * bool(changed)}{changed}"),
        ("data", found.dataset),
    ]
    head = ("SEED", "RUN", "STATUS", "EPOCHS", *(name.upper() for name in found.columns))
    rows = [_row(run, found.columns) for run in found.runs]
    means = [_mean(mean, found.columns) for mean in found.means]
    return f"{aligned(summary)}\n\n{aligned([head, *rows, *means])}"


def _row(run: RunLine, columns: Sequence[str]) -> tuple[str, ...]:
    metrics = (run.metrics.get(name) for name in columns)
    values = (numbers.UNKNOWN if value is None else numbers.loss(value) for value in metrics)
    return (str(run.seed), run.run, run.status, f"{run.epochs}/{run.planned}", *values)


def _mean(mean: Mean, columns: Sequence[str]) -> tuple[str, ...]:
    spreads = (mean.metrics.get(name) for name in columns)
    return ("", f"mean ± sd of {mean.runs}", "completed", _epochs(mean), *map(mean_and_sd, spreads))


def _epochs(mean: Mean) -> str:
    """ "50"; "7–12/30" where runs stopped early."""
    fewest, most = mean.trained
    trained = str(most) if fewest == most else f"{fewest}–{most}"
    return str(mean.epochs) if fewest == mean.epochs else f"{trained}/{mean.epochs}"


def mean_and_sd(found: Spread | None) -> str:
    """As `numbers.mean_and_sd`; "–" where there is no value."""
    return numbers.UNKNOWN if found is None else numbers.mean_and_sd(found.mean, found.sd)
