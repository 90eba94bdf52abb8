"""Tables with gaps of which only what is known is kept."""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray


class Sparse(NamedTuple):
    """What is known of a table, row by row."""

    starts: NDArray[np.int64]
    """(rows + 1,): where the numbers of each row begin in the others."""
    columns: NDArray[np.int32]
    values: NDArray[np.float32]

    @classmethod
    def of(cls, rows: int, row: NDArray[np.integer], column: NDArray[np.integer], value: NDArray[np.float32]) -> Self:
        """Of numbers in any order."""
        order = np.lexsort((column, row))
        starts = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=rows))])
        return cls(starts.astype(np.int64), column[order].astype(np.int32), value[order])

    @classmethod
    def of_table(cls, table: NDArray[np.float32]) -> Self:
        """Of a table (rows, columns) with NaN in its gaps."""
        row, column = np.nonzero(~np.isnan(table))
        return cls.of(len(table), row, column, table[row, column])

    def put(self, rows: NDArray[np.int64], into: NDArray[np.float32]) -> None:
        """Write what is known of `rows` into a table of them, (rows, columns)."""
        counts = self.starts[rows + 1] - self.starts[rows]
        before = np.repeat(np.cumsum(counts) - counts, counts)
        found = np.repeat(self.starts[rows], counts) + np.arange(counts.sum()) - before
        into[np.repeat(np.arange(len(rows)), counts), self.columns[found]] = self.values[found]
