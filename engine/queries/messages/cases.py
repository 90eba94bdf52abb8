"""What can be measured of each item of a part, and single items with what is made of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.queries.messages.message import PartName, RunAnswer, RunQuery


class Measure(RunQuery, frozen=True, kw_only=True):
    """How large are the errors of the items of `part`, one by one, and what else is known of each?"""

    doing: ClassVar[str] = "measuring items"

    part: PartName = "test"
    count: int = 0
    """The first so many; 0: all."""
    stopped: Callable[[], bool] | None = None
    """Asked on the engine's thread, between blocks: whether nobody wants the answer any more."""


class Measurement(msgspec.Struct, frozen=True, kw_only=True):
    """A number of each item; which there are, `engine.cases.measuring.Measuring.measured` says."""

    key: str
    label: str
    values: NDArray[np.float32]
    """(n,), higher is worse; never NaN."""


class Measured(RunAnswer, frozen=True, kw_only=True):
    """The answer, about n items in their order."""

    part: PartName
    of: int
    """Names model, items and baseline, to be asked for some of them (`Look`)."""
    measures: tuple[Measurement, ...]
    """The error first."""
    baseline: str
    """What stands beside the model, with its size; empty where nothing does."""
    noise: bool
    """Whether the encoder saw the items with noise."""
    labels: NDArray[Any] | None
    """(n,) int64, indices of `classes`; None with fewer than two classes."""
    classes: tuple[str, ...]
    names: tuple[str, ...] | None
    """(n,), where items have any."""
    said: tuple[str, ...] | None = None
    """(n,), what items say, where they are words."""


class Look(RunQuery, frozen=True, kw_only=True):
    """What does the model make of these items, with the very weights that measured them?"""

    doing: ClassVar[str] = "looking at items"

    of: int
    """As `Measured.of`."""
    places: tuple[int, ...]
    """In the part that was measured, from 0 on."""


class Looked(RunAnswer, frozen=True, kw_only=True):
    """The answer: (k, *shape) float32 each, in the order of the places."""

    of: int
    places: tuple[int, ...]
    inputs: NDArray[np.float32]
    """As the encoder saw them."""
    targets: NDArray[np.float32]
    outputs: NDArray[np.float32]
    baseline: NDArray[np.float32] | None
    """What the baseline makes of them."""
    known: NDArray[np.bool_] | None
    """Which numbers of `targets` are known; None: all."""
    said: tuple[tuple[str, str], ...] | None
    """Of sentences: in words, and what is read back."""
