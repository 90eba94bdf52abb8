"""`aetui sts`: whether cosines order pairs of sentences as people do."""

from __future__ import annotations

import csv
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aetui.cli import engines, files
from aetui.cli.arguments import Epoch, Run, Weights
from aetui.cli.sentences import Json, called, json_line, records_of_text, values
from aetui.cli.tables import aligned
from aetui.render.text import plain
from engine.errors import counted

if TYPE_CHECKING:
    from engine.queries.messages import Judged
    from engine.text.pairs import Found

WRITTEN = (".csv", ".tsv")
NAMED = 10
"""Rows and pairs that are told one by one; more are counted."""


def sts(
    context: typer.Context,
    run: Run,
    file: Annotated[Path, typer.Argument(help="Tab- or comma-separated: two sentences and a score a line.")],
    columns: Annotated[
        str,
        typer.Option(
            metavar="FIRST,SECOND,SCORE",
            help="Which columns, by name or number from 1, as in 6,7,5 (default: by the usual names, else 1,2,3).",
        ),
    ] = "",
    head: Annotated[
        bool | None,
        typer.Option("--head/--no-head", help="Whether the first line has names (default: where it has no score)."),
    ] = None,
    draws: Annotated[
        int, typer.Option(min=0, max=100_000, help="Samples of pairs for the 95 % intervals; 0: none.")
    ] = 1_000,
    seed: Annotated[int, typer.Option(min=0, help="Of these samples.")] = 0,
    output: Annotated[
        Path | None, typer.Option("--csv", "-o", help="Write each pair with its cosines as .csv or .tsv.")
    ] = None,
    weights: Weights = None,
    epoch: Epoch = None,
    json: Json = False,
) -> None:
    """Do cosines order pairs of sentences as people do? Spearman's ρ and Pearson's r of the codes, beside averaged word
    vectors and smooth inverse frequency (SIF), with 95 % bootstrap intervals over the pairs.

    Pairs with a sentence of which the run knows no word have the cosine 0 in every row.
    """
    from engine.queries.messages import Judge
    from engine.text.pairs import read_pairs

    if output is not None:
        files.check_suffix(output, WRITTEN)
    records = records_of_text(context, run)
    found = read_pairs(file, columns.split(",") if columns else (), head)
    for line in _left_out(found):
        typer.echo(f"aetui: {plain(str(file))}, {line}", err=True)
    query = Judge(run_id=records[0].id, weights=weights, epoch=epoch or 0, pairs=found.pairs, draws=draws, seed=seed)
    answer: Judged = engines.answer(context.obj, query, "comparing pairs of sentences")
    if output is not None:
        _write(output, found, answer)
    if json:
        typer.echo(json_line(records, [_figures(file, found, answer)]))
        return
    typer.echo(_told(called(records[0]), records[0].variant, found, answer))
    if output is not None:
        typer.echo(f"\n{plain(str(output))}: {counted(len(found.pairs), 'pair')}")


def _left_out(found: Found) -> list[str]:
    lines = [f"line {line:,} left out: {why}" for line, why in found.left_out[:NAMED]]
    more = len(found.left_out) - NAMED
    return [*lines, *([f"and {more:,} more lines"] if more > 0 else [])]


def _told(name: str, variant: str, found: Found, answer: Judged) -> str:
    rows = [("COSINES OF", "SPEARMAN", "95 %", "PEARSON", "95 %", "CODES AHEAD BY")]
    for number, each in enumerate(answer.rows):
        label = f"{variant} codes" if each.features == "codes" else each.features
        spearman, pearson = (_stretch(pair) for pair in (each.spearman_interval, each.pearson_interval))
        ahead = _stretch(each.behind_interval) if number else ""
        rows.append((label, f"{each.spearman:.4f}", spearman, f"{each.pearson:.4f}", pearson, ahead))
    first, second, score = map(plain, found.columns)
    lines = [
        aligned(rows),
        "",
        f"{counted(len(found.pairs), 'pair')} (columns {first}, {second}, {score}); {name}, {engines.behind(answer)}",
        f"{answer.unknown:,} of {counted(answer.words, 'word')} not in the vocabulary; "
        f"{counted(answer.cut, 'sentence')} longer than the model reads",
    ]
    if answer.unread:
        places = ", ".join(f"{found.pairs[place].line:,}" for place in answer.unread[:NAMED])
        more = f" and {len(answer.unread) - NAMED:,} more" if len(answer.unread) > NAMED else ""
        lines.append(f"no known word, so cosine 0: {counted(len(answer.unread), 'pair')} (line {places}{more})")
    if answer.missing:
        lines.append(f"smooth inverse frequency is left out: {plain(answer.missing)}")
    best = max(answer.rows, key=lambda each: each.spearman)
    if best is not answer.rows[0] and best.spearman > answer.rows[0].spearman:
        lines.append(f"these pairs are ordered better by {best.features} than by the codes")
    return "\n".join(lines)


def _stretch(interval: tuple[float, float] | None) -> str:
    return f"{interval[0]:.3f} to {interval[1]:.3f}" if interval else "–"


def _figures(file: Path, found: Found, answer: Judged) -> dict[str, Any]:
    """Everything, with the pairs one by one."""
    line: dict[str, Any] = values(answer)
    cosines = {row["features"]: row.pop("cosines") for row in line["rows"]}
    pairs = [
        {
            **values(pair),
            "known": place not in answer.unread,
            "cosines": {name: row[place] for name, row in cosines.items()},
        }
        for place, pair in enumerate(found.pairs)
    ]
    line["unread"] = [found.pairs[place].line for place in answer.unread]
    left_out = [{"line": number, "why": why} for number, why in found.left_out]
    return {"file": str(file), "columns": found.columns, **line, "left_out": left_out, "pairs": pairs}


def _write(path: Path, found: Found, answer: Judged) -> None:
    with files.written(path) as file:
        text = TextIOWrapper(file, "utf-8", newline="", write_through=True)
        table = csv.writer(text, delimiter="\t" if path.suffix == ".tsv" else ",", lineterminator="\n")
        table.writerow(["line", "first", "second", "score", *(row.features for row in answer.rows)])
        for place, pair in enumerate(found.pairs):
            cosines = [f"{row.cosines[place]:.6f}" for row in answer.rows]
            table.writerow([pair.line, plain(pair.first), plain(pair.second), f"{pair.score:g}", *cosines])
        text.detach()
