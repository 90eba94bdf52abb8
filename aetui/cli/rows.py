"""Rows of tables and windows of series: read for a run by what it keeps of its columns, and written in their units."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, NamedTuple, TypeVar

import typer

from aetui.cli import engines, files
from aetui.cli.number_tables import STDIN
from aetui.cli.piped import piped_table
from aetui.cli.tables import aligned
from aetui.render.text import plain
from engine.errors import counted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from aetui.cli.options import Options
    from engine.datasets.numbers.columns import Columns, Miss
    from engine.queries.messages import Images, Reconstruction, Spoil
    from engine.runs.store import RunRecord

T = TypeVar("T", bound="np.generic[Any]")
DEFAULT = Path("reconstruction.csv")
WRITTEN = (".csv", ".tsv", ".npz")
KINDS = ("vectors", "windows")
"""Of data whose items are such."""
MOST = 40
"""Columns whose errors are told."""


class Request(NamedTuple):
    """What is to be reconstructed, by which run."""

    options: Options
    record: RunRecord
    source: str | None
    output: Path | None
    most: int | None
    """Items; None where nobody said."""
    noise: bool | None
    weights: Literal["best", "last"] | None
    spoil: Spoil | None = None
    """What is done to images first."""


class Read(NamedTuple):
    """Items of a file, as a run sees them, and what they are called."""

    items: NDArray[np.float32]
    names: Sequence[str] | None
    labels: Sequence[str] | None = None
    """The class of each, where that was asked for and is there."""


def columns_of(record: RunRecord) -> Columns:
    """What the run keeps of its columns. Raises RunError where it is gone."""
    from engine.kinds.reading import Reading

    found: Columns = files.kind_of(record).kept(record.folder, Reading())
    return found


def read(options: Options, record: RunRecord, source: str, count: int, label: str = "") -> Read:
    """At most `count` items (0: all) of a file with the columns of the run, of a data set's file, or of `-`, standard
    input; `label`: the column that says what class they are of.

    Raises:
        EngineError: there is no such file, or it lacks a column.
    """
    from engine.datasets.own import records
    from engine.errors import UsageError

    if source == STDIN:
        with piped_table() as path:
            return _read(options, record, path, count, label)
    own = records.find(source)
    path = Path(own.path if own and not Path(source).exists() else source)
    if not path.exists():
        told = f"expected a file with the columns of {record.id}, or a data set of yours, but {source} is neither"
        raise UsageError("No such input", told)
    return _read(options, record, path, count, label)


def _read(options: Options, record: RunRecord, path: Path, count: int, label: str) -> Read:
    from engine.datasets.numbers import new_items

    columns = columns_of(record)
    found = new_items.read(path, columns)
    labels = new_items.labels(path, columns, label) if label else None
    kept = slice(count or None)
    items = found.items[kept]
    if not options.quiet:
        ignored = [name for name in found.ignored if name != label]
        if ignored:
            typer.echo(plain(f"not among the columns of the run, ignored: {', '.join(ignored)}"), err=True)
        for doubt in new_items.doubts(items, columns):
            typer.echo(plain(doubt), err=True)
    names = None if found.names is None else found.names[kept]
    return Read(items, names, None if labels is None else labels[kept])


def reconstruct(asked: Request) -> None:
    """Write what the model makes of rows, and print how far each column is off."""
    from engine.queries.messages import Reconstruct

    options, record, source = asked.options, asked.record, asked.source
    count, noise, weights = asked.most, asked.noise, asked.weights
    output = asked.output or DEFAULT
    files.check_suffix(output, WRITTEN)
    columns, names = columns_of(record), None
    if source is None or files.is_own(record, source):
        query = Reconstruct(run_id=record.id, weights=weights, count=count or 2**40, noise=noise)
    else:
        found = read(options, record, source, count or 0)
        names = found.names
        query = Reconstruct(run_id=record.id, weights=weights, inputs=found.items, noise=noise)
    answer: Reconstruction = engines.answer(options, query, "reconstructing")
    if query.noise and not files.noisy(answer):
        raise files.no_noise(record)
    _write(output, answer, columns, answer.names if names is None else names)
    misses = columns.misses(
        _flat(answer.outputs), _flat(answer.targets), None if answer.known is None else _flat(answer.known)
    )
    against = " against the values without noise" if files.noisy(answer) else ""
    told = f"{counted(len(answer.outputs), files.kind_of(record).items.removesuffix('s'))}, mean squared error"
    typer.echo(plain(f"{output}: {told} {answer.errors.mean():.4g}{against}, {engines.behind(answer)}"))
    typer.echo("\n" + aligned([("COLUMN", "ERROR", "", "KNOWN"), *_told(misses, columns)]))


def _told(misses: Sequence[Miss], columns: Columns) -> Iterator[tuple[str, ...]]:
    """The worst first, by how they are normalised."""
    scale = {column.name: abs(column.scale) for column in columns.used}
    scale |= {column.name: scale[column.name] / 86_400 for column in columns.used if column.becomes == "date"}
    ordered = sorted((miss for miss in misses if miss.known), key=lambda miss: -miss.error / scale[miss.column])
    for miss in ordered[:MOST]:
        yield plain(miss.column), f"{miss.error:.4g}", miss.unit, f"{miss.known:,}"
    if ordered[MOST:]:
        yield f"and {len(ordered) - MOST:,} more, each less for its spread", "", "", ""


def _flat(array: NDArray[T]) -> NDArray[T]:
    """(items, …, width) → (rows, width)."""
    return array.reshape(-1, array.shape[-1])


def _write(path: Path, answer: Reconstruction, columns: Columns, names: Sequence[str] | None) -> None:
    import numpy as np

    with files.written(path) as file:
        if path.suffix == ".npz":
            arrays = {name: getattr(answer, name) for name in ("inputs", "outputs", "targets", "codes", "errors")}
            known = {} if answer.known is None else {"known": answer.known}
            named = {} if names is None else {"names": np.array(names)}
            numbers = np.array(columns.numbers)
            np.savez_compressed(file, allow_pickle=False, **arrays, **known, **named, columns=numbers)
        else:
            _write_table(file, path.suffix, _lines(answer.outputs, columns, names, answer.errors))


def write_new(path: Path, answer: Images, columns: Columns) -> None:
    """New items in the units of the columns, or with their codes as the model has them."""
    import numpy as np

    with files.written(path) as file:
        if path.suffix == ".npz":
            numbers = np.array(columns.numbers)
            np.savez_compressed(file, allow_pickle=False, items=answer.images, codes=answer.codes, columns=numbers)
        else:
            _write_table(file, path.suffix, _lines(answer.images, columns, None, None))


def _write_table(file: BinaryIO, suffix: str, lines: Iterator[list[object]]) -> None:
    text = io.TextIOWrapper(file, "utf-8", newline="")
    csv.writer(text, delimiter="\t" if suffix == ".tsv" else ",").writerows(lines)
    text.detach()


def _lines(
    outputs: NDArray[np.float32],
    columns: Columns,
    names: Sequence[str] | None,
    errors: NDArray[np.float32] | None,
) -> Iterator[list[object]]:
    """A head, and a line for each row: what it is called, its values, and the error of the item that it belongs to."""
    values = columns.decode(_flat(outputs))
    steps = outputs.shape[1] if outputs.ndim > 2 else 0
    called = names or [str(place) for place in range(1, len(outputs) + 1)]
    own = [column.name for column, _ in values]
    head = [columns.id or ("window" if steps else "row"), *(["step"] if steps else [])]
    yield [*(_free(name, own) for name in head), *own, *([] if errors is None else [_free("error", own)])]
    for row, line in enumerate(zip(*(found for _, found in values), strict=True)):
        item, step = divmod(row, steps or 1)
        place = [called[item], *([step] if steps else [])]
        error = [] if errors is None else [f"{errors[item]:.6g}"]
        yield [*place, *(f"{value:.7g}" if isinstance(value, float) else value for value in line), *error]


def _free(name: str, taken: Sequence[str]) -> str:
    return f"{name}_" if name in taken else name
