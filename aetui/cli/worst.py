"""`aetui worst`: the items where a model errs most, beside what the baseline makes of the same ones."""

from __future__ import annotations

import csv
import json
import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, Literal

import typer

from aetui.cli import detection_file, engines, files
from aetui.cli.arguments import Run, Weights
from aetui.cli.tables import aligned
from aetui.render import numbers
from aetui.render.text import plain
from engine.errors import counted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.queries.messages import Measured, Measurement

TOP = 10


def worst(
    context: typer.Context,
    run: Run,
    by: Annotated[
        str,
        typer.Option(help="Order by this: error (default), baseline, behind, a loss term; a wrong one lists them all."),
    ] = "error",
    best: Annotated[bool, typer.Option("--best", help="The best items first.")] = False,
    label: Annotated[str, typer.Option("--class", help="Items of this class alone, its name or number.")] = "",
    part: Annotated[Literal["train", "validation", "test"], typer.Option(help="Which part of the data.")] = "test",
    count: Annotated[int, typer.Option("--count", "-n", min=0, help="The first so many items of it; 0: all.")] = 0,
    top: Annotated[int, typer.Option(min=0, max=100_000, help="So many are printed.")] = TOP,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="A .csv, .tsv, .json or .npz file with every item in this order; - for standard output.",
        ),
    ] = None,
    wanted: Annotated[
        Literal["csv", "tsv", "json", "npz"] | None,
        typer.Option("--format", help="What to write (default: as the file's name says; csv to standard output)."),
    ] = None,
    weights: Weights = None,
) -> None:
    """List the items that a model reconstructs worst: error, loss terms of each item, and the baseline's error on it.

    A run that learned from noisy items sees these with the noise of its validation; errors are against the clean ones.
    """
    from engine.datasets import known
    from engine.datasets.classes import class_of
    from engine.errors import UsageError
    from engine.queries.messages import Measure

    suffix = None if output is None else detection_file.format_of(output, wanted)
    record = context.obj.store.find(run)
    kind = files.kind_of(record)
    if not kind.scores:
        raise UsageError("No error of an item", f"{kind.unscored}; its items have no order from bad to good")
    entry = known(record.dataset)
    if label and entry is not None and entry.classes:
        class_of(label, entry.classes)
    query = Measure(run_id=record.id, weights=weights, part=part, count=count)
    answer: Measured = engines.answer(context.obj, query, "measuring items")
    order = _order(answer, _measure(answer, by), label, best=best)
    if output is not None and suffix is not None:
        write(output, suffix, answer, order, record.id)
    if str(output) == detection_file.STDOUT:
        return
    if top:
        typer.echo(_table(answer, _measure(answer, by), order[:top]) + "\n")
    typer.echo(_summary(answer, _measure(answer, by), order, label))


def _measure(answer: Measured, key: str) -> Measurement:
    """Raises UsageError for what was not measured."""
    from engine.errors import UsageError

    found = next((each for each in answer.measures if each.key == key), None)
    if found is None:
        there = "; ".join(f"{each.key} ({each.label})" for each in answer.measures)
        raise UsageError("Not measured", f"expected --by one of: {there}; got {key!r}")
    return found


def _order(answer: Measured, by: Measurement, label: str, *, best: bool) -> NDArray[np.int64]:
    """Places of the items. Raises UsageError for a class that is none."""
    import numpy as np

    from engine.datasets.classes import class_of
    from engine.errors import UsageError

    places = np.arange(len(by.values))
    if label:
        if answer.labels is None:
            raise UsageError("No classes", "the run's data have no classes; leave --class out")
        places = places[answer.labels == class_of(label, answer.classes)]
    values = by.values[places]
    found: NDArray[np.int64] = places[np.argsort(values if best else -values, kind="stable")]
    return found


def _columns(answer: Measured) -> dict[str, Any]:
    """What is known of every item, by the name of its column."""
    columns: dict[str, Any] = {"item": range(1, len(answer.measures[0].values) + 1)}
    if answer.names is not None:
        columns["name"] = answer.names
    if answer.labels is not None:
        columns["label"] = [answer.classes[place] for place in answer.labels.tolist()]
    columns |= {each.key: each.values.tolist() for each in answer.measures}
    return columns if answer.said is None else columns | {"sentence": answer.said}


