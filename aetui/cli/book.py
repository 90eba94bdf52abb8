"""`aetui book`: the published recipes trained here with several seeds, beside the published figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from aetui.cli import completers
from aetui.cli.arguments import Keep, Markdown
from aetui.render.text import plain, plain_json
from engine.errors import counted
from engine.runs.jobs import MOST_SEEDS

if TYPE_CHECKING:
    from pathlib import Path

    from aetui.cli.options import Options
    from aetui.cli.recipes import Kept
    from engine.analysis.published import PlannedRun
    from engine.runs.jobs import Order
    from engine.runs.store import RunStore


def book(
    context: typer.Context,
    variants: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[VARIANT]...", help="Default: all that have published figures.", autocompletion=completers.variants
        ),
    ] = None,
    epochs: Annotated[
        int | None, typer.Option(min=1, help="Shorten the runs; what was published of these epochs is compared.")
    ] = None,
    seeds: Annotated[
        int | None,
        typer.Option(min=1, max=MOST_SEEDS, help="So many runs of each recipe (default: 1 to 5, by its cost)."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the comparison as one JSON document.")] = False,
    markdown: Markdown = False,
    keep: Keep = None,
) -> None:
    """Train the published recipes and print ours beside the published figures.

    Runs that are in the store already are not trained again, and interrupted ones go on. Ctrl-C stops and keeps the
    weights.
    """
    from aetui.cli import recipes, several
    from engine.errors import UsageError

    if json and markdown:
        raise UsageError("Two formats", "expected --json or --markdown, got both")
    plan = _Plan(variants or [], seeds, epochs)
    if keep is not None:
        recipes.check(keep)
    outcomes: set[str] = set()
    try:
        outcomes = set() if markdown else _train(plan, context.obj)
    finally:
        found = plan.found(context.obj)
        typer.echo(_printed(found, json, markdown))
        if keep is not None:
            _keep(keep, found, plan.done(context.obj))
    several.leave(outcomes)


def _keep(path: Path, found: Kept, done: Sequence[str]) -> None:
    """A part is not to take the place of the whole: the recipes that are `done`, where `path` has no more of them."""
    from aetui.cli import recipes

    whole = {variant: each for variant, each in found.recipes.items() if variant in done}
    for variant in (each for each in found.recipes if each not in whole):
        typer.echo(f"{variant} is not kept: some of its runs are still to be trained", err=True)
    for variant in recipes.keep(path, recipes.Kept(recipes=whole)):
        told = f"{path} has more figures or seeds of it; for these choose another file"
        typer.echo(plain(f"{variant} is not kept: {told}"), err=True)


class _Plan:
    """Which recipes, with how many seeds and epochs; None for as many as each one's plan says."""

    def __init__(self, variants: Sequence[str], seeds: int | None, epochs: int | None) -> None:
        """Raises UsageError for a variant without published figures."""
        from engine.analysis import published

        self.variants = list(dict.fromkeys(variants or published.published_variants()))
        self._seeds, self._epochs = seeds, epochs
        for variant in self.variants:
            published.figures(variant)

    def runs(self, variant: str, options: Options) -> list[PlannedRun]:
        from engine.analysis import published

        return published.planned_runs(variant, options.store, self._seeds, self._epochs)

    def done(self, options: Options) -> list[str]:
        """The variants of which nothing that was asked for is left to train."""
        return [variant for variant in self.variants if all(run.done for run in self.runs(variant, options))]

    def found(self, options: Options) -> Kept:
        from aetui.cli.recipes import Kept, recipe

        given = (("--seeds", self._seeds), ("--epochs", self._epochs))
        options_given = "".join(f" {name} {value}" for name, value in given if value is not None)
        return Kept(
            recipes={
                variant: recipe(self.runs(variant, options), f"aetui book {variant}{options_given}")
                for variant in self.variants
            }
        )


def _train(plan: _Plan, options: Options) -> set[str]:
    """Train what the store does not have; returns how the runs ended.

    Raises:
        EngineError: data are missing, or a run could not begin.
    """
    from aetui.cli import several
    from engine.analysis import published
    from engine.errors import RunError

    runs = [run for variant in plan.variants for run in plan.runs(variant, options)]
    left = [run for run in runs if not run.done]
    _check_data(left, options)
    orders = [published.order(run, options.store) for run in left]
    with suppress(RunError):  # a store that cannot be written to still has runs to compare
        _gather(runs, dict(zip(left, orders, strict=True)), options.store)
    if not options.quiet:
        for run in runs:
            typer.echo(_line(run), err=True)
    return several.train_all(orders, options) if orders else set()


def _gather(runs: Sequence[PlannedRun], orders: Mapping[PlannedRun, Order], store: RunStore) -> None:
    """Have the runs of each recipe as a group, those that are reused among them."""
    from engine.analysis import published
    from engine.runs import groups
    from engine.runs.jobs import TrainJob

    members: dict[str, list[groups.Member]] = {}
    for run in runs:
        order = orders.get(run)
        if run.record is not None:
            member = groups.member(run.record)
        elif order is not None and isinstance(order.job, TrainJob):
            member = groups.Member(run_id=order.run_id, job=order.job)
        members.setdefault(published.group(run.variant), []).append(member)
    for name, together in members.items():
        groups.gather(name, together, store)


def _check_data(runs: Sequence[PlannedRun], options: Options) -> None:
    """Raises DataUnavailable before the first of several hours, not after it."""
    from engine import datasets
    from engine.analysis import published

    for key in dict.fromkeys(published.figures(run.variant).dataset for run in runs):
        datasets.load(key, options.data_folder, download=False)


def _line(run: PlannedRun) -> str:
    what = f"{run.variant}, seed {run.seed}, {counted(run.epochs, 'epoch')}"
    if run.record is None:
        return f"{what}: to be trained"
    return f"{what}: {'reused' if run.done else 'goes on'}, {plain(run.record.id)}"


def _printed(found: Kept, json: bool, markdown: bool) -> str:
    import msgspec

    from aetui.cli.markdown import recipes_block

    if json:
        return plain_json(msgspec.json.encode(found).decode())
    return recipes_block(found) if markdown else table(found)


def table(found: Kept) -> str:
    """A row for each published figure, and below them what the figures are and where the published program errs."""
    from aetui.cli.figures import cells, notes
    from aetui.cli.tables import aligned

    head = ("VARIANT", "WHAT", "EPOCH", "PUBLISHED", "SEEDS", "MEAN", "SD", "LOWEST", "HIGHEST", "INSIDE")
    rows = [(each.variant, *cells(figure)) for each in found.recipes.values() for figure in each.figures]
    below = [f"{each.variant}: {note}" for each in found.recipes.values() for note in notes(each)]
    return "\n".join([aligned([head, *rows]), "", *below])
