"""`aetui sample`: new images from a model whose codes follow a known distribution."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from aetui.cli import engines, writing
from aetui.cli.arguments import ItemsFile, Run, Weights
from aetui.render.text import plain


def sample(
    context: typer.Context,
    run: Run,
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=1_000_000, help="So many images.")] = 10,
    temperature: Annotated[
        float, typer.Option(min=0, max=1_000, help="Standard deviation of the codes; 1 is that of the prior.")
    ] = 1.0,
    seed: Annotated[int, typer.Option(min=0, help="The same seed draws the same codes.")] = 0,
    output: ItemsFile = None,
    weights: Weights = None,
) -> None:
    """Draw codes from the prior, decode them, and write the images or rows to a file."""
    from engine import registry
    from engine.queries.messages import Sample
    from engine.queries.models import check_prior

    record = context.obj.store.find(run)
    write = writing.new_items(record, output, Path("samples.png"), count)
    check_prior(registry.variant(record.variant))  # before TensorFlow is loaded for nothing
    query = Sample(run_id=record.id, weights=weights, count=count, temperature=temperature, seed=seed)
    answer = engines.answer(context.obj, query, "sampling")
    typer.echo(plain(f"{write(answer)}, {engines.behind(answer)}"))
