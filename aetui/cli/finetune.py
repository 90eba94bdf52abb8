"""`aetui finetune`: encoder and softmax trained together on few labels, beside the same network from scratch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from aetui.cli import class_tables, engines
from aetui.cli.arguments import Run, Weights
from aetui.cli.probe import Json, Kept, check_output, json_line, keep
from aetui.cli.tables import aligned
from engine.errors import counted

if TYPE_CHECKING:
    from engine.features.outcomes import Way
    from engine.queries.messages import FineTuned


def finetune(
    context: typer.Context,
    run: Run,
    labels: Annotated[int, typer.Option(min=0, help="Labelled training items, of each class its share; 0: all.")] = 100,
    seeds: Annotated[
        int, typer.Option(min=1, max=100, help="So many draws of labels, each with weights of its own from scratch.")
    ] = 5,
    seed: Annotated[int, typer.Option(min=0, max=2**31, help="The first of them.")] = 0,
    epochs: Annotated[int, typer.Option(min=1, max=100_000, help="Passes over the labelled items, at most.")] = 200,
    patience: Annotated[int, typer.Option(min=0, help="Epochs without a better one that are waited for.")] = 10,
    batch: Annotated[int, typer.Option(min=1, help="Items in a step.")] = 32,
    rate: Annotated[
        list[float] | None,
        typer.Option(
            min=1e-8, max=1, help="A learning rate to try; may be given often (default: 0.0003, 0.001, 0.003)."
        ),
    ] = None,
    output: Kept = None,
    weights: Weights = None,
    json: Json = False,
) -> None:
    """Train encoder and softmax together to tell the classes apart, beside the same network from scratch with the same
    budget, and the softmax on the encoder as it is.

    A fifth of the labels chooses learning rate, epochs and how the softmax begins; then all are learned from. The test
    part is looked at once.
    """
    from engine.features.outcomes import Recipe
    from engine.queries.messages import FineTune

    check_output(output)
    record = context.obj.store.find(run)
    recipe = Recipe(
        labels=labels,
        seeds=seeds,
        seed=seed,
        epochs=epochs,
        patience=patience,
        batch=batch,
        **({"rates": tuple(rate)} if rate else {}),
    )
    query = FineTune(run_id=record.id, weights=weights, recipe=recipe)
    answer: FineTuned = engines.answer(context.obj, query, "fine-tuning")
    kept = keep(output, answer.classifier)
    if json:
        typer.echo(json_line(record.id, answer, recipe=recipe))
        return
    typer.echo("\n\n".join([_told(answer), *kept]))


def _told(answer: FineTuned) -> str:
    rows = [("ENCODER", "ACCURACY", "NLL", "RATE", "EPOCHS")]
    for way in answer.ways:
        accuracy = class_tables.spread([found.accuracy for found in way.scores])
        nll = class_tables.spread([found.nll for found in way.scores])
        rows.append((way.name, accuracy, nll, *_chosen(way)))
    seeds = len(answer.ways[0].scores)
    repeated = f"; mean ± sd of {seeds} draws of labels" if seeds > 1 else ""
    chosen = f"{answer.validated:,} of {counted(answer.labels, 'label')} chose rate and epochs, all were learned from"
    return (
        f"{aligned(rows)}\n\nshare of {counted(answer.test_items, 'test item')} classified rightly{repeated};\n"
        f"{chosen}; {engines.behind(answer)}"
    )


def _chosen(way: Way) -> tuple[str, str]:
    """Rates and epochs of all seeds, from the least to the most."""
    if not way.epochs:
        return "–", "–"
    rates, epochs = sorted(set(way.rates)), sorted(set(way.epochs))
    told = [f"{found[0]:g}" + (f" to {found[-1]:g}" if len(found) > 1 else "") for found in (rates, epochs)]
    return told[0], told[1]
