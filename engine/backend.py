"""What the engine's thread asks of the code that computes; `engine.nn.tensorflow_backend` answers with TensorFlow."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any, Literal, NamedTuple, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.datasets.data import Data
from engine.events import EpochEnded, Layer, Progress, Stage, Terms, WorkersReported
from engine.params import TrainingConfig
from engine.plain.network import Network
from engine.runs.snapshots import Samples
from engine.storage.rows import Array
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
    """Loss terms of the last complete epoch."""
    validation: Terms = {}
    given_up: int = 0
    """How long the run was to be when patience ended it; 0 while it lasts."""
    patient_since: int = 0
    """The epoch that patience counts from, for a run that was made longer after it had ended."""


def version_of(position: Position) -> str:
    """Names the weights that a run has at `position`, among all that it ever has."""
    return f"epoch {position.epoch}, step {position.step}"


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
    """An epoch is over: its event (not stamped yet), what the model makes of the probe set now, and its codes of the
    first items of each class of the validation part (`engine.analysis.plane.items`), (n, code size)."""

    event: EpochEnded
    samples: Samples
    codes: NDArray[np.float32]


class Diverged(Exception):
    """The loss is no longer a finite number; training cannot go on. The arguments are epoch and step."""


class PlainHalves(NamedTuple):
    """A model as NumPy runs it, with copies of its weights, in float32."""

    encoder: Network | None
    decoder: Network | None
    why: str
    """In a sentence, where one of them has layers that NumPy does not run."""


class Model(Protocol):
    """A trained model for queries. Items: (count, *shape), as `Data.as_floats` makes them; codes: (count, code size)
    float32."""

    shape: tuple[int, ...]
    """Of one item."""
    block: int
    """Items that take it a few tenths of a second at most."""
    code_size: int
    epoch: int
    """Complete epochs of training behind the weights."""
    noise: str
    """Names what the encoder's items are corrupted with, among all that there is; empty where it sees clean ones."""

    bits: int
    """Of an item's code, where codes are chosen from finitely many; 0 where they are numbers."""

    def encode(self, images: NDArray[Any]) -> NDArray[np.float32]:
        """Codes of items; images may be uint8. Raises UsageError for items of another shape."""

    def decode(self, codes: NDArray[Any]) -> NDArray[np.float32]:
        """Items for codes, float. Raises UsageError for codes of another size."""

    def item_terms(
        self, seen: NDArray[np.float32], targets: NDArray[np.float32], known: NDArray[np.bool_] | None
    ) -> dict[str, NDArray[np.float32]]:
        """Terms of the loss that each item has by itself (`Variant.item_terms`), by name, (count,): of at most `block`
        items as the encoder sees them, what is to be answered, and what of that is known (None: all)."""

    def corrupted(
        self, images: NDArray[Any], start: int = 0, *, training: bool = False, draw: int = 0
    ) -> NDArray[np.float32]:
        """Items as the encoder gets to see them in validation, or in `training`.

        They are those of their part from place `start` on; the noise of some is the same as for all at once. In
        training each `draw` is that of another epoch; noise that is drawn once for the data is in all of them that
        which the run trains on.
        """

    def plain(self) -> PlainHalves:
        """The same networks as they are now, for NumPy: what they give is within 1e-5 of this model in float32."""


