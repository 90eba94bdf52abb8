"""Codes of any size in the plane, block by block: as they are, two of their numbers, or first two components."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.datasets.data import Report, in_blocks, silence, spread_blocks
from engine.errors import UsageError, counted
from engine.storage.blas import one_thread
from engine.storage.rows import Array, Kept

BLOCK = 2**14
"""Codes that are looked at in one go."""
FITTED = 200_000
"""Codes to which components are fitted, spread evenly where there are more."""
WIDEST = 4_096
"""Numbers of a code whose components are found."""


class Plane(Kept):
    """Codes (n, k) as an array of points (n, 2) float32; nothing is kept of them, and each is read when it is asked
    for. Codes with numbers that are not finite are points that are not."""

    def __init__(
        self,
        codes: Array,
        mean: NDArray[np.float64],
        axes: NDArray[np.float64],
        names: tuple[str, str],
        columns: Sequence[int] | None = None,
    ) -> None:
        """`mean`: (k,); `axes`: (k, 2); `names`: what the axes are; `columns`: k of each code's numbers, None: all."""
        self._codes = codes
        self._columns = None if columns is None else list(columns)
        self._mean, self._axes = mean, axes
        self.names = names
        self.shape = len(codes), 2
        self.dtype = np.dtype(np.float32)

    def fill(self, start: int, into: NDArray[Any]) -> None:
        """As of any."""
        for block in in_blocks(into, BLOCK):
            into[block] = self._points(self._codes[start + block.start : start + block.stop])

    def gather(self, places: NDArray[np.integer], into: NDArray[Any]) -> None:
        """As of any."""
        into[:] = self._points(self._codes[places])

    @one_thread()
    def _points(self, codes: NDArray[Any]) -> NDArray[np.float64]:
        if self._columns is not None:
            codes = codes[:, self._columns]
        with np.errstate(invalid="ignore", over="ignore"):
            found: NDArray[np.float64] = (codes.astype(np.float64) - self._mean) @ self._axes
        return found


def plane(codes: Array, columns: Sequence[int] = (), report: Report = silence) -> Plane:
    """Codes (n, k) in the plane: by two `columns` (numbered from 0) if given; else two numbers as they are, one beside
    0, and of more the first two principal components, which is fitted to in one pass over some of them.

    Raises:
        UsageError: there are no such columns, or more numbers than components are found of.
        Exception: what `report` raises.
    """
    if codes.ndim != 2 or not codes.shape[1]:
        raise UsageError("No codes", f"expected an array of codes, (count, code size), got {tuple(codes.shape)}")
    size = codes.shape[1]
    if columns:
        return _chosen(codes, columns)
    if size <= 2:
        axes = np.eye(size, 2)
        return Plane(codes, np.zeros(size), axes, ("z1", "z2" if size == 2 else ""))
    if size > WIDEST:
        told = f"expected at most {WIDEST:,} numbers in a code, got {size:,}; name two of them by --columns"
        raise UsageError("Too wide", told)
    return _principal(codes, report)


def _chosen(codes: Array, columns: Sequence[int]) -> Plane:
    size = codes.shape[1]
    if len(columns) != 2 or not all(0 <= each < size for each in columns):
        told = ",".join(str(each + 1) for each in columns)
        raise UsageError("No such columns", f"expected two of the {counted(size, 'number')} of a code, got {told}")
    return Plane(codes, np.zeros(2), np.eye(2), (f"z{columns[0] + 1}", f"z{columns[1] + 1}"), columns)


@one_thread()
def _principal(codes: Array, report: Report) -> Plane:
    """Of each axis the loading of largest magnitude is positive, so that the same codes have the same side up."""
    size, count = codes.shape[1], 0
    total, squares = np.zeros(size), np.zeros((size, size))
    shift: NDArray[np.float64] | None = None
    for block in spread_blocks(codes, BLOCK, FITTED):
        report("fitting components", block.start, len(codes))
        found = codes[block].astype(np.float64)
        found = found[np.isfinite(found).all(axis=1)]
        if not len(found):
            continue
        # Round the first block's mean: far from zero nothing would be left of what they differ by.
        shift = found.mean(axis=0) if shift is None else shift
        found -= shift
        count += len(found)
        total += found.sum(axis=0)
        squares += found.T @ found
    if shift is None:
        return Plane(codes, np.zeros(size), np.eye(size, 2), ("PC 1", "PC 2"))
    mean = total / count
    variances, directions = np.linalg.eigh(squares / count - np.outer(mean, mean))
    axes = directions[:, :-3:-1]
    strongest = np.take_along_axis(axes, np.abs(axes).argmax(axis=0)[None], axis=0)
    shares = np.maximum(variances[:-3:-1], 0) / max(float(np.maximum(variances, 0).sum()), np.finfo(np.float64).tiny)
    names = f"PC 1 ({shares[0]:.0%})", f"PC 2 ({shares[1]:.0%})"
    return Plane(codes, shift + mean, axes * np.where(strongest < 0, -1, 1), names)
