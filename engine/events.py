"""Everything that can happen, as frozen tagged structs: the one truth about a run.

A run on disk is the sequence of its recorded events (`events.jsonl`); a screen is a fold over them. Every event
has `run_id` (empty for those of the engine itself), `seq` (1, 2, 3 … within a run) and `at` (seconds since
1970-01-01 UTC). Events marked `recorded = False` are transient: they are emitted, not written, and carry the
`seq` of the last recorded one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, ClassVar, Literal

import msgspec
from msgspec import Meta

from engine.workers.worker import Worker

Count = Annotated[int, Meta(ge=0, le=2**53)]
"""A file may hold any number; beyond this it is none of ours."""

Terms = dict[str, float]
"""Loss terms by name; `loss` is the total that was minimised."""

Unit = Literal["B", "items"]
"""What progress is counted in: bytes, or whatever the activity names."""

Outcome = Literal["completed", "stopped", "failed", "diverged"]


def _snake(name: str) -> str:
    return "".join("_" + c.lower() if c.isupper() else c for c in name).lstrip("_")


class _Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=_snake):
    recorded: ClassVar[bool] = True

    run_id: str = ""
    seq: Count = 0
    at: Annotated[float, Meta(ge=0, le=1e11)] = 0.0


class Stage(msgspec.Struct, frozen=True):
    """A part of training with its own networks and loss; most runs have one, greedy pretraining several."""

    name: str
    epochs: Count


class Layer(msgspec.Struct, frozen=True):
    """One row of the parameter table."""

    network: str
    name: str
    kind: str
    output_shape: tuple[int | None, ...]
    parameters: Count


class _Health(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    units: Count
    """Size of the code."""
    dead: Count
    """Code units that give the same number whatever the item."""
    active: Count
    """Code units that tell something about the item; for a distribution, those whose mean varies by more than 0.01."""
    mean_activation: float
    """Over all code units and items."""
    target_rate: float | None = None
    """What the mean activation is drawn to, where there is such a target."""
    gradient_norm: float
    """Euclidean norm of the gradient, mean over the epoch's steps, before clipping."""
    pixels: Count
    """Numbers in an output."""
    dead_pixels: Count
    """Output numbers that stay 0 for every item, though the items themselves vary there."""


class Health(_Health, frozen=True, kw_only=True, array_like=True):
    """How the model is after an epoch, measured on validation items as the encoder sees them.

    In JSON a list without names: there are so many. Earlier versions wrote an object.
    """


