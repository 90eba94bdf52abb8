"""The loss axis: which values it reaches from and to, whether it is logarithmic, and round numbers on it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from aetui.render.series import Floats, tick_labels

_INFINITE = 1e100  # what is beyond has diverged all the same, and its differences would overflow

_RATIO = 5.0
"""Where the highest value is so many times the lowest, equal ratios tell more than equal differences."""

_RARE, _FAR = 98.0, 4.0
"""Values above this percentile are left out if they would make the axis so many times as long."""

_ROOM = 1.0
"""How much longer the axis may get for a baseline to be on it."""

_LEAST = 4
"""Ticks to have wherever there are lines for them."""

_FINER = {1: 2, 1.5: 3, 2: 2, 2.5: 5, 3: 3, 4: 2, 5: 5, 6: 3, 8: 2}
"""Steps between ticks, by mantissa, and the part of a step that the lower end is a multiple of."""

_MANTISSAS: tuple[tuple[float, ...], ...] = ((1,), (1, 3), (1, 2, 5), (1, 1.5, 2, 3, 5, 7))


class Scale(NamedTuple):
    """`low` and `high` are what is drawn at the lower and the upper edge: values, or their logarithms to base 10."""

    low: float
    high: float
    log: bool = False
    ticks: tuple[tuple[float, str], ...] = ()
    """Where they are drawn and what is said there, from below."""

    def of(self, values: ArrayLike) -> Floats:
        """What is drawn for them: NaN where there is none, the edge where they lie beyond it."""
        return np.clip(scaled(values, log=self.log), self.low, self.high)

    def place(self, value: float) -> float:
        """Where one value is drawn, which may be outside; NaN where it cannot be."""
        return float(scaled(value, log=self.log))

    def above(self, values: ArrayLike) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """Which of the values lie above the upper edge."""
        margin = (self.high - self.low) * 1e-9
        return scaled(values, log=self.log) > self.high + margin

    def row(self, drawn: float, rows: int) -> int:
        """The line, 0 the upper one, that a place on the axis has among `rows`; one outside has the nearest."""
        share = (drawn - self.low) / (self.high - self.low)
        return rows - 1 - min(max(math.floor(0.5 + (rows - 1) * share), 0), rows - 1)


EMPTY = Scale(0.0, 1.0)


def drawable(values: ArrayLike) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Which of them are numbers that an axis can reach to."""
    return np.abs(np.asarray(values, np.float64)) < _INFINITE


def scaled(values: ArrayLike, *, log: bool) -> Floats:
    """The values or their logarithms to base 10; NaN where there is none."""
    y = np.asarray(values, np.float64)
    there = drawable(y) & (y > 0) if log else drawable(y)
    y = np.where(there, y, 1.0)
    return np.where(there, np.log10(y) if log else y, np.nan)


def chosen(values: ArrayLike, rows: int, *, log: bool | None = None, beside: float | None = None) -> Scale:
    """The axis in `rows` lines for these values; those that are not finite count for nothing.

    `log` None decides by the range. Asked for where no value is positive, it is linear all the same. `beside` is one
    more value, which is only to be on the axis where the others leave it room.
    """
    y = np.asarray(values, np.float64)
    y = y[drawable(y)]
    if not len(y):
        return EMPTY
    low, high = _usual(y)
    if log is None:
        log = bool(y.min() > 0) and high / low >= _RATIO
    log = log and bool((y > 0).any())
    if log:
        low, high = _usual(np.log10(y[y > 0]))
    low, high = _with(*_apart(low, high, log=log), beside, log=log)
    ticks = ticks_between(low, high, rows, log=log)
    if ticks:
        low = min(low, ticks[0])
    labels = [text for tick in ticks for text in tick_labels([10**tick])] if log else tick_labels(ticks)
    return Scale(low, high, log, tuple(zip(ticks, labels, strict=True)))


def _usual(y: Floats) -> tuple[float, float]:
    """From the lowest to the highest, a few that stand far out above left out."""
    low, high = float(y.min()), float(y.max())
    usual = float(np.percentile(y, _RARE))
    far = high - low > _FAR * (usual - low) > 0
    return low, (usual + (usual - low) / 8 if far else high)


def _apart(low: float, high: float, *, log: bool) -> tuple[float, float]:
    """A range around one value where there is no other."""
    if high - low > 1e-9 * max(abs(low), abs(high)):
        return low, high
    margin = 0.05 if log else abs(high) / 10 or 0.5
    return low - margin, high + margin


def _with(low: float, high: float, beside: float | None, *, log: bool) -> tuple[float, float]:
    if beside is None or not math.isfinite(beside) or (log and beside <= 0):
        return low, high
    at = math.log10(beside) if log else beside
    wider = min(low, at), max(high, at)
    return wider if wider[1] - wider[0] <= (1 + _ROOM) * (high - low) else (low, high)


