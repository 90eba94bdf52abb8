"""Users and items as a few numbers each, whose products are the ratings: a truncated SVD of a table with gaps.

Alternating least squares with a ridge and with a bias of every row and column. At its fixed point it is the singular
value decomposition with shrunken singular values (Hastie, Mazumder, Lee & Zadeh, JMLR 16 (2015) 3367-3402).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.storage.blas import one_thread

ROUNDS = 25
"""Of rows, then columns; later ones move the error in its fourth digit."""
BLOCK = 512
"""Rows that are solved at a time."""

Floats = NDArray[np.float32]
Blocks = Callable[[slice], Floats]
"""Rows of a table with NaN where nothing is known, (count, columns)."""


class Factors(NamedTuple):
    """What is known of the columns of a table; a row's own numbers follow from what is known of it."""

    mean: float
    bias: Floats
    """(columns,)."""
    factors: Floats
    """(columns, rank); rank 0 leaves the biases."""
    ridge: float

    def rows(self, table: Floats) -> Floats:
        """Bias and factors of rows (count, columns) with gaps: (count, 1 + rank)."""
        known = ~np.isnan(table)
        left = np.where(known, table - self.mean - self.bias, np.float32(0))
        return _solved(left, known.astype(np.float32), _with_ones(self.factors), self.ridge)

    @one_thread()
    def answer(self, table: Floats) -> Floats:
        """All numbers of rows (count, columns), by those that are known."""
        found: Floats = self.rows(table) @ _with_ones(self.factors).T + self.mean + self.bias
        return found


def _with_ones(factors: Floats) -> Floats:
    return np.column_stack([np.ones(len(factors), np.float32), factors])


def _solved(left: Floats, known: Floats, regressors: Floats, ridge: float) -> Floats:
    """Ridge regressions of rows of `left` (rows, n), each on those of `regressors` (n, k) that are known: (rows, k)."""
    size = regressors.shape[1]
    products = np.einsum("nk,nl->nkl", regressors, regressors).reshape(len(regressors), -1)
    normal = (known @ products).reshape(-1, size, size) + ridge * np.eye(size, dtype=np.float32)
    found: Floats = np.linalg.solve(normal, (left @ regressors)[..., np.newaxis])[..., 0]
    return found


class Table(NamedTuple):
    """A table with gaps, by rows and by columns."""

    rows: Blocks
    columns: Blocks
    shape: tuple[int, int]


@one_thread()
def fitted(table: Table, mean: float, rank: int, ridge: float, turn: Callable[[], None] = lambda: None) -> Factors:
    """With `rank` factors; `turn` is called after every round, and may raise. The same every time."""
    rows, columns = table.shape
    draw = np.random.default_rng(0)
    of_rows = np.zeros((rows, 1 + rank), np.float32)
    of_columns = np.column_stack([np.zeros(columns), draw.normal(0, 0.1, (columns, rank))]).astype(np.float32)
    for _ in range(ROUNDS):
        of_rows = _half(table.rows, rows, of_columns, mean, ridge)
        of_columns = _half(table.columns, columns, of_rows, mean, ridge)
        turn()
    return Factors(mean, of_columns[:, 0], of_columns[:, 1:], ridge)


def _half(blocks: Blocks, count: int, others: Floats, mean: float, ridge: float) -> Floats:
    """The numbers of all rows (or columns) where those of the others are given."""
    other = Factors(mean, others[:, 0], others[:, 1:], ridge)
    return np.concatenate([other.rows(blocks(slice(start, start + BLOCK))) for start in range(0, count, BLOCK)])
