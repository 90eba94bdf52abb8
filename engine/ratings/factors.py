"""Users and items as a few numbers each, whose products are the ratings: a truncated SVD of a table with gaps.

Alternating least squares with a ridge and with a bias of every row and column. At its fixed point it is the singular
value decomposition with shrunken singular values (Hastie, Mazumder, Lee & Zadeh, JMLR 16 (2015) 3367-3402).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.ratings.sparse import Sparse
from engine.storage.blas import one_thread

ROUNDS = 10
"""Of rows, then columns; later ones move the error in its fourth digit."""

Floats = NDArray[np.float32]


class Factors(NamedTuple):
    """What is known of the columns of a table; a row's own numbers follow from what is known of it."""

    bias: Floats
    """(columns,)."""
    factors: Floats
    """(columns, rank); rank 0 leaves the biases."""
    ridge: float

    def rows(self, table: Floats) -> Floats:
        """Bias and factors of rows (count, columns) with NaN in their gaps: (count, 1 + rank)."""
        return self._of(Sparse.of_table(table))

    @one_thread()
    def answer(self, table: Floats) -> Floats:
        """All numbers of rows (count, columns), by those that are known."""
        found: Floats = self.rows(table) @ _with_ones(self.factors).T + self.bias
        return found

    @one_thread()
    def _of(self, table: Sparse) -> Floats:
        """Of each row the ridge regression of what is known of it, without the columns' biases, on their factors."""
        regressors = _with_ones(self.factors)
        left = table.values - self.bias[table.columns]
        found = np.zeros((len(table.starts) - 1, regressors.shape[1]), np.float32)
        added = self.ridge * np.eye(regressors.shape[1], dtype=np.float32)
        for row in np.flatnonzero(np.diff(table.starts)):
            there = slice(table.starts[row], table.starts[row + 1])
            seen = regressors[table.columns[there]]
            found[row] = np.linalg.solve(seen.T @ seen + added, seen.T @ left[there])
        return found


def _with_ones(factors: Floats) -> Floats:
    return np.column_stack([np.ones(len(factors), np.float32), factors])


def fitted(
    by_rows: Sparse, by_columns: Sparse, rank: int, ridge: float, turn: Callable[[], None] = lambda: None
) -> Factors:
    """With `rank` factors, of a table given by its rows and by its columns; `turn` is called after every round, and may
    raise. The same every time."""
    columns = len(by_columns.starts) - 1
    draw = np.random.default_rng(0)
    found = Factors(np.zeros(columns, np.float32), draw.normal(0, 0.1, (columns, rank)).astype(np.float32), ridge)
    for _ in range(ROUNDS):
        of_rows = found._of(by_rows)
        of_columns = Factors(of_rows[:, 0], of_rows[:, 1:], ridge)._of(by_columns)
        found = Factors(of_columns[:, 0], of_columns[:, 1:], ridge)
        turn()
    return found
