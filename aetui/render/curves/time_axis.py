"""The axis along the bottom: which part of a run it shows, in which unit, and round numbers on it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from aetui.render import numbers
from aetui.render.series import Floats, nice_ticks, tick_labels

Unit = Literal["epochs", "steps", "seconds"]
UNITS: tuple[Unit, ...] = ("epochs", "steps", "seconds")

_LADDER = 1.15
"""While a run goes on the axis ends up to so many times later than its newest epoch: else every epoch would move, and
have sent to the terminal, all that is drawn."""

_LEAST_SPAN = 2.0
"""Epochs that are shown at least."""

_SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)

_CELLS_A_TICK = 10

_LATELY = 3
"""Epochs from which it is told how fast a run goes."""


class Clock(NamedTuple):
    """What a unit says at the end of each epoch. Input shape: both (epochs,), ascending; empty: epochs are the unit."""

    epochs: Floats = np.empty(0)
    reads: Floats = np.empty(0)

    def of(self, epoch: ArrayLike) -> Floats:
        """What it says at `epoch`, which may be a fraction; beyond the newest it goes on as in the last epochs."""
        at = np.asarray(epoch, np.float64)
        if not len(self.epochs):
            return at
        knots, reads = np.append(0.0, self.epochs), np.append(0.0, self.reads)
        late = at - knots[-1]
        return np.interp(at, knots, reads) + np.where(late > 0, late * _pace(knots, reads), 0.0)

    def epoch(self, read: float) -> float:
        """The epoch at which it says `read`."""
        if not len(self.epochs) or self.reads[-1] <= 0:
            return read
        knots, reads = np.append(0.0, self.epochs), np.append(0.0, self.reads)
        late, pace = read - reads[-1], _pace(knots, reads)
        return float(np.interp(read, reads, knots)) + (max(0.0, late) / pace if pace > 0 else 0.0)


def _pace(knots: Floats, reads: Floats) -> float:
    """What an epoch took lately: a machine that has less to do than before is faster from then on."""
    back = max(0, len(knots) - 1 - _LATELY)
    return float((reads[-1] - reads[back]) / (knots[-1] - knots[back]))


class Window(NamedTuple):
    """A part of a run, in epochs. Its end is None while it goes along with the newest epoch."""

    span: float
    end: float | None = None

    def within(self, whole: tuple[float, float]) -> tuple[float, float]:
        """From where to where, as far as the run goes."""
        first, last = whole
        span = min(self.span, last - first)
        end = last if self.end is None else min(max(self.end, first + span), last)
        return end - span, end


def zoomed(shown: tuple[float, float], whole: tuple[float, float], factor: float, around: float) -> Window | None:
    """`shown` made `factor` times as long, with `around` staying where it is; None where that is all of it."""
    start, end = shown
    span = max(_LEAST_SPAN, (end - start) * factor)
    if span >= whole[1] - whole[0]:
        return None
    share = min(max((around - start) / (end - start), 0.0), 1.0)
    return _placed(start + share * (end - start) + (1 - share) * span, span, whole)


def panned(shown: tuple[float, float], whole: tuple[float, float], share: float) -> Window | None:
    """`shown` moved by a `share` of its length, later if positive; None where it is all there is."""
    span = shown[1] - shown[0]
    return None if span >= whole[1] - whole[0] else _placed(shown[1] + share * span, span, whole)


def _placed(end: float, span: float, whole: tuple[float, float]) -> Window:
    end = max(end, whole[0] + span)
    return Window(span, None if end >= whole[1] - 1e-9 else end)


def extent(first: float, newest: float, planned: int, *, going: bool) -> tuple[float, float]:
    """The epochs that a whole run is shown over: all that there are and, while it goes on, a little room for more."""
    if first < newest < 1:
        newest = 1
    elif going and newest < planned:
        newest = min(planned, max(newest, math.ceil(_LADDER ** math.ceil(math.log(max(newest, 2), _LADDER) - 1e-9))))
    return first, max(newest, first + 1)


def ticks(shown: tuple[float, float], width: int, unit: Unit) -> list[tuple[float, str]]:
    """Round numbers on an axis of `width` cells, and how they are written; the start has one if it has room."""
    count = max(2, width // _CELLS_A_TICK)
    if unit == "seconds":
        return [(at, _duration(at)) for at in _round_times(*shown, count)]
    found = nice_ticks(*shown, count, whole=True)
    labelled = list(zip(found, tick_labels(found), strict=True))
    if shown[0] not in found and shown[0] == int(shown[0]):
        labelled.append((shown[0], f"{shown[0]:,.0f}"))  # last: it gives way where it would touch its neighbour
    return labelled


def _round_times(low: float, high: float, count: int) -> Sequence[float]:
    span = high - low
    if span < count or span > _SECONDS[-1] * count:
        scale = 1 if span < count else _SECONDS[-1]
        return [tick * scale for tick in nice_ticks(low / scale, high / scale, count)]
    step = next(step for step in _SECONDS if span / step <= count)
    return [float(place * step) for place in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _duration(seconds: float) -> str:
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size and seconds % (size / 4) == 0:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} s" if seconds < 60 else numbers.duration(seconds)
