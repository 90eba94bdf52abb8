"""Items of another file than a run learned from, read by what the run keeps of its columns."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.datasets.numbers import table
from engine.datasets.numbers.columns import Columns


class NewItems(NamedTuple):
    """`items` as a network sees them, NaN where a number is not known; what they are called; columns of no use."""

    items: NDArray[np.float32]
    names: Sequence[str] | None
    ignored: tuple[str, ...]


def read(path: Path, columns: Columns) -> NewItems:
    """The rows of a table with these columns, in any order and with others beside them.

    Raises:
        UsageError: columns are missing.
        BadData: it is no table, is broken, or a column holds something else than it did.
    """
    found = table.read(path, columns.sorts)
    names = found.columns[columns.id].words() if columns.id in found.columns else None
    known = {*(column.name for column in columns.columns), columns.id}
    return NewItems(columns.encode(found), names, tuple(name for name in found.columns if name not in known))
