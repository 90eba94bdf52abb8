"""Runs against each other: what of them can be compared, and whether one is ahead by more than chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from engine.analysis.spread import Spread

MSE = "MSE"
"""The mean squared error over all numbers of the items that are known."""
MEASURED: Mapping[str, str] = {"mse": MSE, "bce": "cross-entropy"}
"""By the setting `reconstruction` that many models have: the mean over all numbers that are known."""

T = TypeVar("T", bound=Hashable)


class Course(NamedTuple):
    """What a run is measured on. Figures of runs on several courses say nothing about which is better."""

    data: str
    fingerprint: str
    validation: float
    """The share that is held out; 0: the test part."""
    normal: str
    noise: str
    """What is done to the input, which makes the task harder."""

    def unlike(self, other: Course) -> str:
        """In words, why a run on this course cannot be compared with one on the `other`; empty if it can."""
        if self.fingerprint != other.fingerprint:
            return f"other data ({self.data})" if self.data != other.data else "other contents of the data"
        if self.normal != other.normal:
            return f"learned from class {self.normal} alone" if self.normal else "learned from all classes"
        if self.noise != other.noise:
            kind = self.noise if other.noise else self.noise.split(" ")[0]
            return f"noisy input ({kind})" if self.noise else "clean input"
        if self.validation != other.validation:
            return f"validated on {self.validation:.0%} held out" if self.validation else "validated on the test part"
        return ""

    def tested_unlike(self, other: Course) -> str:
        """As `unlike` of what is measured on the test part at the end: what was held out makes no difference there."""
        return self.unlike(other._replace(validation=self.validation))


def usual(courses: Sequence[T]) -> T | None:
    """What most have in common, of several the first; None of none."""
    counts = Counter(courses)
    return max(counts, key=lambda course: counts[course], default=None)


class Entry(NamedTuple):
    """One that takes part: its figure, and how far figures of the same recipe lie apart where that is known."""

    figure: float
    recipe: str
    """What it shares with other seeds; those of one recipe do not compete."""
    spread: Spread | None = None


class Ahead(NamedTuple):
    """Who is first."""

    place: int
    beyond: bool | None
    """Whether by more than the spread: mean ± sd of its seeds overlaps with that of no other recipe. None: not known,
    as one of them has no other seeds."""


def ahead(entries: Mapping[int, Entry], *, higher_is_better: bool) -> Ahead | None:
    """Which of `entries`, by place, has the best figure; None where fewer than two recipes compete."""
    sign = -1.0 if higher_is_better else 1.0
    first = min(entries, key=lambda place: sign * entries[place].figure, default=None)
    if first is None:
        return None
    best = entries[first]
    rivals = [entry for entry in entries.values() if entry.recipe != best.recipe]
    if not rivals:
        return None
    ours = best.spread
    if ours is None or ours.sd is None:
        return Ahead(first, None)
    beyond = True
    for theirs in (rival.spread for rival in rivals):
        if theirs is None or theirs.sd is None:
            return Ahead(first, None)
        beyond = beyond and sign * (theirs.mean - ours.mean) > ours.sd + theirs.sd
    return Ahead(first, beyond)
