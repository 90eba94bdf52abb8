"""Runs that are marked to race, each with a place that it keeps: it gives number, colour and line."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from engine.errors import UsageError

if TYPE_CHECKING:
    from engine.runs.store import RunStore

MOST = 6
"""Runs that race at once: more curves than that cannot be told apart."""
FULL = f"{MOST} runs are marked, and no more can race at once; space on a marked one takes its mark away"


class Marks:
    """By id. A place that is free again goes to the next run that is marked; nobody else moves."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, run_id: object) -> bool:
        return run_id in self._places

    @property
    def runs(self) -> list[str]:
        """The ids, by place."""
        return sorted(self._places, key=self._places.__getitem__)

    @property
    def places(self) -> dict[str, int]:
        """The place of each, from 0 on."""
        return dict(self._places)

    def switch(self, run_id: str) -> bool:
        """Mark the run, or take its mark away; False where no more can be marked."""
        if self._places.pop(run_id, None) is not None:
            return True
        free = [place for place in range(MOST) if place not in self._places.values()]
        if not free:
            return False
        self._places[run_id] = free[0]
        return True

    def keep(self, run_ids: Collection[str]) -> None:
        """Take the marks of all others away: those runs are gone."""
        self._places = {run_id: place for run_id, place in self._places.items() if run_id in run_ids}

    def clear(self) -> None:
        """Take all marks away."""
        self._places.clear()


def places(store: RunStore, words: Sequence[str]) -> dict[str, int]:
    """The runs that `words` mean, in their order, each with a place.

    Raises:
        UsageError: there is none of a name, or there are too many.
    """
    ids = list(dict.fromkeys(store.find(word).id for word in words))
    if len(ids) > MOST:
        raise UsageError(
            "Too many runs", f"expected up to {MOST} runs, got {len(ids)}: more curves cannot be told apart"
        )
    return {run_id: place for place, run_id in enumerate(ids)}
