"""Reduced-rank regression from fewer pairs than an item has numbers: the same map, found among pairs, not numbers.

The matrices are as wide as there are pairs, so that 60 wide items take no longer than 60 small ones.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.analysis.array_cache import Arrays
from engine.analysis.moments import MakePair
from engine.datasets.data import Report, in_blocks
from engine.storage.blas import one_thread
from engine.storage.rows import Array

Floats = NDArray[np.float64]
SMALLEST = 1e-12
"""Added to every ridge, and the share of the largest direction below which one is none."""


class FewPairs:
    """What is seen and what is wanted, each (pairs, d), and how the pairs lie to each other."""

    @one_thread()
    def __init__(self, items: Array, pairs: Sequence[MakePair], activity: str, report: Report, block: int) -> None:
        """As `engine.analysis.moments.moments`. Raises Stopped from `report`."""
        seen: list[Floats] = []
        wanted: list[Floats] = []
        for place, pair in enumerate(pairs):
            for rows in in_blocks(items, block):
                report(activity, place * len(items) + rows.start, len(items) * len(pairs))
                for into, half in zip((seen, wanted), pair(rows.start, items[rows]), strict=True):
                    into.append(half.reshape(len(half), -1).astype(np.float64))
        report(activity, len(items) * len(pairs), len(items) * len(pairs))
        x, y = np.concatenate(seen), np.concatenate(wanted)
        self._seen_mean, self._wanted_mean = x.mean(axis=0), y.mean(axis=0)
        self._x, self._y = x - self._seen_mean, y - self._wanted_mean
        self._strengths, self._directions = np.linalg.eigh(self._x @ self._x.T)
        self._variance = float(self._strengths.sum()) / x.shape[1]

    @one_thread()
    def maps(self, rank: int, ridge: float) -> Arrays:
        """The regression with `ridge` times the mean variance, then onto the directions in which its answers vary most;
        as `engine.analysis.linear_denoiser.LinearDenoiser` takes it. Directions that there are not are zero."""
        q, strengths = self._directions, np.maximum(self._strengths, 0)
        weights = q @ ((q.T @ self._y) / (strengths + ridge * self._variance + SMALLEST)[:, None])
        answers = self._x @ (self._x.T @ weights)
        found, among = np.linalg.eigh(answers @ answers.T)
        there = found[::-1][:rank] > SMALLEST * max(found[-1], SMALLEST)
        axes = np.zeros((answers.shape[1], rank))
        strongest = among[:, ::-1][:, :rank][:, there]
        axes[:, : strongest.shape[1]] = answers.T @ strongest / np.sqrt(found[::-1][:rank][there])
        arrays = {
            "seen_mean": self._seen_mean,
            "encoder": self._x.T @ (weights @ axes),
            "decoder": axes.T,
            "mean": self._wanted_mean,
        }
        return {name: array.astype(np.float32) for name, array in arrays.items()}
