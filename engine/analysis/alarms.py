"""What is going wrong with a run: conditions that a variant declares, the alarms that they raise, what ends them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import nan
from typing import Any, Literal

import msgspec

from engine.events import EpochEnded

WINDOW = 100
"""Epochs of the stage that a condition sees, besides the first, the newest and the best."""


class History(msgspec.Struct, frozen=True):
    """What conditions see of a run: the epochs of its present stage. It never changes, and however long the run is,
    it keeps no more than `WINDOW` epochs, the first, the newest and the best, so that a further epoch always costs the
    same.
    """

    recent: tuple[EpochEnded, ...] = ()
    """The newest epochs of the stage, in order: up to `WINDOW`, and the one that has just ended."""
    best: EpochEnded | None = None
    """The epoch of lowest validation loss in the whole stage; a former stage's while the loss is NaN in this one."""
    first: EpochEnded | None = None
    """The stage's first."""
    spread: tuple[float, ...] = ()
    """As `engine.events.RunStarted.spread`."""
    config: Mapping[str, Any] = {}
    """The run's settings; those of another version may lack any."""
    diverged: bool = False
    """Whether the loss was no finite number after the newest epoch, and that was the run's end."""

    @property
    def now(self) -> EpochEnded:
        """The epoch that has just ended. Raises IndexError before the first."""
        return self.recent[-1]

    def and_then(self, ended: EpochEnded) -> History:
        """This and one more epoch."""
        # Another stage has other networks and another loss: its numbers are no measure for this one's.
        same = bool(self.recent) and self.now.stage == ended.stage
        return History(
            recent=(*(self.recent[-WINDOW:] if same else ()), ended),
            best=next(iter(bests([ended], self.best)), self.best),
            first=self.first if same else ended,
            spread=self.spread,
            config=self.config,
        )

    @classmethod
    def of(
        cls, epochs: Iterable[EpochEnded], best: EpochEnded | None = None, *, spread: tuple[float, ...] = ()
    ) -> History:
        """That of a run with these epochs, in order; `best` is the last of their `bests`, where that is known."""
        epochs = epochs if isinstance(epochs, Sequence) else list(epochs)
        if not epochs:
            return cls(spread=spread)
        stage = epochs[-1].stage
        # Each stage is one stretch of epochs.
        begun = bisect_left(epochs, True, key=lambda ended: ended.stage == stage)
        recent = epochs[max(begun, len(epochs) - WINDOW - 1) :]
        known = best or next(iter(bests(epochs)[-1:]), None)
        return cls(tuple(recent), known, epochs[begun], spread)


def bests(epochs: Iterable[EpochEnded], best: EpochEnded | None = None) -> list[EpochEnded]:
    """Each of `epochs` that had a lower validation loss than any before in its stage; `best` was the last of those that
    came before them.

    NaN is never best, and of equal ones the earlier is. A new stage begins anew.
    """
    found = []
    lowest, stage = (best.validation["loss"], best.stage) if best is not None else (nan, None)
    for ended in epochs:
        loss = ended.validation["loss"]
        if loss < lowest or (ended.stage != stage and loss == loss):
            found.append(ended)
            lowest, stage = loss, ended.stage
    return found


class Advice(msgspec.Struct, frozen=True):
    """A setting to change in the next run."""

    setting: str
    change: Literal["lower", "raise", "set"]
    value: str = ""
    """What to set it to, as `--set` takes it; for `set` only."""
    where: Mapping[str, tuple[str, ...]] = {}
    """Settings on which it depends, with the choices that it is for."""
    factor: float = 1.0
    """What to multiply it by, where it is lowered or raised by something exact; of layers, each."""
    limit: float | None = None
    """Then at most this where it is lowered, at least this where it is raised."""
    beyond: float | None = None
    """Only where it is above this and to be lowered, or below this and to be raised."""

    @property
    def text(self) -> str:
        """In words: "lower learning_rate", "set activation to gelu"."""
        return f"{self.change} {self.setting}" + (f" to {self.value}" if self.value else "")

    def suits(self, config: Mapping[str, Any]) -> bool:
        """Whether it is for a run with these settings."""
        return all(config.get(name) in choices for name, choices in self.where.items())

    def changed(self, config: Mapping[str, Any]) -> Any | None:
        """The setting's new value in a run with these settings; None where there is nothing to change."""
        value = config.get(self.setting)
        if value is None or not self.suits(config):
            return None
        if self.change == "set":
            return None if str(value).lower() == self.value else self.value
        if isinstance(value, str):
            new: Any = "-".join(str(max(1, round(int(units) * self.factor))) for units in value.split("-"))
            return None if new == value else new
        lowered = self.change == "lower"
        if self.beyond is not None and (value <= self.beyond if lowered else value >= self.beyond):
            return None
        new = value * self.factor
        if self.limit is not None:
            new = min(new, self.limit) if lowered else max(new, self.limit)
        new = max(1, round(new)) if isinstance(value, int) else float(f"{new:.6g}")
        return new if (new < value if lowered else new > value) else None


