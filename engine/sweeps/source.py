"""Where trials come from, and where goes what came of them: on one host, the sweep's own file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from engine.sweeps.searches import Search
from engine.sweeps.sweep import Sweep
from engine.sweeps.trials import JUDGED, Asked, Judged, Record, Trial


class Source(Protocol):
    """Gives trials out, in order."""

    def next(self) -> Trial | None:
        """The next trial to begin or to go on with, noted down; None where there is none at present."""

    def earlier(self, number: int) -> Sequence[Trial]:
        """The trials that trial `number` may be held against."""

    def judge(self, line: Judged) -> Trial:
        """Note down what came of a trial; on the disk before this returns."""

    @property
    def left(self) -> bool:
        """Whether trials may still be given out, now or later."""


class OwnTrials:
    """All trials of a sweep, by their numbers. Trials that a former life of the sweep left come first, as they were."""

    def __init__(self, sweep: Sweep, record: Record, search: Search) -> None:
        self._sweep = sweep
        self._record = record
        self._search = search
        self._given: set[int] = set()

    def next(self) -> Trial | None:
        """Of the lowest number that is neither judged nor given out, once those that it depends on are judged."""
        number = self._lowest
        if number is None or not self._ready(number):
            return None
        self._given.add(number)
        known = self._record.trials.get(number)
        if known is not None:
            return known
        return self._record.add(Asked(number=number, settings=self._settings(number)))

    def _settings(self, number: int) -> dict[str, Any]:
        newest = number - self._sweep.lag
        earlier = [
            trial if trial.number <= newest else Trial(number=trial.number, settings=trial.settings)
            for trial in (self._record.trials[place] for place in range(number))
        ]
        return dict(self._search.settings(number, earlier))

    @property
    def _lowest(self) -> int | None:
        open_ones = (
            number for number in range(self._sweep.trials) if number not in self._given and not self._over(number)
        )
        return next(open_ones, None)

    def _over(self, number: int) -> bool:
        trial = self._record.trials.get(number)
        return trial is not None and trial.state in JUDGED

    def _ready(self, number: int) -> bool:
        if not self._sweep.waits:
            return True
        return all(self._over(other) or self._failed_now(other) for other in range(number - self._sweep.lag + 1))

    def _failed_now(self, number: int) -> bool:
        trial = self._record.trials.get(number)
        return number in self._given and trial is not None and trial.state == "failed"

    @property
    def left(self) -> bool:
        """Whether there is one to give out still, however long it has to wait."""
        return self._lowest is not None

    def earlier(self, number: int) -> Sequence[Trial]:
        """Those up to the sweep's lag before it."""
        return [self._record.trials[place] for place in range(max(0, number - self._sweep.lag + 1))]

    def judge(self, line: Judged) -> Trial:
        """Note it down."""
        return self._record.add(line)
