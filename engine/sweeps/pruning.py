"""When a trial is not worth going on with: the median rule, on the curve of its first seed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median

from engine.sweeps.trials import Trial

STARTUP = 5
"""So many completed trials are waited for before any is pruned."""


def hopeless(curve: Sequence[float], earlier: Iterable[Trial]) -> bool:
    """Whether the best of `curve` so far is worse than the median of what the completed trials among `earlier` had in
    this very epoch.

    The rule of Golovin et al., Google Vizier, KDD 2017, as Optuna's MedianPruner has it. All curves are those of the
    first seed: like is held against like.
    """
    completed = [trial.curve for trial in earlier if trial.state == "completed"]
    if not curve or len(completed) < STARTUP:
        return False
    there = [other[len(curve) - 1] for other in completed if len(other) >= len(curve)]
    return bool(there) and min(curve) > median(there)
