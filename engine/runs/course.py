"""The settings that a run is trained with, epoch by epoch: those that it began with, and what changed on the way.

Whoever trains a run anew, goes on with it after a crash, or steers it while it trains goes by the same course, so that
all of them train the same to the bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from engine import params, registry
from engine.backend import Checkpoint
from engine.errors import SettingError
from engine.events import EpochEnded, Event, RunResumed, RunStarted, SettingsChanged
from engine.params import TrainingConfig
from engine.runs.changes import Change, changed, comparable_since, difference, going_on
from engine.runs.store import RunRecord
from engine.variants.variant import Variant


@dataclass(frozen=True)
class Course:
    """`changes` are in the order of their epochs, one for each."""

    variant: Variant[Any]
    begun: TrainingConfig
    """What the first epoch is trained with, unless that changes before it."""
    changes: tuple[Change, ...] = ()
    epochs: int = 0
    """How long the run is to be, if that is not what the settings say: it was made longer after its end."""
    longer: tuple[Change, ...] = ()
    """That it was made longer before, by those who went on with it."""

    @classmethod
    def planned(cls, variant: Variant[Any], begun: TrainingConfig, changes: Iterable[Change]) -> Course:
        """Of a run that is to begin, whose changes are known beforehand. Raises SettingError."""
        course = cls(variant, begun)
        for change in sorted(changes, key=lambda change: change.epoch):
            course = course.with_change(change.epoch, change.config)
        return course

    @classmethod
    def of(cls, record: RunRecord, history: Iterable[Event], epochs: int) -> Course:
        """Of a run that goes on, to be so long. Raises SettingError for settings that this version does not know."""
        variant, preset = registry.variant(record.variant), registry.preset(record.variant, record.preset)
        told = list(history)
        begun = next((event.config for event in told if isinstance(event, RunStarted)), record.config)
        # One that was steered may have been killed before its description was written anew.
        course = cls(
            variant,
            params.stored(preset, begun),
            merged([*record.info.changes, *changes_in(told)]),
            longer=merged(made_longer(told, record.info.changes)),
        )
        return course if course.end.epochs == epochs else replace(course, epochs=epochs)

    def after(self, epoch: int) -> TrainingConfig:
        """What the epoch after `epoch` is trained with."""
        config = self.begun
        for change in merged([*self.longer, *self.changes]):
            if change.epoch <= epoch:
                config = params.configure(config, change.config)
        return msgspec.structs.replace(config, epochs=self.epochs) if self.epochs else config

    @property
    def end(self) -> TrainingConfig:
        """What holds in the end."""
        return self.after(max((change.epoch for change in (*self.longer, *self.changes)), default=0))

    def with_change(self, epoch: int, values: Mapping[str, Any]) -> Course:
        """The same with `values` (typed, or as text) from the epoch after `epoch` on; what is said of a setting last
        counts.

        Raises:
            SettingError: they cannot be meant; see `engine.runs.changes.changed`.
        """
        before = self.after(epoch)
        after = changed(self.variant, before, values)
        different = difference(before, after)
        every = merged([*self.changes, Change(epoch, different)])
        course = replace(self, changes=every)
        if "epochs" in different and self.epochs:  # what it was made longer to held until now
            planned = replace(self, epochs=0).end.epochs
            course = replace(course, epochs=0, longer=merged([*self.longer, Change(planned, {"epochs": self.epochs})]))
        for change in [Change(epoch, {}), *course.changes]:
            if change.epoch > epoch and "epochs" not in different and change.epoch >= self.after(change.epoch).epochs:
                continue  # what was planned for epochs that the run is not to have any more
            if change.epoch >= (last := course.after(change.epoch).epochs):
                if "epochs" in values:
                    raise SettingError("epochs", f"{last} is too early an end; expected more than {change.epoch}")
                told = f"epoch {last} is the last one, nothing is trained after epoch {change.epoch}"
                raise SettingError(next(iter(values), "epochs"), f"{told}; make the run longer, or fork it")
            if change.epoch > epoch:  # what is planned has to fit what changed before it
                changed(self.variant, course.after(change.epoch - 1), change.config)
        return course

    def going_on(self, state: Checkpoint | None) -> tuple[TrainingConfig, Checkpoint | None]:
        """The settings to go on with from `state`, and what it then is: between two epochs, settings may change."""
        if state is None:
            return self.after(-1), None
        done = state.position.epoch - 1
        config = self.after(done)
        return config, state if state.position.step else going_on(state, self.after(done - 1), config)


def comparable(epochs: Sequence[EpochEnded], variant: str, changes: Iterable[Change]) -> list[EpochEnded]:
    """Those of `epochs` whose losses mean what that of the last one does: of its stage, after the last change of what
    is minimised."""
    known = registry.known(variant)
    past = [change for change in changes if epochs and change.epoch < epochs[-1].epoch]  # others are still to come
    since = comparable_since(next(iter(known.presets.values())), past) if known and known.presets else 0
    return [ended for ended in epochs if ended.stage == epochs[-1].stage and ended.epoch > since]


def made_longer(history: Iterable[Event], changes: Iterable[Change]) -> Iterator[Change]:
    """The numbers of epochs that a run had from some epoch on, because somebody who went on with it asked for others
    than were planned; `changes` are those that are known of it, planned ones included."""
    planned, named = 0, {change.config.get("epochs") for change in changes}
    for event in history:
        if isinstance(event, RunStarted):
            planned = event.epochs
        elif isinstance(event, SettingsChanged):
            planned = int(event.config.get("epochs", planned))
        elif isinstance(event, RunResumed) and event.epochs != planned and event.epochs not in named:
            planned = event.epochs
            yield Change(event.epoch - 1, {"epochs": planned})


def merged(changes: Iterable[Change]) -> tuple[Change, ...]:
    """One for each epoch, in their order; of what is said twice of an epoch the last counts."""
    found: dict[int, dict[str, Any]] = {}
    for change in changes:
        found[change.epoch] = found.get(change.epoch, {}) | change.config
    return tuple(Change(epoch, found[epoch]) for epoch in sorted(found) if found[epoch])


def changes_in(history: Iterable[Event]) -> tuple[Change, ...]:
    """What `history` tells of changes, as `merged`."""
    return merged(Change(event.epoch, event.config) for event in history if isinstance(event, SettingsChanged))
