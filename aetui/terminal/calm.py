"""An app that collects garbage while nobody types.

With TensorFlow loaded a full collection stops every thread for 25 to 60 ms, and while keys come there is one every
second or two: the slowest answers to keys were those.
"""

from __future__ import annotations

import gc
from time import monotonic

from textual import events

from aetui.terminal.driven import Driven

LOOK_SECONDS = 1.0
REST_SECONDS = 1.5
"""How long no key came when it is time."""
EVERY_SECONDS, LATEST_SECONDS = 10.0, 60.0
"""From one full collection to the next, at rest and while keys come all the time."""
SELDOM = 1_000
"""Collections of the middle generation until Python makes a full one of its own; 10 unless set."""


class Calm(Driven):
    """Call `collect_at_rest` once the first frame stands."""

    def __init__(self) -> None:
        super().__init__()
        self._typed = self._collected = monotonic()
        self._thresholds: tuple[int, int, int] | None = None

    def collect_at_rest(self) -> None:
        """Have full collections wait for a rest, until the app ends."""
        self._thresholds = gc.get_threshold()
        gc.set_threshold(*self._thresholds[:2], SELDOM)
        self.set_interval(LOOK_SECONDS, self._collect)

    def on_unmount(self) -> None:
        """What comes after the app is Python's own affair again."""
        if self._thresholds is not None:
            gc.set_threshold(*self._thresholds)
            self._thresholds = None

    async def on_event(self, event: events.Event) -> None:
        """Note when a key or the mouse was used last."""
        if isinstance(event, events.Key | events.MouseEvent):
            self._typed = monotonic()
        await super().on_event(event)

    def _collect(self) -> None:
        now = monotonic()
        passed, rest = now - self._collected, now - self._typed
        if self._thresholds is None or gc.get_count()[2] < self._thresholds[2]:
            return
        if passed >= LATEST_SECONDS or (passed >= EVERY_SECONDS and rest >= REST_SECONDS):
            gc.collect()
            self._collected = monotonic()
