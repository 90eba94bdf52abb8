"""What is wrong with a run, since when, and what exactly would end it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from engine import registry
from engine.analysis.alarms import Alarm, Condition, History, Remedy, raised
from engine.events import EpochEnded, RunStarted, complete_epochs

if TYPE_CHECKING:
    from engine.runs.record import RunRecord

LATEST = 0.75
"""Of the epochs: where a cure begins at the latest, so that it has time to show."""


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """A run as far as a diagnosis looks at it, whoever trains it."""

    run_id: str
    variant: str
    preset: str
    dataset: str
    config: Mapping[str, Any]
    epochs: Sequence[EpochEnded]
    """Complete ones, in order."""
    spread: tuple[float, ...] = ()
    """As `RunStarted.spread`."""
    status: str = "completed"

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What it is watched for."""
        return registry.alarms(self.variant)

    def history(self, count: int | None = None) -> History:
        """As of its first `count` epochs; of all, with how it ended."""
        seen = History.of(self.epochs if count is None else self.epochs[:count], spread=self.spread)
        return msgspec.structs.replace(seen, diverged=count is None and self.status == "diverged")


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A fault, and its cure."""

    key: str
    told: str
    """What is wrong in words."""
    metrics: dict[str, float]
    since: int
    """The epoch from which on it is there; 0 where no epoch was complete."""
    settings: dict[str, Any] = {}
    """What the cure changes, exactly; empty where nothing exact is known, or data are to be read anew."""
    data: dict[str, str] = {}
    """By which options it reads the user's data anew."""
    epoch: int = 0
    """After which it begins; 0: from new weights."""
    advice: str = ""
    """What to try where nothing exact is known; empty where nothing is."""

    @property
    def curable(self) -> bool:
        """Whether there is something to try."""
        return bool(self.settings or self.data)

    def cure(self, config: Mapping[str, Any]) -> str:
        """What is tried, in words, in a run with these settings."""
        changes = [f"{name} {_said(config.get(name))} → {_said(value)}" for name, value in self.settings.items()]
        changes += [f"data read with {name} {value}" for name, value in self.data.items()]
        begun = f"the weights of epoch {self.epoch:,}" if self.epoch else "new weights"
        return f"{', '.join(changes)}, from {begun}"


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if value in ("true", "false"):
        return "on" if value == "true" else "off"
    return f"{value:g}" if isinstance(value, float) else str(value)


def subject(record: RunRecord) -> Subject:
    """What the store knows of a run; of its epochs those whose losses mean what that of the last one does."""
    from engine.runs.course import comparable

    history = record.events()[0]
    begun = next((event for event in history if isinstance(event, RunStarted)), None)
    return Subject(
        run_id=record.id,
        variant=record.variant,
        preset=record.preset,
        dataset=record.dataset,
        config=registry.renamed(record.variant, record.config),
        epochs=comparable(complete_epochs(history), record.variant, record.info.changes),
        spread=begun.spread if begun else (),
        status=record.status,
    )


def diagnosed(run: Subject) -> tuple[Finding, ...]:
    """What is wrong after the newest epoch, the gravest first. Faults that passed are none."""
    conditions = {condition.key: condition for condition in run.conditions}
    return tuple(
        _finding(run, conditions[alarm.key], alarm) for alarm in raised(run.conditions, run.history(), run.config)
    )


def _finding(run: Subject, condition: Condition, alarm: Alarm) -> Finding:
    since = _since(run, condition)
    remedy, settings = next(
        ((each, found) for each in condition.remedies if (found := each.settings(run.config)) or each.data),
        (Remedy(), {}),
    )
    return Finding(
        key=alarm.key,
        told=alarm.told,
        metrics=alarm.metrics,
        since=since,
        settings=settings,
        data=dict(remedy.data),
        epoch=_begun(run, remedy, since),
        advice=" or ".join(advice.text for advice in alarm.advice),
    )


def _since(run: Subject, condition: Condition) -> int:
    """The epoch after which it was there first, of those in a row that lead up to the newest."""
    if not run.epochs:
        return 0
    epochs = run.epochs
    alone = [msgspec.structs.replace(condition, explains=())]

    def there(count: int) -> bool:
        return bool(raised(alone, run.history(count), run.config))

    found = bisect_left(range(1, len(epochs) + 1), True, key=there)
    return epochs[min(found, len(epochs) - 1)].epoch


def _begun(run: Subject, remedy: Remedy, since: int) -> int:
    """The epoch whose weights the cure begins with."""
    if remedy.start == "start" or not run.epochs:
        return 0
    stage, newest = run.epochs[-1].stage, run.epochs[-1].epoch
    latest = min(since - 1, LATEST * newest) if remedy.start == "before" else LATEST * newest
    before = [ended for ended in run.epochs if ended.stage == stage and ended.epoch <= latest]
    usable = [ended for ended in before if ended.validation["loss"] == ended.validation["loss"]]
    return min(usable, key=lambda ended: ended.validation["loss"]).epoch if usable else 0
