"""`aetui walk`: what lies between two sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from aetui.cli import engines
from aetui.cli.arguments import Epoch, Run, Weights
from aetui.cli.sentences import Json, Text, called, json_line, records_of_text, remarks, values
from aetui.render.text import plain
from engine.errors import counted

if TYPE_CHECKING:
    from engine.queries.messages import Neighbour, Walked

SAME = '"'
"""Stands for the sentence above."""


def walk(
    context: typer.Context,
    run: Run,
    first: Text,
    second: Text,
    steps: Annotated[int, typer.Option("--steps", "-n", min=1, max=1_000, help="In so many equal steps.")] = 8,
    weights: Weights = None,
    epoch: Epoch = None,
    json: Json = False,
) -> None:
    """From one sentence to another in a straight line between their codes: at each step the nearest sentence of the
    run's corpus and what the decoder says, beside the nearest on the line between averaged word vectors."""
    from engine.queries.messages import Walk

    records = records_of_text(context, run)
    query = Walk(run_id=records[0].id, weights=weights, epoch=epoch or 0, first=first, second=second, steps=steps)
    answer: Walked = engines.answer(context.obj, query, "walking from one sentence to the other")
    typer.echo(json_line(records, [values(answer)]) if json else _told(called(records[0]), answer))


def _told(name: str, answer: Walked) -> str:
    ends = f"cosine of the two codes {answer.cosine:.6f}; nearest of {counted(answer.searched, 'sentence')}"
    lines = [f"{name}, {engines.behind(answer)}", ends, *remarks((answer.first, answer.second)), ""]
    before: tuple[Neighbour, Neighbour] | None = None
    for stop in answer.stops:
        pair = stop.neighbour, stop.average
        lines += _stop(stop.share, stop.reading, stop.back, pair, before)
        before = pair
    codes, averages = (
        len({getattr(stop, side).sentence for stop in answer.stops}) for side in ("neighbour", "average")
    )
    passed = f"passed {counted(codes, 'sentence')} by codes, {averages:,} by averaged word vectors"
    return "\n".join([*lines, "", f"{passed}; {SAME} stands for the one above"])


def _stop(
    share: float,
    reading: str,
    back: float,
    pair: tuple[Neighbour, Neighbour],
    before: tuple[Neighbour, Neighbour] | None,
) -> Iterator[str]:
    yield f"{share:6.1%}  says     {back:.4f}  {plain(reading)}"
    for number, (label, found) in enumerate(zip(("nearest", "average"), pair, strict=True)):
        same = before is not None and before[number].sentence == found.sentence
        shown = SAME if same else plain(found.sentence)
        yield f"        {label}  {found.cosine:.4f}  {shown}"