class StepLoss(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The training loss of some steps in a row, on the scale that chart and history share."""

    epoch: Annotated[float, Meta(ge=0, le=1e6)]
    """Where the last of them ended: epochs complete, and the share that is done of the one under way."""
    steps: Annotated[int, Meta(ge=1, le=2**53)]
    low: float
    high: float
    mean: float
    seconds: Annotated[float, Meta(ge=0, le=1e11)]
    """Training time of the whole run until then."""


class RunStarted(_Event, frozen=True, kw_only=True):
    """The first event of every run: what is trained, on what, with what."""

    variant: str
    preset: str
    config: dict[str, Any]
    dataset: str
    kind: str = ""
    """Of the data (a key of `engine.kinds.KINDS`); empty in runs of earlier versions."""
    device: str
    name: str = ""
    group: str = ""
    """The runs that it belongs to: the same settings, other seeds."""
    epochs: Count = 0
    steps_per_epoch: Count = 0
    stages: tuple[Stage, ...] = ()
    layers: tuple[Layer, ...] = ()
    code_size: Count = 0
    train_items: Count = 0
    validation_items: Count = 0
    """Of the validation part; where nothing was held out for it, of the test part."""
    metadata: dict[str, str] = {}
    """What is known of the data, label and words: for text its counts, its vocabulary, its vectors."""
    spread: tuple[float, ...] = ()
    """Of numbers of the user's own: the least and the largest standard deviation that one of an item has over the
    training part, constants left out; empty where the kind of data says how large they are."""
    parent: str = ""
    """The run that this one is a fork of; empty for one that began by itself."""
    forked_at: Count = 0
    """It began with the state of its parent after this epoch; the events up to it, which follow, are the parent's.
    `config` is then what the first epoch was trained with, and `SettingsChanged` tells what became of it."""


class Progress(_Event, frozen=True, kw_only=True):
    """Where the run is inside the epoch; at most ten a second, never recorded."""

    recorded: ClassVar[bool] = False
    stage: str
    epoch: Count
    step: Count
    steps: Count
    loss: float
    """Mean total loss over the epoch's batches so far."""
    samples_per_second: float
    seconds_left: float
    """Estimate for the rest of the run; infinite before anything is known."""
    learning_rate: float = 0.0
    """Of the next step; 0 where it is not known."""
    batches: tuple[StepLoss, ...] = ()
    """The steps since the last report, in order; told to others, `engine.runs.step_history.AT_ONCE` at most."""


class WorkersReported(_Event, frozen=True, kw_only=True):
    """The processes that train a run together, about once a second; recorded at the end of an epoch only."""

    workers: tuple[Worker, ...]
    kept: bool = False
    recorded = property(lambda self: self.kept)


class EpochEnded(_Event, frozen=True, kw_only=True, gc=False):
    """An epoch is complete. `epoch` counts from 1 over the whole run, `stage` names the one that it belongs to."""

    stage: str
    epoch: Count
    train: Terms
    """Mean over the epoch's batches."""
    validation: Terms
    """Mean over the items of the validation part; where nothing was held out for it, that is the test part."""
    steps: Count
    """Number of batches: `train["loss"] * steps` is the sum that published runs quote."""
    seconds: float
    samples_per_second: float
    samples: bool | str = False
    """Whether the probe set's outputs were kept; earlier versions wrote their path ("samples/epoch-0007.npz")."""
    health: Health | None = None

    def __post_init__(self) -> None:
        """Raises ValueError without a total: everything that shows an epoch shows that."""
        if "loss" not in self.train or "loss" not in self.validation:
            raise ValueError(f"expected loss among the terms of epoch {self.epoch}")


class SettingsChanged(_Event, frozen=True, kw_only=True):
    """Settings that changed after `epoch`: they hold from the next one on."""

    epoch: Count
    config: dict[str, Any]
    """Only what changed, with its new values."""


class CheckpointSaved(_Event, frozen=True, kw_only=True):
    """Weights, optimiser and position are on disk: `step` batches of `epoch` are done, all earlier epochs are whole."""

    epoch: Count
    step: Count


class RunPaused(_Event, frozen=True, kw_only=True):
    """The run holds still after `step` batches of epoch `epoch`; its checkpoint is written."""

    epoch: Count
    step: Count


class RunResumed(_Event, frozen=True, kw_only=True):
    """The run goes on after `step` batches of epoch `epoch`.

    After a crash this can lie before the last recorded epoch: every earlier `EpochEnded` from `epoch` on is void and
    comes again.
    `epochs` is the run's length from here on (a resumed run may be made longer).
    """

    epoch: Count
    step: Count
    epochs: Count
    device: str = ""


class RunHandedOver(_Event, frozen=True, kw_only=True):
    """The process lets go of the run after `step` batches of epoch `epoch`, checkpoint written.

    Another one inherits the run's lock and goes on at the next step: `RunResumed` follows.
    """

    epoch: Count
    step: Count


class RunHeld(_Event, frozen=True, kw_only=True):
    """The run holds still, because its folder cannot be written; it goes on by itself when it can."""

    recorded: ClassVar[bool] = False
    reason: str


class Logged(_Event, frozen=True, kw_only=True):
    """A line for the log panel."""

    level: Literal["info", "warning", "error"]
    text: str


class RunFinished(_Event, frozen=True, kw_only=True):
    """The end of one life of a run, exactly one per life; `epochs` are complete, the metrics are the last epoch's."""

    outcome: Outcome
    epochs: Count
    train: Terms
    validation: Terms
    seconds: float = 0.0
    weights: Literal["best", "last"] = "last"
    """Whose metrics they are: where validation data were held out, those of the best epoch by them."""
    weights_epoch: Count = 0
    """The epoch that these weights are of; 0 where nothing was measured."""
    metrics: Terms = {}
    """What the model achieves on the test part: with held-out validation data its loss terms, as `test_loss` and so on.

    The baselines beside it have names that begin with their key in `engine.analysis.baselines.BASELINES`, and were
    fitted on the training part alone.
    Images: `test_mse` (mean squared error against the clean images of what is made of them as the encoder sees them)
    beside `mean_mse` (the mean item) and `pca_mse` (PCA with the same code size), or, where the run corrupts its input,
    `linear_mse` (the best linear map of the same rank from noisy to clean images). For codes small enough to search
    quickly `knn`, the accuracy of the 15 nearest neighbours' vote, beside `pca_knn` and, if affordable, `raw_knn` (on
    pixels).
    Where one class is learned alone, the errors are of its items of the test part, and `auroc` beside `pca_auroc` and
    so on says how well they tell it from all other classes there.
    Text: `cosine_mean`, `cosine_q1`, `cosine_median`, `cosine_q3` of 500 sentences' codes and those of their
    reconstructions; `target_variance` (mean squared deviation of word vectors from their mean, over the places that the
    loss is over) and `variance_left` (the squared error as a share of it); where documents have topics
    `precision_at_10` (share of the ten nearest training sentences of other documents with a topic in common), beside it
    `average_`, `sif_` and `tfidf_precision_at_10` without a model, and, for choosing, `validation_precision_at_10`;
    `word_order` and `average_word_order` (cosine of "the dog bit the man" and "the man bit the dog").
    """
    message: str = ""
    """For `failed` and `diverged`: what happened and what to do."""
    exit_code: int = 1  # of a command line, for `failed`: see `engine.errors.EngineError`


class RunCancelled(_Event, frozen=True, kw_only=True):
    """A run was stopped while it waited or loaded its data: it never began and left nothing behind."""

    recorded: ClassVar[bool] = False


class RunInterrupted(_Event, frozen=True, kw_only=True):
    """The process that trained the run is gone; it can be resumed from its checkpoint."""

    recorded: ClassVar[bool] = False
    message: str
    """What happened and what to do."""


class EngineLoading(_Event, frozen=True, kw_only=True):
    """TensorFlow is being loaded."""

    recorded: ClassVar[bool] = False


class EngineReady(_Event, frozen=True, kw_only=True):
    """The engine takes jobs. `device` is for people ("CPU, 2 cores", "GPU NVIDIA H100")."""

    recorded: ClassVar[bool] = False
    device: str
    seconds: float


class EngineFailed(_Event, frozen=True, kw_only=True):
    """The engine cannot work at all, or a job could not even start."""

    recorded: ClassVar[bool] = False
    title: str
    message: str
    exit_code: int = 1
    """What a command line should end with, see `engine.errors.EngineError`."""


class DataProgress(_Event, frozen=True, kw_only=True):
    """A data set is being downloaded or read; `total` 0 when unknown, `done == total` at the end."""

    recorded: ClassVar[bool] = False
    dataset: str
    activity: str
    """What is going on, in words ("downloading train-images-idx3-ubyte.gz")."""
    done: Count
    total: Count
    unit: Unit = "items"


Event = (
    RunStarted
    | Progress
    | WorkersReported
    | EpochEnded
    | SettingsChanged
    | CheckpointSaved
    | RunPaused
    | RunResumed
    | RunHandedOver
    | RunHeld
    | Logged
    | RunFinished
    | RunCancelled
    | RunInterrupted
    | EngineLoading
    | EngineReady
    | EngineFailed
    | DataProgress
)


def complete_epochs(history: Iterable[Event]) -> list[EpochEnded]:
    """The epochs of a run that count, in order: those that a resumption made void are left out."""
    epochs: list[EpochEnded] = []
    for event in history:
        if isinstance(event, RunResumed):
            epochs = [done for done in epochs if done.epoch < event.epoch]
        elif isinstance(event, EpochEnded):
            epochs.append(event)
    return epochs


encode = msgspec.json.Encoder().encode  # event → one JSON line without the line break


class _Former(msgspec.Struct):
    """Fields of events as earlier versions named them."""

    figures: Terms = {}
    facts: dict[str, str] = {}


class FormerEpochEnded(EpochEnded, frozen=True, kw_only=True, gc=False, tag="epoch_ended"):
    """One as earlier versions wrote it."""

    health: _Health | None = None  # type: ignore[assignment]

    def now(self) -> EpochEnded:
        """The same as today."""
        health = self.health and Health(**msgspec.structs.asdict(self.health))
        return EpochEnded(**{**msgspec.structs.asdict(self), "health": health})


_decode = msgspec.json.Decoder(Event).decode
_decode_former_epoch = msgspec.json.Decoder(FormerEpochEnded).decode
_decode_former = msgspec.json.Decoder(_Former).decode


def decode(line: bytes | str) -> Event:
    """One JSON line → Event; raises one of `UNREADABLE` (also for an unknown type or a wrong field)."""
    try:
        event: Event = _decode(line)
    except msgspec.ValidationError:
        return _decode_former_epoch(line).now()
    if isinstance(event, RunStarted) and not event.metadata:
        return msgspec.structs.replace(event, metadata=_decode_former(line).facts)
    if isinstance(event, RunFinished) and not event.metrics:
        return msgspec.structs.replace(event, metrics=_decode_former(line).figures)
    return event


UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)  # the last: nested without end
