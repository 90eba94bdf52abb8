"""`aetui probe`: how well the codes of a model tell the classes apart, beside PCA and raw pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from aetui.cli import engines
from aetui.cli.arguments import Run, Weights
from engine.errors import counted

if TYPE_CHECKING:
    from engine.queries.messages import Accuracies


def probe(
    context: typer.Context,
    run: Run,
    neighbours: Annotated[
        int, typer.Option("--neighbours", "-k", min=1, max=10_000, help="Nearest neighbours that vote.")
    ] = 15,
    items: Annotated[
        int, typer.Option(min=0, help="Fit on the codes of so many items of the training part only; 0: all.")
    ] = 0,
    weights: Weights = None,
) -> None:
    """Fit classifiers on the codes, on PCA codes of the same size and on raw pixels; print how much of the test part is
    right. What is found of pixels is kept, as it takes half a minute for MNIST."""
    from engine.queries.messages import Probe

    record = context.obj.store.find(run)
    query = Probe(run_id=record.id, weights=weights, neighbours=neighbours, items=items)
    answer = engines.answer(context.obj, query, "fitting classifiers on the codes")
    typer.echo(_table(answer, record.variant, neighbours))


def _table(answer: Accuracies, variant: str, neighbours: int) -> str:
    from aetui.cli.tables import aligned

    rows = [
        ("CLASSIFIER", variant.upper(), answer.baseline.upper(), "RAW PIXELS"),
        (f"{neighbours}-NN", *map(_share, (answer.knn, answer.pca_knn, answer.raw_knn))),
        ("softmax", *map(_share, (answer.softmax, answer.pca_softmax, answer.raw_softmax))),
    ]
    if answer.raw_knn is None:
        rows = [row[:-1] for row in rows]
    summary = (
        f"share of {counted(answer.test_items, 'test item')} classified rightly; "
        f"codes of {counted(answer.code_size, 'number')}, "
        f"classifiers fitted on {answer.train_items:,} training items, {engines.behind(answer)}"
    )
    return f"{aligned(rows)}\n\n{summary}"


def _share(accuracy: float | None) -> str:
    return "" if accuracy is None else f"{accuracy:.4f}"
