"""Items of other files than a run learned from, read by what the run keeps of its columns."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.datasets.numbers import series, table
from engine.datasets.numbers.columns import Columns
from engine.errors import UsageError, counted


class NewItems(NamedTuple):
    """`items` as a network sees them, NaN where a number is not known; what they are called; columns of no use."""

    items: NDArray[np.float32]
    names: Sequence[str] | None
    ignored: tuple[str, ...]


def read(path: Path, columns: Columns) -> NewItems:
    """The rows of a table with these columns, in any order and with others beside them; or the windows of series. Of an
    .npz the array of items, of parts that to test.

    Raises:
        UsageError: columns are missing, or a series is too short.
        BadData: it is no table, is broken, or a column holds something else than it did.
    """
    if columns.window:
        return _windows(path, columns)
    found = _of_archive(path) if path.suffix.lower() == ".npz" else table.read(path, columns.sorts)
    names = found.columns[columns.id].words() if columns.id in found.columns else None
    known = {*(column.name for column in columns.columns), columns.id}
    return NewItems(columns.encode(found), names, tuple(name for name in found.columns if name not in known))


def _of_archive(path: Path) -> table.Table:
    """The rows that are meant in an .npz; of several parts, those to test."""
    from engine.datasets.own.arrays.opening import opened

    items = opened(path, "", "", None).items
    return table.of_array(path, np.asarray(items["" if "" in items else "test"][:]))


def labels(path: Path, columns: Columns, label: str) -> Sequence[str] | None:
    """What the column `label` of such a file says of each item; None where it is not there.

    Raises:
        UsageError, BadData: as `read`.
    """
    if not columns.window:
        found = _of_archive(path) if path.suffix.lower() == ".npz" else table.read(path, {label: "words"})
        return found.columns[label].words() if label in found.columns else None
    by_step = series.labels(path, label, columns.time)
    if by_step is None:
        return None
    begin = np.concatenate(series.starts(by_step.bounds, columns.window, columns.stride))
    return series.of_windows(by_step.words, begin, columns.window)


def doubts(items: NDArray[np.float32], columns: Columns) -> list[str]:
    """What lets an answer about such `items` say less than it seems to, a sentence each."""
    rows, found = items.reshape(len(items), -1), []
    if empty := int(np.isnan(rows).all(axis=1).sum()):
        found.append(
            f"{counted(empty, 'item')} with no known value: what a model says of such is its guess, no finding"
        )
    last = 0
    for column in columns.used:
        first, last = last, last + column.width
        if column.becomes == "category" and (new := int((items[..., first:last] == 0).all(axis=-1).sum())):
            found.append(
                f"{column.name}: {counted(new, 'value')} that no training row has, which the model cannot tell apart"
            )
    return found


def _windows(path: Path, columns: Columns) -> NewItems:
    found = series.read(path, [column.name for column in columns.used], columns.time, exact=False)
    begin = np.concatenate(series.starts(found.bounds, columns.window, columns.stride))
    if not len(begin):
        told = f"expected a series of at least {columns.window:,} steps in {path}"
        raise UsageError("Too short", f"{told}, found at most {max(last - first for first, last in found.bounds):,}")
    items = series.windows(columns.encode(found.table), begin, columns.window, columns.stride)
    known = {column.name for column in columns.columns}
    ignored = tuple(name for name in found.table.columns if name not in known)
    return NewItems(items, series.named(found, begin), ignored)
