"""`aetui recommend`: what a user may like that they have not rated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from aetui.cli import engines, files
from aetui.cli.arguments import Run, Weights
from aetui.render.text import plain, plain_json
from engine.errors import counted

if TYPE_CHECKING:
    from engine.queries.messages import Recommendations

NAME = 60
"""Characters of the name of an item that are told."""


def recommend(
    context: typer.Context,
    run: Run,
    user: Annotated[str, typer.Argument(metavar="USER", help="A user, as the data name them.")],
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=100_000, help="At most so many items.")] = 10,
    weights: Weights = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print the answer as one JSON line, with all that USER rated.")
    ] = False,
) -> None:
    """The items that USER has not rated, the highest predicted rating first.

    The run has kept its ratings: it answers whatever becomes of the data.
    """
    from engine.queries.messages import Recommend

    record = context.obj.store.find(run)
    files.check_kind(record, "ratings")
    query = Recommend(run_id=record.id, weights=weights, user=user, count=count)
    answer: Recommendations = engines.answer(context.obj, query, "looking for what the user may like")
    if json:
        import msgspec

        line = {"run": record.id, **msgspec.to_builtins(answer)}
        typer.echo(plain_json(msgspec.json.encode(line).decode()))
    else:
        typer.echo(_told(answer))


def _told(answer: Recommendations) -> str:
    from aetui.cli.tables import aligned

    rows = [("RANK", "ITEM", "PREDICTED")]
    rows += [
        (str(rank), plain(each.item, NAME), f"{each.predicted:.2f}") for rank, each in enumerate(answer.suggestions, 1)
    ]
    low, high = answer.range
    held_out = [each for each in answer.rated if each.held_out]
    told = [f"{plain(answer.user)} rated {counted(len(answer.rated), 'item')}, {answer.unrated:,} are left"]
    if held_out:
        error = sum((each.rating - each.predicted) ** 2 for each in held_out) / len(held_out)
        told.append(f"RMSE {error**0.5:.2f} over {counted(len(held_out), 'rating')} held out of training")
    summary = f"{'; '.join(told)}; predictions between {low:g} and {high:g}, {engines.behind(answer)}"
    return f"{aligned(rows)}\n\n{summary}" if answer.suggestions else summary
