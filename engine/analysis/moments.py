"""Means and covariances of items, summed up block by block: memory does not grow with their number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.datasets.data import Report, spread_blocks
from engine.storage.blas import one_thread
from engine.storage.rows import Array

BLOCK = 1_000
"""Items at a time: as floats, a whole part of a data set would take four times its memory."""

Floats = NDArray[np.float64]
Pair = tuple[NDArray[Any], NDArray[Any]]
"""What is seen and what it should become, (count, …) each; for the moments of items alone twice the same array."""
MakePair = Callable[[int, NDArray[Any]], Pair]
"""From the place of a block of items in their part, and the block."""


class Moments(NamedTuple):
    """Of d numbers seen and d wanted."""

    seen_mean: Floats
    """(d,)"""
    wanted_mean: Floats
    """(d,)"""
    within: Floats
    """Σ (x - x̄)(x - x̄)ᵀ over what is seen, (d, d)."""
    across: Floats
    """Σ (x - x̄)(y - ȳ)ᵀ, (d, d)."""


def moments(
    items: Array,
    shape: tuple[int, ...],
    pairs: Sequence[MakePair],
    activity: str,
    report: Report,
    block: int = BLOCK,
) -> Moments:
    """Of the pairs that each of `pairs` makes of `block` compact `items` at a time, whose halves are of `shape`; it may
    leave some of the items out. Of very many items a part is taken (see `spread_blocks`).

    `report` hears of it under `activity`.

    Raises:
        Stopped: from `report`.
    """
    width, total, count = prod(shape), len(items) * len(pairs), 0
    sums: list[Floats] = [np.zeros(width), np.zeros(width), np.zeros((width, width)), np.zeros((width, width))]
    kept: list[Pair] = []
    for place, pair in enumerate(pairs):
        for rows in spread_blocks(items, block):
            report(activity, place * len(items) + rows.start, total)
            kept.append(pair(rows.start, items[rows]))
            # Many draws of few items: a product of a few rows takes nearly as long as one of a thousand.
            if sum(len(seen) for seen, _ in kept) >= BLOCK:
                count += _add(sums, kept)
                kept = []
    count += _add(sums, kept) if kept else 0
    report(activity, total, total)
    seen_sum, wanted_sum, within, across = sums
    return Moments(
        seen_sum / count,
        wanted_sum / count,
        within - np.outer(seen_sum, seen_sum / count),
        across - np.outer(seen_sum, wanted_sum / count),
    )


@one_thread()
def _add(sums: list[Floats], pairs: Sequence[Pair]) -> int:
    """In double precision: where pixels never change, what is left of a covariance is smaller than float32 can tell.
    Returns how many rows came."""
    x = _flat([seen for seen, _ in pairs])
    y = x if all(wanted is seen for seen, wanted in pairs) else _flat([wanted for _, wanted in pairs])
    sums[0] += x.sum(axis=0)
    sums[1] += y.sum(axis=0)
    within = x.T @ x
    sums[2] += within
    sums[3] += within if y is x else x.T @ y
    return len(x)


def _flat(blocks: Sequence[NDArray[Any]]) -> Floats:
    return np.concatenate([block.reshape(len(block), -1).astype(np.float64) for block in blocks])
