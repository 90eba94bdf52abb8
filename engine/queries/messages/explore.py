"""A map of codes: items of a part with all that is known of each, to be looked at closely."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from engine.queries.messages.message import PartName, RunAnswer, RunQuery

MOST = 5_000
"""Items of a choice: what a map of dots can show."""


class Explore(RunQuery, frozen=True, kw_only=True):
    """Where do items of a part lie among the codes, and how well does the model know them?"""

    doing: ClassVar[str] = "encoding the items of the map"

    part: PartName | None = None
    """None: the validation part where the run has one, else the test part."""
    most: int = MOST
    """At most so many, of each class its share; 0: all of the part."""
    wanted: Callable[[], bool] | None = None
    """Asked now and then; where it says no, the answer is an error soon."""


class Explored(RunAnswer, frozen=True, kw_only=True, eq=False):
    """The answer, of n items in the order of their part."""

    part: PartName
    of: int
    """Items in the part."""
    places: NDArray[np.int64]
    """(n,), in the part."""
    codes: NDArray[np.float32]
    """(n, code size), of items as they are, without noise."""
    errors: NDArray[np.float32]
    """(n,), mean squared error over what is known."""
    labels: NDArray[np.int64] | None
    """(n,), of `classes`; None where there are fewer than two."""
    classes: tuple[str, ...]
    names: tuple[str, ...] | None
    """What items are called, or what they say."""
    items: NDArray[Any] | None
    """(n, *shape), what is to be answered: bytes for 0 to 1, or float32; None where they take too much memory."""
    beside: NDArray[np.float32]
    """(n, its size), of the simple codes that stand beside the model's."""
    beside_name: str
    spherical: bool
    """Whether codes follow a normal distribution round 0."""
