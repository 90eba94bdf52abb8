"""What an autoencoder has to say about itself; the trainer, the forms and the panels know nothing else of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Generic, Literal, TypeVar

import msgspec

from engine.analysis.alarms import Condition
from engine.analysis.faults import (
    CODE_LARGE,
    DEAD_OUTPUTS,
    DEAD_UNITS,
    DIVERGING,
    EXPLODING,
    OVERFITTING,
    OVERSHOT,
    RATE_HIGH,
    RATE_LOW,
    STUCK,
    UNSCALED,
)
from engine.analysis.races import MEASURED
from engine.events import Stage
from engine.kinds.reading import Reading
from engine.params import TrainingConfig
from engine.variants.scripted import Script

if TYPE_CHECKING:
    from engine.datasets.catalogue import DataSet
    from engine.nn.autoencoder import Autoencoder
    from engine.nn.layers import Blocks, Optimizer, Tensor
    from engine.nn.networks import Batch, Networks, NoiseKeys, StageNetworks, Weighted


class Curve(msgspec.Struct, frozen=True, kw_only=True):
    """Published values of one loss term by epoch; or, of part `test`, of one of `RunFinished.metrics` at the end of a
    run of so many epochs."""

    part: Literal["train", "validation", "test"]
    term: str
    values: Mapping[int, float | tuple[float, float]]
    """A number, or the lowest and the highest of several that were printed."""
    summed: bool = False
    """Whether they are sums over the epoch's batches; otherwise means, as we count."""

    def range(self, epoch: int) -> tuple[float, float]:
        """The lowest and the highest value published of `epoch`. Raises KeyError where there is none."""
        value = self.values[epoch]
        return value if isinstance(value, tuple) else (value, value)


class Repeats(msgspec.Struct, frozen=True):
    """How many seeds a published recipe is trained with, and for how long."""

    seeds: int
    epochs: int


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """Reference figures of a published run of the `book` preset."""

    source: str
    dataset: str
    curves: tuple[Curve, ...]
    plan: tuple[Repeats, ...]
    """What is trained to compare with them; the seeds of a shorter row include those of a longer one."""
    metadata: Mapping[str, str] = {}
    """How `RunStarted.metadata` of a run have to begin, where its settings alone do not say it."""
    note: str = ""
    """What the figures are."""
    errata: tuple[str, ...] = ()
    """Where the published program, or its text, is not what the figures or the recipe say; a sentence each."""


ConfigT = TypeVar("ConfigT", bound=TrainingConfig)


