"""Which runs may stand beside published figures, and what they reached at the same epochs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from engine import params, registry
from engine.errors import SettingError, UsageError
from engine.events import EpochEnded, RunFinished, RunStarted, complete_epochs
from engine.params import TrainingConfig
from engine.runs import handover
from engine.runs.jobs import Job, ResumeJob, TrainJob
from engine.variants.variant import Published

if TYPE_CHECKING:
    from engine.runs.jobs import Order
    from engine.runs.store import RunRecord, RunStore
    from engine.variants.variant import Curve

PRESET = "book"
FREE = frozenset({"seed", "precision"})
"""Settings that are no part of a recipe: a seed is what figures scatter over, a number format how they are computed."""


def of(record: RunRecord) -> Published | None:
    """The published figures of the recipe that a run began from, on the data that it learns from."""
    variant = registry.known(record.variant)
    published = variant.published if variant else None
    same = published is not None and record.preset == PRESET and record.dataset == published.dataset
    return published if same else None


def changes(record: RunRecord) -> dict[str, tuple[Any, Any]]:
    """The settings, and metadata of the data, in which a run differs from the published recipe: its own, the published.

    Raises:
        SettingError: it has settings that this version does not know.
    """
    recipe = registry.preset(record.variant, PRESET)
    config = params.stored(recipe, record.config)
    free = FREE if _depends_on_length(config) else FREE | {"epochs"}
    pairs = {name: (getattr(config, name), getattr(recipe, name)) for name in recipe.__struct_fields__}
    found = {name: (ours, theirs) for name, (ours, theirs) in pairs.items() if name not in free and ours != theirs}
    return {**found, **_other_metadata(record)}


def _other_metadata(record: RunRecord) -> dict[str, tuple[str, str]]:
    published = of(record)
    wanted = published.metadata if published else {}
    if not wanted:
        return {}
    started = next((event for event in record.events()[0] if isinstance(event, RunStarted)), None)
    metadata = started.metadata if started else {}
    pairs = {name: (metadata.get(name, "unknown"), theirs) for name, theirs in wanted.items()}
    return {name: (ours, theirs) for name, (ours, theirs) in pairs.items() if not ours.startswith(theirs)}


def _depends_on_length(config: TrainingConfig) -> bool:
    """Whether an epoch of a shorter run is another than the same of a longer one."""
    return config.schedule != "constant"


def comparable(record: RunRecord) -> bool:
    """Whether a run is one of the published recipe, whatever its seed, number format and length."""
    try:
        return of(record) is not None and not changes(record)
    except SettingError:
        return False


class History(NamedTuple):
    """What a run came to: its complete epochs, and its end if it has one."""

    epochs: Sequence[EpochEnded]
    end: RunFinished | None


def history(record: RunRecord) -> History:
    """That of `record` as it stands."""
    return History(complete_epochs(record.events()[0]), record.end)


def value(curve: Curve, run: History, at: int) -> float | None:
    """What `curve` is of, in epoch `at` of a run; None if that has no such epoch or term."""
    if curve.part == "test":
        return run.end.metrics.get(curve.term) if run.end is not None and run.end.epochs == at else None
    ended = next((ended for ended in run.epochs if ended.epoch == at), None)
    if ended is None:
        return None
    found = (ended.train if curve.part == "train" else ended.validation).get(curve.term)
    return found * ended.steps if found is not None and curve.summed else found


class PlannedRun(NamedTuple):
    """One seed of a recipe: the epochs that it is to be trained for, and the run that has them, or the most of them."""

    variant: str
    seed: int
    epochs: int
    record: RunRecord | None

    @property
    def done(self) -> bool:
        """Whether there is nothing to train: the same seed would diverge again."""
        if self.record is None:
            return False
        return _complete(self.record) >= self.epochs or self.record.status == "diverged"


def figures(variant: str) -> Published:
    """What is published of `variant`'s recipe.

    Raises:
        UsageError: nothing is, or there is no such variant.
    """
    found = registry.variant(variant).published
    if found is None:
        able = ", ".join(published_variants())
        raise UsageError("Nothing published", f"{variant} has no published figures; {able} have")
    return found


def published_variants() -> list[str]:
    """Those with published figures."""
    return [key for key, variant in registry.VARIANTS.items() if variant.published]


def planned_runs(
    variant: str, store: RunStore, seeds: int | None = None, epochs: int | None = None
) -> list[PlannedRun]:
    """What the plan of `variant` asks for, with `seeds` seeds instead of the plan's and at most `epochs` epochs, and
    what the store has of it.

    Raises:
        UsageError: nothing is published.
    """
    rows = [(seeds or row.seeds, min(epochs or row.epochs, row.epochs)) for row in figures(variant).plan]
    first = registry.preset(variant, PRESET).seed
    records = [record for record in store.picked(lambda run: run.variant == variant) if comparable(record)]
    asked = {
        first + place: max(length for count, length in rows if place < count)
        for place in range(max(count for count, _ in rows))
    }
    return [PlannedRun(variant, seed, length, _standing(records, seed, length)) for seed, length in asked.items()]


def _standing(records: Sequence[RunRecord], seed: int, epochs: int) -> RunRecord | None:
    """A run that was planned to be shorter is only made longer if it was one for this comparison."""
    fit = [
        record
        for record in records
        if record.config.get("seed") == seed
        and (record.group == group(record.variant) or max(record.epochs, _complete(record)) >= epochs)
    ]
    return max(fit, key=lambda record: (min(_complete(record), epochs), record.status == "diverged"), default=None)


def _complete(record: RunRecord) -> int:
    return record.last_epoch.epoch if record.last_epoch else 0


def group(variant: str) -> str:
    """What the runs for this comparison have in common."""
    return f"{PRESET}-{variant}"


def order(run: PlannedRun, store: RunStore) -> Order:
    """What is to be trained for a planned run that is not done.

    Raises:
        UsageError, RunError: it cannot be, as `Engine.submit`.
    """
    if run.record is not None:
        longer = max(run.record.epochs, run.epochs)
        return handover.order(ResumeJob(run_id=run.record.id, epochs=longer), store)
    job: Job = TrainJob(
        variant=run.variant,
        dataset=figures(run.variant).dataset,
        preset=PRESET,
        config={"seed": run.seed, "epochs": run.epochs},
        name=f"{group(run.variant)}-{run.seed}",
        group=group(run.variant),
    )
    made = handover.order(job, store)
    return msgspec.structs.replace(made, run_id=f"{made.run_id}-{run.seed}")
