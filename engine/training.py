"""What the engine's thread asks of the code that computes; `engine.nn.backend` answers with TensorFlow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.datasets.image_data import ImageData
from engine.events import EpochEnded, Layer, Progress, Stage, Terms
from engine.params import TrainingConfig
from engine.queries import Reconstruction
from engine.samples import Samples
from engine.variants.variant import Variant

Arrays = dict[str, NDArray[Any]]


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """A point of a run: `step` batches of epoch `epoch` (from 1) are done.

    `sums` are the loss terms summed over those batches: with them, an epoch that was cut in two reports the same
    figures to the last bit as one that was not.
    """

    stage: int = 0
    epoch: int = 1
    """Over the whole run, not the stage."""
    step: int = 0
    sums: Terms = {}
    epoch_seconds: float = 0.0
    seconds: float = 0.0
    """Training time of the complete epochs."""
    train: Terms = {}
    """Figures of the last complete epoch."""
    validation: Terms = {}


class Best(msgspec.Struct, frozen=True, kw_only=True):
    """The epoch with the lowest validation loss so far."""

    epoch: int
    loss: float


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """All that a run needs to go on: named arrays (weights, optimiser) and the position they belong to."""

    arrays: Arrays
    position: Position
    best: Best | None = None


class EpochReport(msgspec.Struct, frozen=True, kw_only=True):
    """An epoch is over: its event (not stamped yet) and what the model makes of the probe set now."""

    event: EpochEnded
    samples: Samples


class Diverged(Exception):
    """The loss is no longer a finite number; training cannot go on. The arguments are epoch and step."""


class Training(Protocol):
    """A run in memory, ready to be trained chunk by chunk."""

    layers: tuple[Layer, ...]
    stages: tuple[Stage, ...]
    steps_per_epoch: int

    def run(self) -> Iterator[Progress | EpochReport]:
        """Train to the end, giving control back after every chunk (0.1 to 0.25 s) and every epoch.

        Raises:
            Diverged: the loss became infinite or not a number.
        """

    @property
    def position(self) -> Position: ...

    def checkpoint(self) -> Checkpoint:
        """The present state, to be called between two chunks."""

    def new_best(self) -> Checkpoint | None:
        """The weights (no optimiser) of the best epoch by validation loss, unless they were asked for before."""

    def reconstruct(self, inputs: NDArray[Any]) -> Reconstruction:
        """What the model in its present state makes of `inputs` (see `engine.queries.Reconstruct`)."""


class Model(Protocol):
    """A trained model for questions."""

    def reconstruct(self, inputs: NDArray[Any]) -> Reconstruction: ...


class Backend(Protocol):
    """The computing side, created on the engine thread and used there only."""

    device: str

    def training(
        self, variant: Variant, config: TrainingConfig, data: ImageData, checkpoint: Checkpoint | None
    ) -> Training:
        """A new run, or the continuation of the one that `checkpoint` was saved from."""

    def model(
        self, variant: Variant, config: TrainingConfig, shape: tuple[int, ...], checkpoint: Checkpoint
    ) -> Model: ...


def as_floats(images: NDArray[Any]) -> NDArray[np.float32]:
    """Images as float32 in [0, 1]: uint8 is divided by 255, floats are taken as they are."""
    if images.dtype == np.uint8:
        return images.astype(np.float32) / np.float32(255)
    return images.astype(np.float32, copy=False)
