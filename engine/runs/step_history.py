"""The training loss of every step of a run in a bounded number of points: no extreme is lost, however long it is."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from engine.events import StepLoss

MOST = 2_000
"""Points of a history."""
AT_ONCE = 16
"""Points that an event tells: beside what else it says they have room in a heartbeat (`engine.runs.heartbeat`)."""


def _floats() -> array[float]:
    return array("d")


def _counts() -> array[int]:
    return array("q")


@dataclass(frozen=True)
class StepHistory:
    """Points in order, as columns of equal length that NumPy takes without a copy. It never changes.

    A point is of one step at first. When there are more than `MOST`, neighbours become one: the lower of the lows, the
    higher of the highs, the mean weighted by steps.
    """

    epoch: array[float] = field(default_factory=_floats)
    """Where each point ends: epochs complete, and the share of the one under way; it rises."""
    steps: array[int] = field(default_factory=_counts)
    """How many steps each is of."""
    low: array[float] = field(default_factory=_floats)
    high: array[float] = field(default_factory=_floats)
    mean: array[float] = field(default_factory=_floats)
    seconds: array[float] = field(default_factory=_floats)
    """Training time of the run until each ends."""
    width: int = 1
    """Steps that a point is to have."""

    def __len__(self) -> int:
        return len(self.epoch)

    def __iter__(self) -> Iterator[StepLoss]:
        return map(StepLoss, self.epoch, self.steps, self.low, self.high, self.mean, self.seconds)

    def and_then(self, batches: Iterable[StepLoss]) -> StepHistory:
        """These and later ones. What ends no later than the last point is known already: a run that was resumed repeats
        its steps, and an event can be read twice."""
        last = self.epoch[-1] if self.epoch else 0.0
        width = self.width
        points: list[StepLoss] = []
        kept = len(self)
        for batch in batches:
            if not batch.epoch > last:
                continue
            last = batch.epoch
            if not points and kept:  # the last point may have room
                kept -= 1
                points.append(self._last())
            if points and points[-1].steps + batch.steps <= width:
                points[-1] = joined((points[-1], batch))
            else:
                points.append(batch)
        if not points:
            return self
        if kept + len(points) <= MOST:
            return self._with(kept, points, width)
        points = [*self][:kept] + points
        while len(points) > MOST:
            points = [joined(points[place : place + 2]) for place in range(0, len(points), 2)]
            width = max(2 * width, sorted(point.steps for point in points)[len(points) * 3 // 4])
        return StepHistory()._with(0, points, width)

    def until(self, epoch: float) -> StepHistory:
        """Those that begin before `epoch`, which may be a fraction. One that reaches beyond stays whole: the steps in
        it come again as they were."""
        place = bisect_left(self.epoch, epoch) + 1 if epoch > 0 else 0
        return self if place >= len(self) else self._with(place, (), self.width)

    def _last(self) -> StepLoss:
        return StepLoss(self.epoch[-1], self.steps[-1], self.low[-1], self.high[-1], self.mean[-1], self.seconds[-1])

    def _with(self, kept: int, points: Sequence[StepLoss], width: int) -> StepHistory:
        """The first `kept` points, and others after them."""
        return StepHistory(
            epoch=self.epoch[:kept] + array("d", [point.epoch for point in points]),
            steps=self.steps[:kept] + array("q", [point.steps for point in points]),
            low=self.low[:kept] + array("d", [point.low for point in points]),
            high=self.high[:kept] + array("d", [point.high for point in points]),
            mean=self.mean[:kept] + array("d", [point.mean for point in points]),
            seconds=self.seconds[:kept] + array("d", [point.seconds for point in points]),
            width=width,
        )


def joined(points: Sequence[StepLoss]) -> StepLoss:
    """One point for some in a row."""
    if len(points) == 1:
        return points[0]
    steps = sum(point.steps for point in points)
    return StepLoss(
        epoch=points[-1].epoch,
        steps=steps,
        low=min(point.low for point in points),
        high=max(point.high for point in points),
        mean=sum(point.mean * point.steps for point in points) / steps,
        seconds=points[-1].seconds,
    )


def thinned(points: Sequence[StepLoss], most: int = AT_ONCE) -> tuple[StepLoss, ...]:
    """At most `most` points for all of them."""
    together = -(-len(points) // most)
    return tuple(joined(points[place : place + together]) for place in range(0, len(points), max(1, together)))
