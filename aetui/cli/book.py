"""`aetui book`: the published recipes trained here with several seeds, beside the published figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from aetui.cli.arguments import Keep, Markdown
from aetui.render.text import plain, plain_json
from engine.errors import counted
from engine.runs.jobs import MOST_SEEDS

if TYPE_CHECKING:
    from pathlib import Path

    from aetui.cli.options import Options
    from aetui.cli.recipes import Kept
    from engine.analysis.published import Seat
    from engine.runs.jobs import Order
    from engine.runs.store import RunStore


def book(
    context: typer.Context,
    variants: Annotated[
        list[str] | None, typer.Argument(metavar="[VARIANT]...", help="Default: all that have published figures.")
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
    asked = _Asked(variants or [], seeds, epochs)
    if keep is not None:
        recipes.check(keep)
    outcomes: set[str] = set()
    try:
        outcomes = set() if markdown else _train(asked, context.obj)
    finally:
        found = asked.found(context.obj)
        typer.echo(_printed(found, json, markdown))
        if keep is not None:
            _keep(keep, found, asked.done(context.obj))
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


class _Asked:
    """Which recipes, with how many seeds and epochs; None for as many as each one's plan says."""

    def __init__(self, variants: Sequence[str], seeds: int | None, epochs: int | None) -> None:
        """Raises UsageError for a variant without published figures."""
        from engine.analysis import published

        self.variants = list(dict.fromkeys(variants or published.published_variants()))
        self._seeds, self._epochs = seeds, epochs
        for variant in self.variants:
            published.figures(variant)

    def seats(self, variant: str, options: Options) -> list[Seat]:
        from engine.analysis import published

        return published.seats(variant, options.store, self._seeds, self._epochs)

    def done(self, options: Options) -> list[str]:
        """The variants of which nothing that was asked for is left to train."""
        return [variant for variant in self.variants if all(seat.done for seat in self.seats(variant, options))]

    def found(self, options: Options) -> Kept:
        from aetui.cli.recipes import Kept, recipe

        given = (("--seeds", self._seeds), ("--epochs", self._epochs))
        options_given = "".join(f" {name} {value}" for name, value in given if value is not None)
        return Kept(
            recipes={
                variant: recipe(self.seats(variant, options), f"aetui book {variant}{options_given}")
                for variant in self.variants
            }
        )


def _train(asked: _Asked, options: Options) -> set[str]:
    """Train what the store does not have; returns how the runs ended.

    Raises:
        EngineError: data are missing, or a run could not begin.
    """
    from aetui.cli import several
    from engine.analysis import published
    from engine.errors import RunError

    seats = [seat for variant in asked.variants for seat in asked.seats(variant, options)]
    left = [seat for seat in seats if not seat.done]
    _check_data(left, options)
    orders = [published.order(seat, options.store) for seat in left]
    with suppress(RunError):  # a store that cannot be written to still has runs to compare
        _gather(seats, dict(zip(left, orders, strict=True)), options.store)
    if not options.quiet:
        for seat in seats:
            typer.echo(_told(seat), err=True)
    return several.train_all(orders, options) if orders else set()


def _gather(seats: Sequence[Seat], orders: Mapping[Seat, Order], store: RunStore) -> None:
    """Have the runs of each recipe as a group, those that are reused among them."""
    from engine.analysis import published
    from engine.runs import groups
    from engine.runs.jobs import TrainJob

    members: dict[str, list[groups.Member]] = {}
    for seat in seats:
        order = orders.get(seat)
        if seat.record is not None:
            member = groups.member(seat.record)
        elif order is not None and isinstance(order.job, TrainJob):
            member = groups.Member(run_id=order.run_id, job=order.job)
        members.setdefault(published.group(seat.variant), []).append(member)
    for name, together in members.items():
        groups.gather(name, together, store)


def _check_data(seats: Sequence[Seat], options: Options) -> None:
    """Raises DataUnavailable before the first of several hours, not after it."""
    from engine import datasets
    from engine.analysis import published

    for key in dict.fromkeys(published.figures(seat.variant).dataset for seat in seats):
        datasets.load(key, options.data_folder, download=False)


def _told(seat: Seat) -> str:
    what = f"{seat.variant}, seed {seat.seed}, {counted(seat.epochs, 'epoch')}"
    if seat.record is None:
        return f"{what}: to be trained"
    return f"{what}: {'reused' if seat.done else 'goes on'}, {plain(seat.record.id)}"


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
