"""The codes of a film in one plane, which stays the same while they move."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from aetui.render.scatter import limits
from engine.analysis import plane

if TYPE_CHECKING:
    from engine.runs.snapshots import Samples

MOST = 1_500
"""Points: with more a film has no more to tell, and is larger."""
SEVERAL = 2
"""Numbers of a code that are its place in the plane; of more of them principal components are."""

Points = NDArray[np.float32]


class Cloud(NamedTuple):
    """Points of each epoch, (n, 2), not finite where the codes were not; with what each belongs to."""

    points: list[Points]
    members: NDArray[np.int64]
    names: list[str]
    """Of the groups; none where no classes are known."""
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    """The least and the greatest x and y that are drawn, of the whole film."""
    numbers: int
    """Of a code."""

    @property
    def title(self) -> str:
        """What is seen."""
        if self.numbers > SEVERAL:
            return f"{self.numbers} numbers, two components"
        return "1 number" if self.numbers == 1 else f"{self.numbers} numbers"


def cloud(samples: Sequence[Samples], numbers: int, names: Sequence[str]) -> Cloud | None:
    """That of the epochs `samples`; None where one of them keeps no points, or none of them is finite. `names` are
    those of the classes, where the samples have none."""
    first = samples[0].views.get("point_labels")
    found = [each.views.get("points") for each in samples]
    count = len(found[0]) if found[0] is not None else 0
    if not count or any(points is None or len(points) != count for points in found):
        return None
    labels = first if first is not None and len(first) == count else np.zeros(count, np.int64)
    chosen = plane.stratified(labels, MOST)
    points = [np.asarray(each[chosen], np.float32) for each in found if each is not None]
    if numbers > SEVERAL:
        points = aligned(points)
    every = np.concatenate(points)
    every = every[np.isfinite(every).all(axis=1)]
    if not len(every):
        return None
    low, high = limits(every.astype(np.float64))
    classes, members = np.unique(labels[chosen], return_inverse=True)
    known = samples[0].classes
    said = [str(name) for name in known.tolist()] if known is not None else list(names)
    called = [said[label] if 0 <= label < len(said) else str(label) for label in classes.tolist()]
    return Cloud(points, members, called if len(called) > 1 else [], low, high, numbers)


def aligned(points: Sequence[Points]) -> list[Points]:
    """The same, each turned and mirrored so that it lies as near as can be to the one after it; the last one stays.

    Principal components are found anew after each epoch: where two have about the same variance they change places, and
    a plane that turned by itself would look like codes that move. No distance within an epoch changes.
    """
    turned: list[Points] = [np.asarray(points[-1], np.float32)]
    for each in reversed(points[:-1]):
        turned.append(_onto(each, turned[-1]))
    return turned[::-1]


def _onto(points: NDArray[Any], goal: Points) -> Points:
    """Orthogonal Procrustes: the rotation or reflection of `points` with the least squares to `goal`, over those rows
    that are finite in both."""
    there = np.isfinite(points).all(axis=1) & np.isfinite(goal).all(axis=1)
    if there.sum() < SEVERAL:
        return np.asarray(points, np.float32)
    ours, theirs = points[there].astype(np.float64), goal[there].astype(np.float64)
    ours -= ours.mean(axis=0)
    theirs -= theirs.mean(axis=0)
    left, _, right = np.linalg.svd(ours.T @ theirs)
    return np.asarray(points @ (left @ right), np.float32)
