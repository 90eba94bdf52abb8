"""What is going wrong with a run: conditions that a variant declares, and the alarms that they raise."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import isfinite, nan
from statistics import median
from typing import Any, Literal

import msgspec

from engine.events import EpochEnded

WINDOW = 100
"""Epochs of the stage that a condition sees, besides the newest and the best."""
DEAD_SHARE = 0.2
"""Share of the code from which dead units are worth a word; fewer hardly cost anything."""
DEAD_OUTPUT_SHARE = 0.1
"""Share of the output; below that it is mostly the rim, where hardly any image has anything."""
SETTLING = 3
"""Epochs that make a median worth comparing with."""
EXPLOSION = 10.0
"""Times the median of the earlier epochs; a healthy gradient norm stays within two or three times."""
RISING = 5
"""Epochs since the best validation loss; shorter rises are noise."""
OVERFIT = 0.05
"""Relative rise of the validation loss above its best that noise does not explain."""


class History(msgspec.Struct, frozen=True):
    """What conditions see of a run: the epochs of its present stage. It never changes, and however long the run is,
    it keeps no more than `WINDOW` epochs, the newest and the best, so that a further epoch always costs the same.
    """

    recent: tuple[EpochEnded, ...] = ()
    """The newest epochs of the stage, in order: up to `WINDOW`, and the one that has just ended."""
    best: EpochEnded | None = None
    """The epoch of lowest validation loss in the whole stage; a former stage's while the loss is NaN in this one."""

    @property
    def now(self) -> EpochEnded:
        """The epoch that has just ended. Raises IndexError before the first."""
        return self.recent[-1]

    def and_then(self, ended: EpochEnded) -> History:
        """This and one more epoch."""
        # Another stage has other networks and another loss: its numbers are no measure for this one's.
        same = bool(self.recent) and self.now.stage == ended.stage
        best = next(iter(bests([ended], self.best)), self.best)
        return History((*(self.recent[-WINDOW:] if same else ()), ended), best)

    @classmethod
    def of(cls, epochs: Iterable[EpochEnded], best: EpochEnded | None = None) -> History:
        """That of a run with these epochs, in order; `best` is the last of their `bests`, where that is known."""
        epochs = epochs if isinstance(epochs, Sequence) else list(epochs)
        recent = epochs[-WINDOW - 1 :]
        others = (place for place, ended in enumerate(reversed(recent)) if ended.stage != recent[-1].stage)
        return cls(tuple(recent[-next(others, len(recent)) :]), best or next(iter(bests(epochs)[-1:]), None))


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

    @property
    def text(self) -> str:
        """In words: "lower learning_rate", "set activation to gelu"."""
        return f"{self.change} {self.setting}" + (f" to {self.value}" if self.value else "")

    def suits(self, config: Mapping[str, Any]) -> bool:
        """Whether it is for a run with these settings."""
        return all(config.get(name) in choices for name, choices in self.where.items())


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
    def text(self) -> str:
        """In words, with the numbers and what to try."""
        told = self.template.format_map(self.metrics).replace("%", " %")
        advice = " or ".join(advice.text for advice in self.advice)
        return f"{told}; try to {advice}" if advice else told


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """When to raise an alarm, and what to say and to advise then."""

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
    explains: tuple[str, ...] = ()
    """Keys of conditions that follow from this one: they raise no alarm of their own beside it."""


def raised(conditions: Iterable[Condition], history: History, config: Mapping[str, Any]) -> tuple[Alarm, ...]:
    """What is wrong after the newest epoch of `history` in a run with settings `config`, in the order of `conditions`;
    nothing before the first epoch."""
    if not history.recent:
        return ()
    found = [(condition, metrics) for condition in conditions if (metrics := condition.check(history)) is not None]
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


def _exploding(history: History) -> dict[str, float] | None:
    """Beside the median of up to `WINDOW` epochs before: what has lasted for half of them is usual."""
    norms = [ended.health.gradient_norm for ended in history.recent[:-1] if ended.health]
    health = history.now.health
    if health is None:
        return None
    usual = median(norms) if norms else nan
    known = len(norms) >= SETTLING and usual > 0
    if isfinite(health.gradient_norm) and not (known and health.gradient_norm >= EXPLOSION * usual):
        return None
    return {"gradient_norm": health.gradient_norm, "usual": usual}


def _dead_units(history: History) -> dict[str, float] | None:
    health = history.now.health
    if health is None or not health.dead or health.dead < DEAD_SHARE * health.units:
        return None
    return {"dead": health.dead, "units": health.units}


def _dead_outputs(history: History) -> dict[str, float] | None:
    health = history.now.health
    if health is None or not health.dead_pixels or health.dead_pixels < DEAD_OUTPUT_SHARE * health.pixels:
        return None
    return {"dead": health.dead_pixels, "outputs": health.pixels}


def _overfitting(history: History) -> dict[str, float] | None:
    now, best = history.now, history.best
    if best is None or best.stage != now.stage or now.epoch - best.epoch < RISING:
        return None
    lowest = best.validation["loss"]
    rise = (now.validation["loss"] - lowest) / (abs(lowest) or 1.0)
    if not (rise > OVERFIT and now.train["loss"] < best.train["loss"]):
        return None
    return {"rise": rise, "best_epoch": best.epoch}


SLOWER = Advice("learning_rate", "lower")

EXPLODING = Condition(
    key="exploding",
    check=_exploding,
    template="the gradient norm is {gradient_norm:.3g}, usually {usual:.3g}: the steps are too long",
    advice=(SLOWER,),
)
DEAD_UNITS = Condition(
    key="dead_units",
    check=_dead_units,
    template="{dead:,.0f} of {units:,.0f} code units are dead: they give the same number for every item",
    advice=(SLOWER,),
)
DEAD_OUTPUTS = Condition(
    key="dead_outputs",
    check=_dead_outputs,
    template="{dead:,.0f} of {outputs:,.0f} outputs are dead: they stay 0 whatever the item",
    advice=(SLOWER,),
)
OVERFITTING = Condition(
    key="overfitting",
    check=_overfitting,
    template="the validation loss is {rise:.0%} above its best of epoch {best_epoch:,.0f}, while the training loss "
    "falls: the model learns by heart",
    advice=(Advice("epochs", "lower"),),
)
