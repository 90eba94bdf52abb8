"""How much of the differences between trials each setting explains."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import fmean
from typing import Any, NamedTuple

from engine.sweeps.ranges import Range
from engine.sweeps.sweep import Sweep
from engine.sweeps.trials import Trial

FEWEST = 4
"""Completed trials, below which nothing is said."""
PIECES = 4
"""That a range of numbers is cut into."""


class Importance(NamedTuple):
    """Share of each setting; and how that was told."""

    shares: dict[str, float]
    how: str


def importance(sweep: Sweep, trials: Iterable[Trial]) -> Importance | None:
    """Of the settings among the completed trials; None where these are too few, or all alike.

    With Optuna its PED-ANOVA (Watanabe, Bansal & Hutter, IJCAI 2023), which asks what the best tenth of the trials has
    in common; of a grid, and without Optuna, the share of the variance that lies between the values of one setting.
    """
    completed = [trial for trial in trials if trial.value is not None]
    if len(completed) < FEWEST or len({trial.value for trial in completed}) < 2:
        return None
    if sweep.sampler != "grid":
        from engine.sweeps import tpe

        if tpe.installed():
            return Importance(tpe.importances(sweep.over, completed), "PED-ANOVA")
    return Importance(variance_explained(sweep.over, completed), "share of the variance")


def variance_explained(over: Sequence[Range], completed: Sequence[Trial]) -> dict[str, float]:
    """Between the values of each setting, of all variance (η²); of a range of numbers between four pieces of it."""
    values = [trial.value for trial in completed if trial.value is not None]
    mean = fmean(values)
    total = sum((value - mean) ** 2 for value in values)
    found = {}
    for each in over:
        groups: dict[Any, list[float]] = {}
        for trial, value in zip(completed, values, strict=True):
            groups.setdefault(_piece(each, trial.settings[each.name]), []).append(value)
        between = sum(len(group) * (fmean(group) - mean) ** 2 for group in groups.values())
        found[each.name] = between / total if total else 0.0
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def _piece(over: Range, value: Any) -> Any:
    return value if over.values else min(PIECES - 1, int(over.place(value) * PIECES))
