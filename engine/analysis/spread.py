"""How far figures lie apart: what several seeds of one recipe reached."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite
from statistics import fmean, stdev

import msgspec


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """Of `n` figures the mean, the sample standard deviation (None for a single one), the lowest and the highest."""

    n: int
    mean: float
    sd: float | None
    low: float
    high: float


def spread(figures: Iterable[float]) -> Spread | None:
    """Of those of `figures` that are finite; None if there is none."""
    finite = [figure for figure in figures if isfinite(figure)]
    if not finite:
        return None
    sd = stdev(finite) if len(finite) > 1 else None
    return Spread(n=len(finite), mean=fmean(finite), sd=sd, low=min(finite), high=max(finite))