class Remedy(msgspec.Struct, frozen=True):
    """What is to end a fault: settings to change, exactly, and from which weights on."""

    changes: tuple[Advice, ...] = ()
    start: Literal["start", "before", "best"] = "start"
    """From new weights, where late ones cannot be cured; from those of the best epoch before the trouble began, or of
    the best one of all."""
    data: Mapping[str, str] = {}
    """Options to read the user's own data by anew."""

    def settings(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """The settings to change in a run with these, by their names; none where it is not for such a run."""
        found = ((advice.setting, advice.changed(config)) for advice in self.changes)
        return {name: value for name, value in found if value is not None}


class Alarm(msgspec.Struct, frozen=True):
    """Something that is wrong after an epoch."""

    key: str
    """Which condition raised it: the same as long as it lasts, while the metrics change."""
    metrics: dict[str, float]
    """The numbers that show it."""
    advice: tuple[Advice, ...]
    """What to try, the likeliest first."""
    template: str
    """What is wrong in words, with the names of metrics in braces."""

    @property
    def told(self) -> str:
        """What is wrong in words, with the numbers."""
        return self.template.format_map(self.metrics).replace("%", " %")

    @property
    def text(self) -> str:
        """In words, with the numbers and what to try."""
        advice = " or ".join(advice.text for advice in self.advice)
        return f"{self.told}; try to {advice}" if advice else self.told


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """When to raise an alarm, what to say and to advise then, and what is to end it."""

    key: str
    check: Callable[[History], dict[str, float] | None]
    """Asked after every epoch, and again by whoever looks at that epoch later: the alarm's metrics, or None where
    nothing is wrong.

    Epochs of older versions may lack a term, or their health figures.
    """
    template: str
    """See `Alarm.template`."""
    advice: tuple[Advice, ...] = ()
    """What helps, the likeliest first; an alarm has of it what suits the run's settings."""
    remedies: tuple[Remedy, ...] = ()
    """What ends it, exactly, the likeliest first; a run gets the first that changes anything in it."""
    explains: tuple[str, ...] = ()
    """Keys of conditions that follow from this one: they raise no alarm of their own beside it."""
    unbegun: bool = False
    """Whether it can be asked of a run without a complete epoch."""


def raised(conditions: Iterable[Condition], history: History, config: Mapping[str, Any]) -> tuple[Alarm, ...]:
    """What is wrong after the newest epoch of `history` in a run with settings `config`, in the order of `conditions`;
    nothing before the first epoch, unless that never comes."""
    if not history.recent:
        conditions = [each for each in conditions if each.unbegun]
    seen = msgspec.structs.replace(history, config=config)
    found = [(condition, metrics) for condition in conditions if (metrics := condition.check(seen)) is not None]
    explained = {key for condition, _ in found for key in condition.explains}
    return tuple(
        Alarm(each.key, metrics, tuple(advice for advice in each.advice if advice.suits(config)), each.template)
        for each, metrics in found
        if each.key not in explained
    )


def advised(conditions: Iterable[Condition], **advice: Advice) -> tuple[Condition, ...]:
    """`conditions` with a variant's own advice, by their keys. It comes first, and in place of what else is advised
    about the same setting. Raises KeyError for a condition that there is not."""
    known = {condition.key: condition for condition in conditions}
    for key, own in advice.items():
        others = (other for other in known[key].advice if other.setting != own.setting)
        known[key] = msgspec.structs.replace(known[key], advice=(own, *others))
    return tuple(known.values())


def cured(conditions: Iterable[Condition], **remedies: Remedy) -> tuple[Condition, ...]:
    """`conditions` with a variant's own remedies, by their keys, before those that there are. Raises KeyError for a
    condition that there is not."""
    known = {condition.key: condition for condition in conditions}
    for key, own in remedies.items():
        known[key] = msgspec.structs.replace(known[key], remedies=(own, *known[key].remedies))
    return tuple(known.values())