class Variant(ABC, Generic[ConfigT]):
    """One autoencoder: its settings, which are a `ConfigT`, its networks, its loss.

    A variant never sees the training loop, the data or the device. Whatever is built from layers goes
    through the `Blocks` that it is handed, so that a variant's file imports nothing heavy.
    """

    key: ClassVar[str]
    """The name on the command line and in run ids."""
    label: ClassVar[str]
    summary: ClassVar[str]
    """One line: what it learns and what it is good for."""
    reference: ClassVar[str]
    """Where the recipe or the mathematics comes from."""
    accepts: ClassVar[tuple[str, ...]]
    """Kinds of data sets it can learn from (`engine.kinds.KINDS`)."""
    prefers: ClassVar[tuple[str, ...]]
    """Data set keys in order of preference; the first one on this machine is the default."""
    panels: ClassVar[tuple[str, ...]]
    """Keys of the panels that show its runs (`aetui.panels.table.PANELS`)."""
    presets: ClassVar[Mapping[str, TrainingConfig]]
    """Named configurations; `book` reproduces the published run."""
    default_preset: ClassVar[str] = "book"
    """What is trained when nobody says otherwise."""
    block: ClassVar[int] = 1_000
    """Items encoded or validated at a time: at most what takes a few tenths of a second."""
    xla: ClassVar[bool | Literal["cpu"]] = True
    """Whether the step is compiled by XLA (wins on dense networks) or runs as a plain graph (convolutions, wide LSTM);
    "cpu": only where there is no GPU."""
    former_names: ClassVar[Mapping[str, str]] = {}
    """Settings and loss terms that earlier versions had under other names: those in run folders, and today's."""
    published: ClassVar[Published | None] = None
    compared_with: ClassVar[str] = ""
    """The variant whose weights are shown beside this one's."""
    scores: ClassVar[Mapping[str, str]] = {}
    """By the name of a preset, what its runs tell strange items by (a key of `engine.anomalies.scores.SCORES`) unless
    they are asked otherwise; runs of other presets, and on data that have no such score, by the first that there is."""
    trained: ClassVar[bool] = True
    """Whether runs of it are trained here; else they come in as files."""
    prior: ClassVar[bool] = False
    """Whether codes follow a standard normal prior, so that new items can be drawn from it."""
    alarms: ClassVar[tuple[Condition, ...]] = (
        UNSCALED,
        DIVERGING,
        EXPLODING,
        STUCK,
        DEAD_UNITS,
        DEAD_OUTPUTS,
        OVERSHOT,
        RATE_HIGH,
        RATE_LOW,
        CODE_LARGE,
        OVERFITTING,
    )
    """What its runs are watched for, the gravest first."""

    def opened(self, folder: Path) -> Variant[ConfigT]:
        """As the run in `folder` has it; itself, where all of it is in the run's settings.

        Raises:
            RunError: what the folder should hold is gone.
        """
        del folder
        return self

    def check(self, config: ConfigT) -> None:
        """Refuse settings that are possible each but not together.

        Raises:
            SettingError: names the setting to change.
        """
        del config

    def check_change(self, before: ConfigT, after: ConfigT) -> None:
        """Refuse what cannot change while a run trains, though each of the settings that differ may: the networks of
        `after` have to have the weights of those of `before`.

        Raises:
            SettingError: names the setting that has to stay.
        """
        del before, after

    def check_data(self, config: ConfigT, entry: DataSet) -> None:
        """Refuse settings that do not fit the numbers of a data set whose kind it accepts.

        Raises:
            SettingError: names the setting to change.
        """
        del config, entry

    @abstractmethod
    def networks(self, config: ConfigT, shape: tuple[int, ...], blocks: Blocks) -> Networks:
        """Encoder and decoder, both Keras functional models, for items of `shape`: (height, width, channels), of tables
        (numbers,), of windows (steps, channels), or of sentences (words, numbers in a word's vector)."""

    @abstractmethod
    def loss_terms(self, model: Autoencoder[ConfigT], batch: Batch) -> Mapping[str, Tensor | Weighted]:
        """Scalar loss terms of a batch by name; their (weighted) sum is minimised and reported as `loss`.

        `batch.input` and `batch.target`: (batch, *shape) float32; images in [0, 1]. Where `batch.weights` are not None,
        what they are 0 for is not known and counts in no term.
        """

    def terms(self, config: ConfigT) -> tuple[str, ...]:
        """The names of `loss_terms`, known before anything is built; a variant with other terms says which."""
        del config
        return ("reconstruction",)

    def item_terms(self, model: Autoencoder[ConfigT], batch: Batch) -> Mapping[str, Tensor]:
        """Terms of the loss that each item has by itself, by name, (batch,): their means are those of `loss_terms`, but
        for what is drawn. Without those that say what the mean squared error says, or that only a batch has."""
        del model, batch
        return {}

    def measures(self, config: ConfigT) -> Mapping[str, str]:
        """What terms of the loss are, by name, in words of `engine.analysis.races`: terms of several models that are
        the same in words can be compared, if they are measured on the same items. A term that is not among them is
        like itself in other runs of this model alone."""
        known = MEASURED.get(getattr(config, "reconstruction", ""))
        return {"reconstruction": known} if known else {}

    def corrupt(self, model: Autoencoder[ConfigT], items: Tensor, keys: NoiseKeys) -> Tensor:
        """What the encoder gets to see of clean `items`, (batch, *shape) float32; images in [0, 1]."""
        del model, keys
        return items

    def noise(self, config: ConfigT) -> str:
        """Names what `corrupt` does, with all that it depends on but the items; empty where it leaves them as they are.

        A run that corrupts its input is asked for more than to give back what it saw, and judged by that.
        """
        del config
        return ""

    def optimizer(self, model: Autoencoder[ConfigT], steps: int) -> Optimizer:
        """What takes the steps; `steps` is their number over the stage, for rates that follow a schedule."""
        decay = steps if model.config.schedule == "cosine" else None
        return model.blocks.adam(model.config.learning_rate, decay_steps=decay)

    def stages(self, config: ConfigT) -> tuple[Stage, ...]:
        """The stages of training, one after the other; together they have `config.epochs` epochs."""
        return (Stage("training", config.epochs),)

    def stage_networks(self, model: Autoencoder[ConfigT], stage: Stage) -> StageNetworks:
        """What `stage` trains; of the whole `model`, which is saved."""
        del stage
        return model.blocks.whole(model.networks)

    def views(self, model: Autoencoder[ConfigT], items: Tensor) -> Mapping[str, Tensor]:
        """What its own panels show after an epoch, by name: arrays of one to four dimensions, small enough to keep of
        every epoch. `items`: the first validation items as they are, (count, *shape) float32: all that the health of
        a model is told by (`Data.health_items`), enough to count over; what takes long looks at the first few."""
        del model, items
        return {}

    def reading(self, config: ConfigT) -> Reading:
        """How its data are to be seen."""
        return Reading(validation=config.validation, normal=config.normal)

    def script(self, config: ConfigT) -> Script | None:
        """Its loss in plain Keras (`aetui export --format script`); None where a short program cannot say it."""
        del config
        return None

    def bits(self, config: ConfigT, shape: tuple[int, ...]) -> int:
        """Of the code of an item of `shape`, where codes are chosen from finitely many; 0 where they are numbers."""
        del config, shape
        return 0

    def target_rate(self, config: ConfigT) -> float | None:
        """What the mean activation of the code is drawn to; None where nothing draws it anywhere."""
        del config
        return None