def _table(answer: Measured, by: Measurement, places: NDArray[np.int64]) -> str:
    columns = _columns(answer)
    keys = [each.key for each in answer.measures]
    said = [name for name in ("sentence",) if name in columns]
    first = [name for name in columns if name not in (*keys, *said)]
    shown = [*first, by.key, *(key for key in keys if key != by.key), *said]
    heads = {"label": "CLASS", "baseline": answer.baseline, "behind": "BEYOND IT"}
    rows = [tuple(heads.get(name, name.upper()) for name in shown)]
    for place in places.tolist():
        cells = (columns[name][place] for name in shown)
        rows.append(tuple(numbers.loss(cell) if isinstance(cell, float) else plain(str(cell), 60) for cell in cells))
    return aligned(rows)


def _summary(answer: Measured, by: Measurement, order: NDArray[np.int64], label: str) -> str:
    """How the numbers are spread, and whose they are."""
    import numpy as np

    if not len(order):
        return "no item is of that class"
    values = by.values[order].astype(np.float64)
    low, middle, high = np.quantile(values, (0.5, 0.9, 0.99))
    of = f" of class {plain(label)}" if label else ""
    noisy = " with noise" if answer.noise else ""
    items = f"{counted(len(order), f'{answer.part} item')}{of}{noisy}"
    spread = f"mean {numbers.loss(values.mean())}, median {numbers.loss(low)}, 90 % below {numbers.loss(middle)}"
    lines = [f"{by.label} of {items}: {spread}, 99 % below {numbers.loss(high)}; {engines.behind(answer)}"]
    errors = {each.key: each.values[order] for each in answer.measures}
    if "behind" in errors:
        worse = int((errors["behind"] > 0).sum())
        base = numbers.loss(float(errors["baseline"].mean(dtype=np.float64)))
        lines.append(
            f"{plain(answer.baseline)}: mean squared error {base}; smaller than the model's on {worse:,} of "
            f"{counted(len(order), 'item')}"
        )
    return "\n".join(lines)


def write(path: Path, suffix: str, answer: Measured, order: NDArray[np.int64], run_id: str) -> None:
    """Put the items into `path` in this order, whole or not at all; the path `-` is standard output.

    Raises:
        EngineError: it cannot be written.
    """
    if str(path) != detection_file.STDOUT:
        with files.written(path) as file:
            _fill(file, suffix, answer, order, run_id)
        return
    whole = BytesIO()
    _fill(whole, suffix, answer, order, run_id)
    sys.stdout.flush()
    sys.stdout.buffer.write(whole.getbuffer())
    sys.stdout.buffer.flush()


def _fill(file: BinaryIO, suffix: str, answer: Measured, order: NDArray[np.int64], run_id: str) -> None:
    columns, places = _columns(answer), order.tolist()
    if suffix == ".npz":
        import numpy as np

        arrays = {name: np.asarray(column)[order] for name, column in columns.items()}
        np.savez_compressed(file, allow_pickle=False, **arrays)
        return
    text = TextIOWrapper(file, "utf-8", newline="", write_through=True)
    if suffix == ".json":
        whose = {"run": run_id, "epoch": answer.epoch, "weights": answer.weights, "part": answer.part}
        told = {**whose, "noise": answer.noise, "baseline": answer.baseline or None}
        told["measures"] = {each.key: each.label for each in answer.measures}
        told["items"] = [{name: _finite(column[place]) for name, column in columns.items()} for place in places]
        json.dump(told, text, ensure_ascii=False, allow_nan=False, indent=1)
        text.write("\n")
    else:
        table = csv.writer(text, delimiter="\t" if suffix == ".tsv" else ",", lineterminator="\n")
        table.writerow(columns)
        table.writerows([_cell(column[place]) for column in columns.values()] for place in places)
    text.detach()


def _finite(value: object) -> object:
    """JSON knows no infinity."""
    return None if isinstance(value, float) and value in (float("inf"), float("-inf")) else value


def _cell(value: object) -> object:
    if isinstance(value, float):
        return f"{value:.7g}"
    return plain(value) if isinstance(value, str) else value  # a line break would be the end of its row
