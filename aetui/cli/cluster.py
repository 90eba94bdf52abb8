"""`aetui cluster`: which clusters the codes form, beside those of PCA and of raw numbers."""

from __future__ import annotations

import csv
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aetui.cli import encode, engines, files
from aetui.cli.arguments import Epoch, Run, Weights
from aetui.cli.class_tables import spread
from aetui.cli.number_tables import LABEL, NAME
from aetui.cli.tables import aligned
from aetui.render.text import plain, plain_json
from engine.errors import counted

if TYPE_CHECKING:
    from engine.features.outcomes import Told
    from engine.queries.messages import Clusters

WRITTEN = (".csv", ".tsv")


def cluster(
    context: typer.Context,
    run: Run,
    clusters: Annotated[
        int, typer.Option("--clusters", "-k", min=0, max=10_000, help="How many; 0: as many as there are classes.")
    ] = 0,
    restarts: Annotated[int, typer.Option(min=1, max=1_000, help="Beginnings, of which the best one counts.")] = 10,
    seeds: Annotated[int, typer.Option(min=1, max=100, help="Do it so many times and tell mean ± sd.")] = 5,
    items: Annotated[
        int, typer.Option(min=0, help="Look for clusters among so many training items, spread evenly; 0: all.")
    ] = 10_000,
    part: Annotated[encode.Part, typer.Option(help="Which part is assigned and judged.")] = "test",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the cluster of each item as .csv or .tsv.")
    ] = None,
    words: Annotated[
        int, typer.Option(min=0, max=1_000, help="Of text: so many characteristic words of each cluster.")
    ] = 10,
    nearest: Annotated[
        int, typer.Option(min=0, max=1_000, help="Of text: so many sentences nearest to each centre.")
    ] = 3,
    weights: Weights = None,
    epoch: Epoch = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON line with every figure.")] = False,
) -> None:
    """k-means on the codes, beside PCA codes of the same size and raw pixels, or averaged word vectors: how well the
    clusters are the classes, or without classes how far they are apart. Of text, what is in each of them.

    Classes play no part in finding clusters. A cluster's characteristic words stand there more often than in the
    others: by log-odds ratios with an informative Dirichlet prior (Monroe et al. 2008).
    """
    from engine.queries.messages import Cluster

    if output is not None:
        files.check_suffix(output, WRITTEN)
    record = context.obj.store.find(run)
    query = Cluster(
        run_id=record.id,
        weights=weights,
        epoch=epoch or 0,
        words=words,
        nearest=nearest,
        clusters=clusters,
        restarts=restarts,
        seeds=seeds,
        items=items,
        part=part,
    )
    answer: Clusters = engines.answer(context.obj, query, "looking for clusters")
    if output is not None:
        _write(output, answer)
    if json:
        import msgspec

        figures = ("rows", "clusters", "fitted", "epoch", "weights", "held_out", "told")
        line = {"run": record.id, "part": part, **{name: getattr(answer, name) for name in figures}}
        typer.echo(plain_json(msgspec.json.encode(line).decode()))
        return
    typer.echo(_told(answer, record.variant, part, seeds))
    if output is not None:
        done = plain(f"{output}: {counted(len(answer.assigned), 'item')}, clusters of the first seed")
        typer.echo(f"\n{done}")


def _told(answer: Clusters, variant: str, part: str, seeds: int) -> str:
    labelled = answer.labels is not None
    rows = [("FEATURES", "NUMBERS", *(("NMI", "ARI", "PURITY") if labelled else ("SILHOUETTE",)))]
    for each in answer.rows:
        label = f"{variant} codes" if each.features == "codes" else each.features
        figures = [spread([getattr(found, name) for found in each.agreement], 3) for name in ("nmi", "ari", "purity")]
        told = figures if labelled else [spread(each.silhouette, 3)]
        rows.append((label, f"{each.numbers:,}", *told))
    found = f"{answer.clusters:,} clusters found on {counted(answer.fitted, 'training item')}"
    judged = f"judged on {counted(len(answer.assigned), 'item')} of the {part} part"
    repeated = f"; mean ± sd of {seeds} seeds" if seeds > 1 else ""
    note = "" if labelled else "\nsilhouettes of other features are of other distances: compare numbers of clusters"
    clusters = [f"\n\n{each}" for each in map(_cluster, answer.told)]
    return f"{aligned(rows)}\n\n{found}, {judged}{repeated};\n{engines.behind(answer)}{note}{''.join(clusters)}"


def _cluster(told: Told) -> str:
    """Number, size and commonest class; characteristic words; the nearest items."""
    label = f", {told.share:.0%} of {plain(told.label, 30)}" if told.label else ""
    lines = [f"cluster {told.cluster:,}: {counted(told.size, 'sentence')}{label}"]
    lines += [f"  {plain(' '.join(each.word for each in told.words))}"] * bool(told.words)
    return "\n".join([*lines, *(f"  · {plain(text)}" for text in told.nearest)])


def _write(path: Path, answer: Clusters) -> None:
    """A row for each item: name and class where they are known, number of the cluster, distance to its centre."""
    with files.written(path) as file:
        text = TextIOWrapper(file, "utf-8", newline="", write_through=True)
        table = csv.writer(text, delimiter="\t" if path.suffix == ".tsv" else ",", lineterminator="\n")
        columns: dict[str, list[object]] = {}
        if answer.names is not None:
            columns[NAME] = [plain(name) for name in answer.names]
        if answer.labels is not None:
            columns[LABEL] = [plain(answer.classes[label]) for label in answer.labels]
        columns["cluster"] = answer.assigned.tolist()
        columns["distance"] = [f"{distance:.6g}" for distance in answer.distances.tolist()]
        table.writerow(columns)
        table.writerows(zip(*columns.values(), strict=True))
        text.detach()
