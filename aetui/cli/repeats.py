"""What several seeds of one recipe reached: a line for each run, and the spread of each metric."""

from __future__ import annotations

import time
from collections.abc import Mapping
from math import isfinite
from typing import TYPE_CHECKING, Any

import msgspec

from aetui.render.metrics import loss_names, loss_terms
from engine.analysis.spread import Spread, spread

if TYPE_CHECKING:
    from engine.events import EpochEnded, RunFinished
    from engine.runs.groups import Group, Member
    from engine.runs.jobs import TrainJob
    from engine.runs.store import RunRecord, RunStore

NOT_BEGUN = "not begun"
TOLD = ("seed", "epochs", "precision")
"""Settings that a line has."""


class RunLine(msgspec.Struct, frozen=True, kw_only=True):
    """One run: how it stands, what it ran on, and its final metrics."""

    run: str
    seed: int
    status: str
    epochs: int = 0
    """Complete ones."""
    planned: int = 0
    date: str = ""
    """When it began, UTC: "2026-01-31"."""
    device: str = ""
    precision: str = ""
    versions: dict[str, str] = {}
    metrics: dict[str, float] = {}
    """`training` and `validation`, the losses of the epoch whose weights were tested (the last where none were), then
    `RunFinished.metrics`; a term that is all of the loss is not among them."""


class Mean(msgspec.Struct, frozen=True, kw_only=True):
    """The completed runs of one length together."""

    epochs: int
    runs: int
    trained: tuple[int, int] = (0, 0)
    """The fewest and the most epochs: a run may have stopped early."""
    metrics: dict[str, Spread]


class Repeats(msgspec.Struct, frozen=True, kw_only=True):
    """A group of runs and what they reached."""

    group: str
    name: str
    variant: str
    dataset: str
    preset: str
    settings: dict[str, Any]
    """What differs from the preset, beside what each run tells itself."""
    runs: tuple[RunLine, ...]
    means: tuple[Mean, ...]

    @property
    def columns(self) -> list[str]:
        """The names of all metrics, in order of appearance."""
        return list(dict.fromkeys(name for run in self.runs for name in run.metrics))


def repeats(group: Group, store: RunStore) -> Repeats:
    """What the runs of `group` reached so far."""
    runs = tuple(_member(member, store) for member in group.members)
    first = group.members[0].job
    return Repeats(
        group=group.id,
        name=group.name,
        variant=first.variant,
        dataset=first.dataset,
        preset=first.preset,
        settings=_settings(first),
        runs=runs,
        means=_means(runs),
    )


def _settings(job: TrainJob) -> dict[str, Any]:
    from engine import params, registry
    from engine.errors import EngineError

    try:
        preset = registry.preset(job.variant, job.preset)
        config = params.configure(preset, job.config)
    except EngineError:  # written by another version
        return {}
    names = (name for name in config.__struct_fields__ if name not in TOLD)
    return {name: getattr(config, name) for name in names if getattr(config, name) != getattr(preset, name)}


def _member(member: Member, store: RunStore) -> RunLine:
    from engine.runs.store import has_begun

    record = store.get(member.run_id)
    if record is None or not (record.lives or has_begun(record.folder)):
        return RunLine(run=member.run_id, seed=_seed(member.job.config), status=NOT_BEGUN)
    return line(record)


def _seed(config: Mapping[str, Any]) -> int:
    """0 where a damaged file has none."""
    seed = config.get("seed")
    return seed if isinstance(seed, int) else 0


def line(record: RunRecord) -> RunLine:
    """`record` as it stands."""
    end, last, info = record.end, record.last_epoch, record.info
    told = _tested(record, end) or last
    metrics = {"training": told.train["loss"], "validation": told.validation["loss"]} if told else {}
    metrics |= _told_once(end.metrics) if end else {}
    return RunLine(
        run=record.id,
        seed=_seed(record.config),
        status=record.status,
        epochs=last.epoch if last else 0,
        planned=record.epochs,
        date=time.strftime("%Y-%m-%d", time.gmtime(record.created)),
        device=info.device,
        precision=str(record.config.get("precision", "float32")),
        versions=info.versions,
        metrics={name: value for name, value in metrics.items() if isfinite(value)},
    )


def _tested(record: RunRecord, end: RunFinished | None) -> EpochEnded | None:
    """The epoch whose weights were tested, where that is not the last."""
    from engine.events import complete_epochs

    if end is None or end.weights != "best":
        return None
    return next((ended for ended in complete_epochs(record.events()[0]) if ended.epoch == end.weights_epoch), None)


def _told_once(metrics: Mapping[str, float]) -> dict[str, float]:
    """Without the one term that is all of the loss."""
    terms = loss_terms(metrics)
    return {name: value for name, value in metrics.items() if name in terms or name not in loss_names(metrics)}


def _means(runs: tuple[RunLine, ...]) -> tuple[Mean, ...]:
    """Runs of another length reached something else: each length has a mean of its own."""
    done = [run for run in runs if run.status == "completed"]
    means = []
    for epochs in sorted({run.planned for run in done}):
        same = [run for run in done if run.planned == epochs]
        names = dict.fromkeys(name for run in same for name in run.metrics)
        found = {name: spread(run.metrics[name] for run in same if name in run.metrics) for name in names}
        spreads = {name: value for name, value in found.items() if value is not None}
        lengths = [run.epochs for run in same]
        means.append(Mean(epochs=epochs, runs=len(same), trained=(min(lengths), max(lengths)), metrics=spreads))
    return tuple(means)
