"""How well images are restored, over kinds and levels of corruption."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.queries.messages.message import PartName, RunAnswer, RunQuery


class Restore(RunQuery, frozen=True, kw_only=True):
    """What becomes of the first `count` images of `part`, spoiled in these ways, with the model and without it?"""

    about: ClassVar[str] = "image"
    doing: ClassVar[str] = "restoring images"

    part: PartName = "test"
    count: int = 1_000
    kinds: tuple[str, ...] = ()
    """Keys of `engine.restoring.corruptions.CORRUPTIONS`, or `trained`; none: all that the run can be tried on."""
    levels: tuple[float, ...] = ()
    """Of one kind; none: those of the table."""
    draws: int = 3
    """Of the noise, each another."""
    seed: int = 0
    pictures: int = 0
    """Images of each level that come with the answer."""
    stopped: Callable[[], bool] | None = None
    """As of `Measure`."""


class Restoration(msgspec.Struct, frozen=True, kw_only=True):
    """Of one kind of corruption."""

    kind: str
    label: str
    unit: str
    """What a level is."""
    levels: tuple[float, ...]
    trained: float | None
    """The level that the run was trained at, where this is what it was trained on."""
    psnr: NDArray[np.float64]
    """(methods, levels, draws), dB, means over the images."""
    ssim: NDArray[np.float64]
    """The same; from −1 to 1."""
    seen: NDArray[np.uint8]
    """(levels, pictures, height, width, channels)."""
    restored: NDArray[np.uint8]
    """(methods, levels, pictures, height, width, channels)."""


class Restored(RunAnswer, frozen=True, kw_only=True):
    """The answer."""

    part: PartName
    items: int
    """Images that were spoiled."""
    there: int
    """That the part has."""
    draws: int
    seed: int
    methods: tuple[tuple[str, str], ...]
    """Key and label of each: `model` first, then `linear` (where it can be fitted), `median` and `noisy`."""
    clean: NDArray[np.uint8]
    """(pictures, height, width, channels)."""
    kinds: tuple[str, ...]
    """All that the run can be tried on, what it was trained on first."""
    found: tuple[Restoration, ...]
