"""Whether a cure helps: runs with the fault beside runs that were cured, on a measure that both share."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isfinite
from statistics import fmean, stdev
from typing import Literal

import msgspec

Judgement = Literal["better", "worse", "no different"]


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a trial. Errors are in the order of the seeds; lower is better."""

    measure: str
    """What was measured, in words."""
    faults: tuple[float, ...]
    cures: tuple[float, ...]
    gone: int
    """Of how many of the cured runs the fault is gone."""

    @property
    def judgement(self) -> Judgement:
        """`better`: by more than the spread, the worst of the cured being better than the best of the others."""
        if max(self.cures) < min(self.faults):
            return "better"
        return "worse" if min(self.cures) > max(self.faults) else "no different"

    @property
    def cured(self) -> bool:
        """Whether the cure helps, as far as so many seeds can tell."""
        return self.judgement == "better"

    @property
    def text(self) -> str:
        """In words."""
        fault, cure = told(self.faults), told(self.cures)
        seeds = len(self.faults)
        if self.judgement == "no different":
            beyond = " beyond the spread of the seeds" if seeds > 1 else ""
            said = f"the cure does not help: it makes no difference{beyond}"
        elif self.judgement == "worse":
            said = f"the cure does not help: the error grows{_by(self.faults, self.cures)}"
        else:
            said = f"the cure helps: the error falls{_by(self.cures, self.faults)}"
        left = seeds - self.gone
        if left:
            still = "the fault is still there" + (f" in {left} of {seeds}" if seeds > 1 else "")
        else:
            still = "the fault is gone"
        chance = "; one seed only, --seeds 5 tells it from chance" if seeds == 1 else ""
        return f"{said}; {still} ({self.measure}: {fault} with the fault, {cure} cured{chance})"


def _by(small: Sequence[float], large: Sequence[float]) -> str:
    low, high = fmean(small), fmean(large)
    if not (isfinite(high) and low > 0):
        return ""
    times = high / low
    return f" by a factor of {times:,.3g}" if times >= 2 else f" by {(times - 1) / times:.1%}".replace("%", " %")


def told(values: Sequence[float]) -> str:
    """Mean and spread."""
    if not all(map(isfinite, values)):
        lost = sum(not isfinite(value) for value in values)
        return "no number" if lost == len(values) else f"no number in {lost} of {len(values)}"
    mean = f"{fmean(values):.4g}"
    return f"{mean} ± {stdev(values):.2g}" if len(values) > 1 else mean


def finite_or_worst(value: float | None) -> float:
    """What cannot be measured, or is no number, is worst."""
    return value if value is not None and isfinite(value) else inf
