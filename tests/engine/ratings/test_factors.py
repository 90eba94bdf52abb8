from __future__ import annotations

import numpy as np

from engine.ratings.factors import fitted
from engine.ratings.sparse import Sparse


def table_of(rank: int) -> tuple[np.ndarray, np.ndarray]:
    """40 × 30 numbers of that rank with biases, and the same with half of them missing."""
    draw = np.random.default_rng(rank)
    whole = (
        draw.normal(size=(40, rank)) @ draw.normal(size=(rank, 30)) + draw.normal(size=(40, 1)) + draw.normal(size=30)
    )
    gaps = np.where(draw.random(whole.shape) < 0.5, whole, np.nan).astype(np.float32)
    return whole, gaps


def both_ways(table: np.ndarray) -> tuple[Sparse, Sparse]:
    return Sparse.of_table(table), Sparse.of_table(table.T)


def test_what_is_missing_of_a_table_of_low_rank_is_found() -> None:
    whole, gaps = table_of(2)
    found = fitted(*both_ways(gaps), 2, 1e-2)
    missing = np.isnan(gaps)
    assert np.abs(found.answer(gaps)[missing] - whole[missing]).mean() < 0.1
    biases = fitted(*both_ways(gaps), 0, 1e-2)
    assert np.abs(biases.answer(gaps)[missing] - whole[missing]).mean() > 0.5


def test_without_factors_biases_of_rows_and_columns_are_what_is_found() -> None:
    whole, gaps = table_of(0)
    found = fitted(*both_ways(gaps), 0, 1e-3)
    np.testing.assert_allclose(found.answer(gaps), whole, atol=0.01)
    unseen = np.full((1, 30), np.nan, np.float32)
    np.testing.assert_allclose(found.answer(unseen)[0], found.bias, atol=1e-6)
