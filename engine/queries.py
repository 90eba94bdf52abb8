"""Questions to a trained model, answered on the engine thread, between two chunks of a training if one runs."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray


class Reconstruct(msgspec.Struct, frozen=True, kw_only=True):
    """What does the model of `run_id` make of these images?

    The images are `inputs`, shape (count, height, width, channels), uint8 or float32 in [0, 1]; without them, `count`
    items of the run's test part from `start` on.
    """

    run_id: str
    inputs: NDArray[Any] | None = None
    start: int = 0
    count: int = 10


class Reconstruction(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: images of shape (count, height, width, channels), float32, and codes of shape (count, code size)."""

    inputs: NDArray[np.float32]
    outputs: NDArray[np.float32]
    codes: NDArray[np.float32]
    errors: NDArray[np.float32]
    """Mean squared error of each item, shape (count,)."""
    epoch: int
    """Complete epochs of training behind the answer."""


Query = Reconstruct
Answer = Reconstruction