class Training(Protocol):
    """A run in memory, ready to be trained chunk by chunk."""

    layers: tuple[Layer, ...]
    stages: tuple[Stage, ...]
    steps_per_epoch: int
    code_size: int
    """Of the whole model; while a stage trains a part of it, `model` may have another."""
    config: TrainingConfig
    """As asked for, with everything decided that was left to be measured."""
    notes: tuple[str, ...]
    """What was decided and why, for the log."""
    held_out: bool
    """Whether validation data were held out of the training part, so that the best epoch can be told without the test
    part."""

    def change(self, config: TrainingConfig) -> None:
        """Settings that hold from the beginning of the next epoch on, or from that of this one where no step of it is
        done; `config` differs from the present one in what may change (`engine.params.Param.changes`).

        Weights, optimiser and order stay as they are. What follows is what a run that began with these settings, and
        was brought to this state, would do.
        """

    def run(self) -> Iterator[Progress | WorkersReported | EpochReport | None]:
        """Train to the end, giving control back after every chunk (0.1 to 0.25 s) and every epoch, and with None where
        it waits for data before the first step of an epoch. Where several processes train it, tells of them as well.

        Raises:
            Diverged: the loss became infinite or not a number.
        """

    @property
    def position(self) -> Position:
        """How far training has come; `checkpoint` may be of an earlier point, with the best weights in use."""

    @property
    def best(self) -> Best | None:
        """The best epoch so far."""

    @property
    def model(self) -> Model:
        """The model in its present state."""

    @property
    def weights(self) -> Literal["best", "last"]:
        """Which weights are in use: the last, until `use` puts those of the best epoch in their place."""

    def use(self, weights: Checkpoint) -> None:
        """Put other weights of the run in the place of those that it ended with. There is no training after that.

        Raises:
            RunError: they do not fit.
        """

    @property
    def stopped_early(self) -> bool:
        """Whether patience has ended it."""

    def judged(self) -> Generator[None, None, Terms]:
        """The loss terms over the test part with the weights in use; yields as often as `run` does."""

    def checkpoint(self) -> Checkpoint:
        """The present state with the weights in use, to be called between two chunks."""

    def last_good(self) -> Checkpoint:
        """The state at the end of the last complete epoch (at the beginning, before that), whose loss was finite."""

    def new_best(self) -> Checkpoint | None:
        """The weights (no optimiser) of the best epoch by validation loss, unless they were asked for before."""


class Head(NamedTuple):
    """Softmax on codes: p(class | code) ∝ exp(code W + b); float32."""

    weights: NDArray[np.float32]
    """(code size, classes)"""
    bias: NDArray[np.float32]
    """(classes,)"""


class Tuning(Protocol):
    """An encoder and a softmax on its codes that are trained together to tell the classes of `Data.train` apart, by
    cross-entropy and Adam. Items are seen as they are, without the noise of the run's training.

    What takes long yields every few tenths of a second. The same seed gives the same numbers, however fast the machine
    is.
    """

    def begin(self, head: Head | None, rate: float, seed: int) -> None:
        """Anew: with the run's encoder and this head, or without one as a run with `seed` begins, and a head of
        zeros."""

    def epoch(self, places: NDArray[np.int64], batch: int, number: int) -> Generator[None, None, None]:
        """Learn once from the training items at `places`, in an order keyed by the seed and the epoch's `number`."""

    def probabilities(self, items: Array) -> Generator[None, None, NDArray[np.float32]]:
        """(count, classes) of compact items."""

    def weights(self) -> tuple[Arrays, Head]:
        """Of the encoder, by the names that they have in checkpoints, and of the head; copies."""


class Backend(Protocol):
    """The computing side, created on the engine thread and used there only."""

    device: str

    @property
    def recurrent_loop(self) -> str:
        """What steps recurrent layers through a sentence on this device, in words: cuDNN's kernel where it can be."""

    def training(
        self, variant: Variant[Any], config: TrainingConfig, data: Data, checkpoint: Checkpoint | None
    ) -> Training:
        """A new run, or the continuation of the one that `checkpoint` was saved from.

        Raises:
            EngineError: there is too little memory; so do the run's steps and the model's answers.
        """

    def model(
        self, variant: Variant[Any], config: TrainingConfig, shape: tuple[int, ...], checkpoint: Checkpoint
    ) -> Model:
        """A model for queries, with the weights of `checkpoint`, for items of `shape`.

        Raises:
            RunError: the checkpoint is of other networks, or of a stage that the settings do not have.
            EngineError: there is too little memory.
        """

    def corrupted(
        self, variant: Variant[Any], config: TrainingConfig, items: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """What a model with these settings would see in validation of `items`, the first of their part."""

    def ssim(self, images: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
        """Structural similarity of each image with that at the same place, (count, height, width, channels) in [0, 1]
        both, (count,): 1 where they are the same (see `engine.nn.quality`)."""

    def tuning(
        self, variant: Variant[Any], config: TrainingConfig, data: Data, checkpoint: Checkpoint, classes: int
    ) -> Tuning:
        """The encoder of `checkpoint` with a softmax for so many classes. Raises as `model`."""

    def release(self) -> None:
        """Give back what trainings that are over left in memory. Between two runs only: never raises, takes 0.05 s."""
