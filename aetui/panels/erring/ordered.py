"""Items in the order of one of their errors, with a cursor among them and some that are marked."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from aetui.render.score_strips import Axis, Group, axis_of
from aetui.render.text import plain
from engine.queries.messages import Measured, Measurement

Places = NDArray[np.int64]


class Ordered:
    """An answer as it is looked through. Ranks and places begin with 0; a place is that in the part."""

    def __init__(self, measured: Measured) -> None:
        self.measured = measured
        self.marked: set[int] = set()
        """Places."""
        self.worst_first = True
        self.rank = 0
        """Of the item under the cursor."""
        self._measure = 0
        self._label: int | None = None

    @property
    def measure(self) -> Measurement:
        """What they are ordered by."""
        return self.measured.measures[self._measure]

    @property
    def label(self) -> str:
        """The only class that is shown; empty where all are."""
        return "" if self._label is None else plain(self.measured.classes[self._label])

    @cached_property
    def order(self) -> Places:
        """The places of all that are shown."""
        values = self.measure.values
        places = np.arange(len(values))
        if self._label is not None and self.measured.labels is not None:
            places = places[self.measured.labels == self._label]
        chosen = values[places]
        found: Places = places[np.argsort(-chosen if self.worst_first else chosen, kind="stable")]
        return found

    @property
    def values(self) -> NDArray[np.float32]:
        """Of all that are shown, in no order."""
        found: NDArray[np.float32] = self.measure.values[self.order]
        return found

    @property
    def place(self) -> int:
        """Of the item under the cursor."""
        return int(self.order[self.rank])

    @property
    def value(self) -> float:
        """What the item under the cursor is ordered by."""
        return float(self.measure.values[self.place])

    # Moving.

    def move(self, by: int) -> bool:
        """So many items further on, back if negative; whether there was anything to move to."""
        before = self.rank
        self.rank = min(max(0, self.rank + by), len(self.order) - 1)
        return self.rank != before

    def axis(self, columns: int) -> Axis:
        """Of their histogram; whatever the cursor is at, it stays."""
        return axis_of([Group("", self.values)], float(np.median(self.values)), columns)

    def move_column(self, by: int, columns: int) -> bool:
        """To the next column of the histogram that has items, to the right if positive: to the item there that is the
        nearest. Whether there was one."""
        axis = self.axis(columns)
        at = axis.column(self.value)
        finite = np.clip(self.values.astype(np.float64), axis.low, axis.high)
        there = np.minimum((finite - axis.low) / axis.step, axis.columns - 1).astype(np.int64)
        beyond = np.flatnonzero(there > at if by > 0 else there < at)
        if not len(beyond):
            return False
        wanted = there[beyond].min() if by > 0 else there[beyond].max()
        rows = beyond[there[beyond] == wanted]
        # The order is by value: of those in a column the first or the last one is the nearest to the cursor.
        self.rank = int(rows[-1] if (by > 0) == self.worst_first else rows[0])
        return True

    def edge(self, last: bool) -> None:
        """To the first item, or to the last."""
        self.rank = len(self.order) - 1 if last else 0

    # What is shown, and how.

    def next_measure(self) -> None:
        """Order by what comes next, the cursor on the first."""
        self._measure = (self._measure + 1) % len(self.measured.measures)
        self._again()

    def turn(self) -> None:
        """The other way round, the cursor on the first."""
        self.worst_first = not self.worst_first
        self._again()

    def next_class(self) -> None:
        """The items of the next class that has any; after the last one all of them. The cursor stays where it can."""
        kept, labels = self.place, self.measured.labels
        there = [None, *([] if labels is None else np.unique(labels).tolist())]
        self._label = there[(there.index(self._label) + 1) % len(there)]
        self._again()
        found = np.flatnonzero(self.order == kept)
        self.rank = int(found[0]) if len(found) else 0

    def take(self, before: Ordered) -> None:
        """Show the same as `before`, of items that were measured once more: order, class, marks and the item under the
        cursor."""
        keys = [each.key for each in self.measured.measures]
        kept = before.place
        self._measure = keys.index(before.measure.key) if before.measure.key in keys else 0
        self.worst_first, self._label, self.marked = before.worst_first, before._label, set(before.marked)
        self._again()
        found = np.flatnonzero(self.order == kept)
        self.rank = int(found[0]) if len(found) else 0

    def mark(self) -> None:
        """The item under the cursor, or take its mark away."""
        self.marked ^= {self.place}

    def _again(self) -> None:
        self.__dict__.pop("order", None)
        self.rank = 0

    # Words.

    def name_of(self, place: int) -> str:
        """Its name in the data, else its number from 1 on."""
        names = self.measured.names
        return plain(names[place]) if names is not None else f"item {place + 1:,}"

    def class_of(self, place: int) -> str:
        """Empty where there is none."""
        labels = self.measured.labels
        return "" if labels is None else plain(self.measured.classes[int(labels[place])])