def ticks_between(low: float, high: float, rows: int, *, log: bool) -> list[float]:
    """Where the axis from `low` to `high` (logarithms with `log`) has ticks: the lowest at or below `low`, where the
    axis then begins; at least four in as many `rows`, never two in a line."""
    if rows < 1:
        return []
    if not log:
        return _linear(low, high, rows)
    bottom, top = 10.0**low, 10.0**high
    if top < 2 * bottom:
        even = _thinned([math.log10(tick) for tick in _linear(bottom, top, rows) if tick > 0], high, rows)
        return even if len(even) >= min(_LEAST, rows) else _one_a_line(even[0], high, rows, log=True)
    return _logarithmic(bottom, top, rows)


def _linear(low: float, high: float, rows: int) -> list[float]:
    best: list[float] = []
    for most, mantissas in product((_most(rows), _most(rows) + 2), ((1, 2, 2.5, 5), tuple(_FINER))):
        for step, finer in _steps(high - low, mantissas):
            ticks = _multiples(low, high, step, step / finer)
            if len(ticks) <= most:
                best = max(best, _thinned(ticks, high, rows), key=len)
                if len(best) >= min(_LEAST, rows):
                    return best
    return max(best, _one_a_line(best[0], high, rows, log=False), key=len)


def _steps(span: float, mantissas: Sequence[float]) -> list[tuple[float, int]]:
    """Steps for a range, from fine to coarse, and how many parts of them the lower end may begin at."""
    first = math.floor(math.log10(span)) - 2
    return [
        (float(f"{mantissa}e{exponent}"), _FINER[mantissa])
        for exponent in range(first, first + 4)
        for mantissa in mantissas
    ]


def _multiples(low: float, high: float, step: float, fine: float) -> list[float]:
    """The lower end, a multiple of `fine`, and the multiples of `step` above it."""
    bottom = math.floor(low / fine + 1e-9) * fine
    first, last = math.ceil(bottom / step - 1e-9), math.floor(high / step + 1e-9)
    ticks = [bottom, *(place * step for place in range(first, last + 1) if place * step > bottom + fine / 2)]
    return [float(f"{tick:.12g}") for tick in ticks]


def _logarithmic(low: float, high: float, rows: int) -> list[float]:
    most, decades = _most(rows), math.log10(high / low)
    unit = 10.0 ** math.floor(math.log10(low) + 1e-9)
    bottom = unit if decades > 3 else float(f"{math.floor(low / unit + 1e-9) * unit:.12g}")
    best: list[float] = []
    too_many: list[float] = []
    for mantissas in _MANTISSAS:
        ticks = [tick for tick in _of_mantissas(bottom, high, mantissas) if tick > bottom * (1 + 1e-9)]
        found = _thinned([math.log10(tick) for tick in (bottom, *ticks)], math.log10(high), rows)
        if len(found) > most or (len(ticks) >= most and len(best) >= _LEAST):
            too_many = found
            break
        best = max(best, found, key=len)
    if len(best) >= min(_LEAST, rows):
        return best
    if too_many:
        few = too_many[:: math.ceil(len(too_many) / most)]
        return few if len(few) >= _LEAST else too_many
    return max(best, _one_a_line(math.log10(bottom), math.log10(high), rows, log=True), key=len)


def _one_a_line(low: float, high: float, rows: int, *, log: bool) -> list[float]:
    """The roundest numbers that fall into some of the lines, evenly chosen; with `log` all are logarithms."""
    ticks, half = [low], (high - low) / max(1, rows - 1) / 2
    for line in sorted({round(part * (rows - 1) / (_LEAST - 1)) for part in range(1, _LEAST)}):
        ends = low + (2 * line - 0.9) * half, min(low + (2 * line + 0.9) * half, high)
        ticks.append(math.log10(_roundest(*(10**end for end in ends))) if log else _roundest(*ends))
    return _thinned(ticks, high, rows)


def _roundest(low: float, high: float) -> float:
    """A number between the two with as few digits as there can be."""
    unit = 10.0 ** math.ceil(math.log10(max(abs(low), abs(high))))
    while math.floor(high / unit) * unit < low:
        unit /= 10
    return float(f"{math.floor(high / unit) * unit:.12g}")


def _of_mantissas(low: float, high: float, mantissas: Sequence[float]) -> list[float]:
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    every = [float(f"{mantissa}e{exponent}") for exponent in range(first, last + 1) for mantissa in mantissas]
    return [tick for tick in every if low * (1 - 1e-9) <= tick <= high * (1 + 1e-9)]


def _most(rows: int) -> int:
    """Ticks that are not too many for so many lines."""
    return max(_LEAST + 1, min(rows // 2, 10))


def _thinned(ticks: list[float], high: float, rows: int) -> list[float]:
    """Those that have a line of their own; the lowest stays."""
    scale = Scale(ticks[0], max(high, ticks[-1]))
    if scale.high <= scale.low:
        return ticks[:1]
    kept, line = ticks[:1], rows - 1
    for tick in ticks[1:]:
        if scale.row(tick, rows) < line:
            kept.append(tick)
            line = scale.row(tick, rows)
    return kept
