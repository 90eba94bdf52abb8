"""Test items for the pad, by their number: a few blocks of them in memory, the others asked for."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.queries.messages import Reconstruct, Reconstruction

Floats = NDArray[np.float32]

BLOCK = 16
"""Items that are asked for together."""
KEPT = 8
"""Blocks."""


class Items:
    """Of one run. Places count from 0."""

    def __init__(self) -> None:
        self.at: int | None = None
        """The one that was put on the pad last."""
        self.awaited: int | None = None
        """The one that is on its way."""
        self._blocks: dict[int, Floats] = {}

    @property
    def latest(self) -> int | None:
        """The one that was asked for last."""
        return self.at if self.awaited is None else self.awaited

    def ask(self, place: int, run_id: str) -> Reconstruct | None:
        """Have the item at `place`; the question for it, where it is not here."""
        self.awaited = place
        start = place // BLOCK * BLOCK
        return None if start in self._blocks else Reconstruct(run_id=run_id, start=start, count=BLOCK, noise=False)

    def came(self, query: Reconstruct, answer: Reconstruction) -> None:
        """Items that were asked for."""
        while len(self._blocks) >= KEPT:
            self._blocks.pop(next(iter(self._blocks)))
        self._blocks[query.start] = answer.targets

    def give_up(self) -> None:
        """The item that is on its way will not come."""
        self.awaited = None

    def found(self) -> Floats | None:
        """The item that was asked for, (height, width, channels), once it is here; None before, and where the part has
        no such item, which is then asked for no more."""
        place = self.awaited
        items = None if place is None else self._blocks.get(place // BLOCK * BLOCK)
        if place is None or items is None:
            return None
        self.awaited = None
        if place % BLOCK >= len(items):
            return None
        self.at = place
        return items[place % BLOCK]
