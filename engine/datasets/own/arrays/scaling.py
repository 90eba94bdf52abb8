"""Numbers of any type and range as bytes, or as floats from 0 to 1; never guessed."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.datasets.data import Report, in_blocks
from engine.errors import UsageError, counted
from engine.storage.rows import Array, Kept

Scale = Literal["auto", "unit", "byte", "minmax"]
BLOCK_BYTES = 2**24
"""Of numbers that are looked through at a time."""


class Range(NamedTuple):
    """Of the numbers of an array that are such."""

    low: float
    high: float
    bad: int
    """How many are not: NaN or infinite."""


class Scaled(Kept):
    """The rows of another array, brought to 0 to 1 when they are asked for; what lies beyond is cut."""

    def __init__(self, array: Array, low: float, high: float) -> None:
        """`low` becomes 0 and `high` becomes 1."""
        self._array, self._low, self._span = array, low, high - low
        self.shape = tuple(array.shape)
        self.dtype = np.dtype(np.float32)

    def fill(self, start: int, into: NDArray[Any]) -> None:
        """As of any."""
        into[:] = self._scaled(self._array[start : start + len(into)])

    def gather(self, places: NDArray[np.integer], into: NDArray[Any]) -> None:
        """As of any."""
        into[:] = self._scaled(self._array[places])

    def _scaled(self, rows: NDArray[Any]) -> NDArray[np.float64]:
        numbers: NDArray[np.float64] = rows.astype(np.float64)
        numbers -= self._low
        numbers /= self._span
        return np.clip(numbers, 0, 1)


class ChannelsLast(Kept):
    """Images (channels, height, width) of another array as (height, width, channels)."""

    def __init__(self, array: Array) -> None:
        self._array = array
        count, channels, height, width = array.shape
        self.shape = count, height, width, channels
        self.dtype = array.dtype

    def fill(self, start: int, into: NDArray[Any]) -> None:
        """As of any."""
        into[:] = np.moveaxis(self._array[start : start + len(into)], 1, 3)

    def gather(self, places: NDArray[np.integer], into: NDArray[Any]) -> None:
        """As of any."""
        into[:] = np.moveaxis(self._array[places], 1, 3)


def range_of(array: Array, activity: str, report: Report) -> Range:
    """Of all of its numbers. Raises Stopped from `report`."""
    low, high, bad = np.inf, -np.inf, 0
    rows = max(1, BLOCK_BYTES // max(1, array.nbytes // max(1, len(array))))
    for block in in_blocks(array, rows):
        report(activity, block.start, len(array))
        numbers = array[block]
        finite = np.isfinite(numbers)
        whole = bool(finite.all())
        bad += 0 if whole else int(numbers.size - finite.sum())
        if numbers.size and (whole or finite.any()):
            known = numbers if whole else numbers[finite]
            low, high = min(low, float(known.min())), max(high, float(known.max()))
    return Range(low, high, bad)


def bounds(scale: Scale, dtype: np.dtype[Any], train: Range, others: Range) -> tuple[float, float] | None:
    """What becomes 0 and what becomes 1 of numbers of such a type and range; None where bytes stay as they are.

    Raises:
        UsageError: they are not what `scale` says; or, on "auto", are not plainly from 0 to 1.
    """
    low, high = min(train.low, others.low), max(train.high, others.high)
    if bad := train.bad + others.bad:
        told = f"expected numbers for every pixel, but {counted(bad, 'number')} of them {'is' if bad == 1 else 'are'}"
        raise UsageError("Not numbers", f"{told} NaN or infinite; leave those items out, or fill them in before")
    if scale == "minmax":
        if train.low == train.high:
            raise UsageError("Nothing varies", f"expected numbers that differ, but all to train on are {train.low:g}")
        return train.low, train.high
    if dtype == np.uint8 and scale in ("auto", "byte"):
        return None
    if dtype == np.bool_ and scale == "auto":
        return 0.0, 1.0
    wanted = 255.0 if scale == "byte" else 1.0
    plain = scale != "auto" or dtype.kind == "f"
    if plain and low >= 0 and high <= wanted:
        return 0.0, wanted
    raise UsageError(
        "Which scale?", f"{_expected(scale)}, found {dtype} from {low:g} to {high:g}; {_remedy(low, high)}"
    )


def _expected(scale: Scale) -> str:
    if scale == "auto":
        return "expected bytes (uint8), or floats from 0 to 1"
    return f"expected numbers from 0 to {'255' if scale == 'byte' else '1'}, as --scale {scale} says"


def _remedy(low: float, high: float) -> str:
    """What to say of numbers of such a range."""
    if low >= 0 and high <= 255:
        return "say what they are: --scale byte (0 to 255), or minmax (stretched from lowest to highest)"
    return "say --scale minmax to have them stretched from lowest to highest of the training part to 0 to 1"
