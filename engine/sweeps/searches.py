"""What the next trial is to try. A search keeps no state: its answer depends on the sweep, the trial's number and the
trials that it may know of, so that one that was killed goes on as if it had not been.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import product
from random import Random
from typing import Any, Literal, Protocol, get_args

from engine.errors import UsageError, counted
from engine.sweeps.ranges import Range, rounded
from engine.sweeps.trials import Trial

Sampler = Literal["tpe", "random", "grid"]
SAMPLERS: tuple[Sampler, ...] = get_args(Sampler)


class Search(Protocol):
    """Gives trials their settings."""

    learns: bool
    """Whether it looks at earlier trials."""

    def settings(self, number: int, earlier: Sequence[Trial]) -> Mapping[str, Any]:
        """Of trial `number`; `earlier` are those before it, in order; of the newest only settings may be known."""


class Grid:
    """Every combination, the last setting changing fastest."""

    learns = False

    def __init__(self, over: Sequence[Range]) -> None:
        self._over = over

    def settings(self, number: int, earlier: Sequence[Trial]) -> Mapping[str, Any]:
        """The combination of that number."""
        del earlier
        found: dict[str, Any] = {}
        for each in reversed(self._over):
            number, place = divmod(number, len(each.values))
            found[each.name] = each.values[place]
        return {each.name: found[each.name] for each in self._over}

    def every(self) -> list[dict[str, Any]]:
        """All of them, in order."""
        names = [each.name for each in self._over]
        return [dict(zip(names, values, strict=True)) for values in product(*(each.values for each in self._over))]


class RandomSearch:
    """Every setting drawn by itself, evenly over its range."""

    learns = False

    def __init__(self, over: Sequence[Range], seed: int) -> None:
        self._over = over
        self._seed = seed

    def settings(self, number: int, earlier: Sequence[Trial]) -> Mapping[str, Any]:
        """Keyed by seed, number and the setting's name."""
        del earlier
        return {
            each.name: rounded(each, each.at(Random(f"{self._seed} {number} {each.name}").random()))
            for each in self._over
        }


def check_grid(over: Sequence[Range]) -> int:
    """How many trials a grid has. Raises UsageError where a setting has a range without a number of values."""
    for each in over:
        if not each.values:
            raise UsageError(
                "No grid",
                f"expected values for {each.name}, got the range {each.text}; give them with commas between, or say "
                f"how many: {each.name}={each.text}/5",
            )
    return math.prod(len(each.values) for each in over)


def check_trials(sampler: Sampler, over: Sequence[Range], trials: int | None) -> int:
    """How many trials there are to be. Raises UsageError where that cannot be meant."""
    if sampler != "grid":
        if trials is None:
            raise UsageError("How many trials?", f"expected --trials N with the sampler {sampler}")
        return trials
    whole = check_grid(over)
    if trials is not None and trials < whole:
        raise UsageError(
            "Too few trials",
            f"this grid has {counted(whole, 'combination')}, --trials {trials}; leave --trials out for all of them, or "
            "take --sampler random",
        )
    return whole


def search(sampler: Sampler, over: Sequence[Range], seed: int) -> Search:
    """The search of that name. Raises UsageError where it needs Optuna and that is not installed."""
    if sampler == "grid":
        return Grid(over)
    if sampler == "random":
        return RandomSearch(over, seed)
    from engine.sweeps.tpe import TreeParzen

    return TreeParzen(over, seed)
