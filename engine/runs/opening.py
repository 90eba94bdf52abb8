"""What is seen to before a run begins or goes on, and what it then says of itself."""

from __future__ import annotations

from typing import Any

import msgspec

from engine import registry
from engine.backend import Checkpoint, Training
from engine.datasets.data import Data
from engine.errors import UsageError
from engine.events import RunStarted
from engine.kinds import KINDS
from engine.params import TrainingConfig
from engine.runs.forking import Fork
from engine.runs.jobs import TrainJob
from engine.runs.listing.labels import LONGEST_NAME
from engine.runs.store import RunRecord
from engine.variants.variant import Variant


def check_name(name: str) -> None:
    """Raises UsageError for what cannot be the name of a run."""
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise UsageError("Bad name", f"expected at most {LONGEST_NAME} printable characters, got {name!r}")


def check_trained(variant: Variant[Any]) -> None:
    """Raises UsageError where runs of `variant` come in as files."""
    if not variant.trained:
        able = ", ".join(registry.VARIANTS)
        raise UsageError("Not trained here", f"{variant.key} is what came in as a file; there are to train: {able}")


def with_other_data(kept: Checkpoint | None, record: RunRecord, data: Data) -> Checkpoint | None:
    """`kept` at the beginning of its epoch: how far it had come in it means nothing for `data`. Raises UsageError where
    the run's networks cannot take them."""
    if (data.kind, data.shape) != (record.kind, record.info.shape):
        told = f"expected {record.kind} {record.info.shape} as {record.id} learned from, got {data.kind} {data.shape}"
        raise UsageError("Data do not fit", told)
    if kept is None:
        return None
    return msgspec.structs.replace(kept, position=msgspec.structs.replace(kept.position, step=0, sums={}))


def started(
    job: TrainJob, begun: TrainingConfig, epochs: int, fork: Fork | None, training: Training, data: Data, device: str
) -> RunStarted:
    """The first event of a run that began with the settings `begun` and is to have so many `epochs`."""
    return RunStarted(
        variant=job.variant,
        preset=job.preset,
        config=msgspec.to_builtins(begun),
        dataset=job.dataset,
        kind=data.kind,
        device=device,
        parent=fork.parent.id if fork else "",
        forked_at=fork.epoch if fork else 0,
        name=job.name,
        group=job.group,
        epochs=epochs,
        steps_per_epoch=training.steps_per_epoch,
        stages=training.stages,
        layers=training.layers,
        code_size=training.code_size,
        metadata=data.metadata,
        spread=KINDS[data.kind].spread(data),
        train_items=len(data.train.items),
        validation_items=len(data.validation.items),
    )
