"""`aetui units`: how often each unit of a layer is active, what it prefers, and what it adds."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from aetui.cli import encode, engines
from aetui.cli.arguments import Run, Weights
from aetui.cli.tables import aligned
from aetui.render.text import plain, plain_json, plain_lines
from aetui.render.unit_rows import HEAD, cells, marks, summary
from engine.errors import counted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from aetui.cli.options import Options
    from engine.queries.messages import UnitsRead
    from engine.units.search import Found, Known

Layer = Literal["code", "first"]


def units(
    context: typer.Context,
    run: Run,
    where: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[WHERE]…",
            help='Which units: conditions such as "density<0.1" "selectivity>0.5" dead rare alive; class=3 and like=17 '
            "order by the correlation with a class or with another unit; a number is one unit.",
        ),
    ] = None,
    sort: Annotated[
        str,
        typer.Option(help="Order by unit, density, mean, deviation, selectivity, class, r or adds; largest first."),
    ] = "unit",
    reverse: Annotated[bool, typer.Option("--reverse", help="The other way round.")] = False,
    count: Annotated[int, typer.Option("--count", "-n", min=0, help="At most so many units; 0: all.")] = 0,
    layer: Annotated[
        Layer, typer.Option(help="The code, or the first dense layer of the encoder where that is another one.")
    ] = "code",
    part: Annotated[
        encode.Part | None,
        typer.Option(help="Which part of the data (default: validation; test where nothing was held out)."),
    ] = None,
    items: Annotated[
        int, typer.Option(min=0, help="At most so many items, of each class its share; 0: as memory has room for.")
    ] = 0,
    above: Annotated[
        float | None,
        typer.Option(
            min=0,
            help="A unit is active where its activation lies further from 0 (default: 0 for a code that has zeros, "
            "else a tenth of the largest activation).",
        ),
    ] = None,
    weights: Weights = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print a JSON line for the layer and one for each unit.")
    ] = False,
    table: Annotated[bool, typer.Option("--csv", help="Print the table as CSV.")] = False,
) -> None:
    """A table of the units of the code: how often each is active, what it prefers, what it adds to the explained
    variance; dead and ultra-rare ones are marked.

    Dead units answer the same to all items, ultra-rare ones are active for fewer than one in a thousand.
    """
    from engine.errors import UsageError
    from engine.queries.messages import Units
    from engine.units.search import ORDERS, Known, found

    if sort not in ORDERS:  # before anything is computed
        raise UsageError("No such order", f"expected one of {', '.join(ORDERS)} after --sort, got {sort}")
    if json and table:
        raise UsageError("Two forms", "expected --json or --csv, got both")
    record = context.obj.store.find(run)
    query = Units(run_id=record.id, weights=weights, layer=layer, part=part, items=items, above=above)
    answer: UnitsRead = engines.answer(context.obj, query, "reading the units")
    known = Known(answer.activations, answer.table, _added(context.obj, answer))
    wanted = found(known, " ".join(where or ()), sort, reverse=reverse)
    shown = wanted.units[: count or None]
    if json:
        for line in (_about(record.id, answer), *_lines(known, wanted, shown)):
            typer.echo(plain_json(_encoded(line)))
        return
    if table:
        typer.echo(_as_csv(known, wanted, shown), nl=False)
        return
    head = (*HEAD[:-2], f"R WITH {plain(wanted.of).upper()}" if wanted.of else "R", HEAD[-1])
    rows = [(*cells(known, wanted, unit), marks(answer.table, unit)) for unit in shown.tolist()]
    typer.echo(aligned([(*head, ""), *rows]))
    left = (
        f"{counted(len(shown), 'unit')} of {answer.activations.units:,}; " if len(rows) < len(known.table.mean) else ""
    )
    typer.echo(f"\n{plain_lines(left + summary(answer))}\n{engines.behind(answer)}")


def _added(options: Options, answer: UnitsRead) -> NDArray[np.float64] | None:
    """What each unit adds; None where that would take the model again and again."""
    from aetui.cli.narration import Narrator
    from engine.units.ablation import Ablation

    if answer.onward is None:
        return None
    narrator = Narrator(options.quiet)
    narrator.say("decoding without each unit in turn")
    try:
        steps = Ablation(answer.activations, answer.table.mean, answer.onward, answer.compared).added()
        while True:
            try:
                next(steps)
            except StopIteration as end:
                found: NDArray[np.float64] = end.value
                return found
    finally:
        narrator.close()


def _about(run_id: str, answer: UnitsRead) -> dict[str, Any]:
    table, activations = answer.table, answer.activations
    return {
        "run": run_id,
        "layer": answer.layer,
        "part": answer.part,
        "epoch": answer.epoch,
        "weights": answer.weights,
        "units": activations.units,
        "items": activations.items,
        "of_items": activations.of,
        "left_out": activations.left_out,
        "active_above": table.above,
        "l0": table.l0,
        "mse": answer.error,
        "explained_variance": answer.explained_variance,
        "shrinkage": answer.shrinkage,
        "dead": int(table.dead.sum()),
        "ultra_rare": int(table.rare.sum()),
    }


def _lines(known: Known, wanted: Found, shown: NDArray[np.int64]) -> list[dict[str, Any]]:
    """Every figure of each unit; NaN is null."""
    table, classes = known.table, known.activations.classes
    columns = ("density", "mean", "deviation", "lowest", "highest", "selectivity")
    return [
        {
            "unit": unit + 1,
            **{name: float(getattr(table, name)[unit]) for name in columns},
            "class": classes[table.preferred[unit]] if table.preferred[unit] >= 0 else None,
            "r": float(wanted.r[unit]),
            "r_with": wanted.of or "the class",
            "adds": None if known.added is None else float(known.added[unit]),
            "state": marks(table, unit) or "alive",
        }
        for unit in shown.tolist()
    ]


def _encoded(line: dict[str, Any]) -> str:
    import msgspec

    return msgspec.json.encode(line).decode()


def _as_csv(known: Known, wanted: Found, shown: NDArray[np.int64]) -> str:
    text, lines = io.StringIO(), _lines(known, wanted, shown)
    names = list(lines[0]) if lines else ["unit"]
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    for line in lines:
        writer.writerow(
            {name: plain(value) if isinstance(value, str) else _cell(value) for name, value in line.items()}
        )
    return text.getvalue()


def _cell(value: Any) -> str:
    if value is None or value != value:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)
