"""A run that begins where another one was after some epoch: which state it goes on from, and what it takes along.

It is whole by itself: the events of its parent's epochs, the losses of their steps, the weights to go on from and the
best ones are in its own folder before it begins. Pictures and weights of those epochs stay where they are
(`engine.runs.inherited`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate, takewhile
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from engine import params, registry
from engine.backend import Checkpoint
from engine.datasets.data import Data
from engine.errors import RunError, SettingError, UsageError
from engine.events import EpochEnded, Event, RunStarted, SettingsChanged, complete_epochs
from engine.params import TrainingConfig
from engine.runs import changes, weight_files
from engine.runs.changes import Change
from engine.runs.checkpoint import read_checkpoint, read_position
from engine.runs.course import Course, changes_in, comparable, made_longer, merged
from engine.runs.jobs import ForkJob, TrainJob
from engine.runs.repeating import depends_on_plan
from engine.runs.step_file import read_steps
from engine.runs.step_history import StepHistory
from engine.runs.store import RunInfo, RunRecord, RunStore
from engine.variants.variant import Variant

OPTIMISER = "optimizer/"
"""Begins the names of arrays that only a training that goes on needs."""


class Beginning(NamedTuple):
    """What a fork's folder holds before its first step."""

    checkpoint: Checkpoint
    """What it goes on from."""
    best: Checkpoint | None
    """The networks of the best epoch by then, without the optimiser."""
    steps: StepHistory


class Fork:
    """A fork of a stored run, which may be running, as it was after an epoch."""

    def __init__(
        self, parent: RunRecord, epoch: int, values: Mapping[str, Any], inherited: tuple[Change, ...] | None = None
    ) -> None:
        """`values`: the settings that are to be others from the next epoch on, typed or as text. `inherited`: those
        that changed in the parent before, where they are known.

        Raises:
            UsageError: it cannot be.
        """
        self.parent, self.epoch = parent, epoch
        variant: Variant[Any] = registry.variant(parent.variant)
        events = parent.events()[0]
        self.epochs: list[EpochEnded] = [ended for ended in complete_epochs(events) if ended.epoch <= epoch]
        """Those of the parent that are the fork's as well."""
        begun = _begun(parent, events)
        past = _changes_until(epoch, parent, events) if inherited is None else inherited
        plans = accumulate(past, lambda settings, change: settings | change.config, initial=begun)
        self._planned = any(depends_on_plan(_stored(parent, plan)) for plan in plans)
        """Whether its first epochs depend on how many were to follow."""
        if not self._planned:
            begun["epochs"] = parent.epochs
            past = tuple(Change(one.epoch, left) for one in past if (left := _without_epochs(one)))
        self._begun, self._past = begun, past
        self._before = _stored(parent, changes.settings_after(begun, past, epoch))
        self._reached = _stored(parent, changes.settings_after(begun, past, epoch - 1))
        """What its state was trained with: the parent's own may have changed at this very epoch."""
        self.config: TrainingConfig = changes.changed(variant, self._before, values)
        """What it goes on with."""

    def check(self) -> None:
        """See whether there is something to go on from, and something left to train.

        Raises:
            UsageError: there is not.
        """
        parent, epoch = self.parent, self.epoch
        done = max((ended.epoch for ended in complete_epochs(parent.events()[0])), default=0)
        if not 0 <= epoch <= done:
            told = f"expected one from 0 (as it began) to {done}, which {parent.id} has done, got {epoch}"
            raise UsageError("No such epoch", told)
        if epoch >= self.config.epochs:
            raise SettingError(
                "epochs", f"{epoch} of {self.config.epochs} are done by then; ask for more with --epochs"
            )
        if not epoch:
            return
        path = weights_of(parent, epoch)
        position = read_position(path)
        if position and position.given_up and not changes.difference(self._reached, self.config):
            told = f"{parent.id} stopped early after epoch {epoch}, and so would a fork that is not different"
            raise SettingError("patience", f"{told}; ask for more --epochs, or change a setting")

    def job(self, asked: ForkJob) -> TrainJob:
        """What it trains, as a new run would."""
        return TrainJob(
            variant=self.parent.variant,
            preset=self.parent.preset,
            dataset=self.parent.dataset,
            config=msgspec.to_builtins(self.config),
            name=asked.name,
            group=asked.group,
            tested=self.parent.info.tested,
        )

    def beginning(self, data: Data) -> Beginning | None:
        """What it begins with; None at epoch 0, where it begins as a new run does.

        Raises:
            RunError: the data are others than the parent's, or what was kept is gone or damaged.
        """
        parent, epoch = self.parent, self.epoch
        check_same_data(parent, data)
        if not epoch:
            return None
        checkpoint = read_checkpoint(weights_of(parent, epoch))
        if checkpoint is None:
            raise RunError("No weights", f"those of epoch {epoch} of {parent.id} were there a moment ago, and are gone")
        if not any(name.startswith(OPTIMISER) for name in checkpoint.arrays):
            told = f"those of epoch {epoch} of {parent.id} were kept by an earlier version, without the optimiser"
            raise RunError("No optimiser", f"{told}; train the run anew to fork it there")
        checkpoint = changes.going_on(checkpoint, self._reached, self.config)
        best = self._best(checkpoint)
        if best is None:  # it is looked for among the epochs to come
            checkpoint = msgspec.structs.replace(checkpoint, best=None)
        return Beginning(checkpoint, best, read_steps(parent.folder).until(epoch))

    def _best(self, checkpoint: Checkpoint) -> Checkpoint | None:
        if checkpoint.best is None:
            return None
        epoch = checkpoint.best.epoch
        paths = [weight_files.kept(self.parent.folder).get(epoch), self.parent.folder / "best.safetensors"]
        for path in paths:
            found = read_checkpoint(path) if path is not None else None
            if found is not None and found.position.epoch == epoch + 1 and not found.position.step:
                arrays = {name: array for name, array in found.arrays.items() if not name.startswith(OPTIMISER)}
                return msgspec.structs.replace(found, arrays=arrays, best=checkpoint.best)
        return None

    @property
    def begun(self) -> dict[str, Any]:
        """The settings that its first epoch was trained with."""
        if not self.epoch:
            return dict(msgspec.to_builtins(self.config))
        return self._begun if self._planned else {**self._begun, "epochs": self.config.epochs}

    @property
    def changes(self) -> tuple[Change, ...]:
        """What changed in it since, its parent's first."""
        own = changes.difference(self._before, self.config)
        if not self._planned:
            own.pop("epochs", None)
        if not self.epoch:
            return ()
        return (*self._past, Change(self.epoch, own)) if own else self._past

    @property
    def course(self) -> Course:
        """The settings of all its epochs."""
        variant: Variant[Any] = registry.variant(self.parent.variant)
        return Course(variant, _stored(self.parent, self.begun), merged(self.changes))

    def history(self) -> Iterator[Event]:
        """The events that follow its first one: its parent's, and what is another setting from here on."""
        left = list(self.changes)
        for ended in self.epochs:
            while left and left[0].epoch < ended.epoch:
                yield _event(left.pop(0))
            yield ended
        yield from map(_event, left)

    def info(self, info: RunInfo) -> RunInfo:
        """`info` of a run, with what makes it this fork."""
        return msgspec.structs.replace(info, parent=self.parent.id, forked_at=self.epoch, changes=self.changes)


def fork_of(job: ForkJob, store: RunStore) -> Fork:
    """The fork that is asked for, checked as far as can be done at once. Raises UsageError."""
    fork = Fork(store.find(job.run_id), job.epoch, job.config)
    fork.check()
    return fork


def what_trains(job: TrainJob | ForkJob, store: RunStore) -> TrainJob:
    """`job`, or for a fork what would train the like from the beginning. Raises UsageError where it cannot be meant."""
    return job if isinstance(job, TrainJob) else fork_of(job, store).job(job)


def fork_again(record: RunRecord, store: RunStore) -> Fork | None:
    """The fork that `record` is, as it began; None where it is none, or its parent is gone."""
    parent = store.get(record.info.parent) if record.info.parent else None
    if parent is None:
        return None
    epoch, told = record.info.forked_at, [one for one in record.info.changes if one.epoch <= record.info.forked_at]
    past = _changes_until(epoch, parent, parent.events()[0])
    same = len(list(takewhile(lambda pair: pair[0] == pair[1], zip(told, past, strict=False))))
    own = changes.settings_after({"epochs": record.epochs}, told[same:], epoch)
    return Fork(parent, epoch, own, tuple(told[:same]))


def beginning_again(fork: Fork | None, record: RunRecord, data: Data) -> Beginning:
    """What `record`, a fork that has no state of its own, goes on from. Raises RunError."""
    beginning = fork.beginning(data) if fork else None
    if beginning is None:
        told = f"{record.id} has no checkpoint, and {record.info.parent}, which it was forked from, is gone"
        raise RunError("Nothing to go on from", f"{told}; bring one of them back")
    return beginning


def missing(fork: Fork, events: Iterable[Event]) -> list[Event]:
    """What of the fork's history is not among its `events`, because the process that began it was killed."""
    there = sum(isinstance(event, EpochEnded | SettingsChanged) for event in events)
    return list(fork.history())[there:]


def kept_epochs(parent: RunRecord) -> list[int]:
    """The epochs that a fork can begin after, ascending; 0 is as it began."""
    return sorted({0, *_states(parent)})


def epoch_meant(parent: RunRecord, text: str) -> int:
    """The epoch that `text` means: a number, `best` or `last`.

    Raises:
        UsageError: none, or there is none yet.
    """
    done = complete_epochs(parent.events()[0])
    if text not in ("best", "last"):
        try:
            return int(text)
        except ValueError:
            told = f"expected a number from 0 to {len(done)}, best or last, got {text!r}"
            raise UsageError("Which epoch", told) from None
    if not done:
        raise UsageError("No such epoch", f"{parent.id} has not done an epoch yet; --epoch 0 begins as it began")
    if text == "last":
        return done[-1].epoch
    alike = comparable(done, parent.variant, parent.info.changes) or done[-1:]
    return min(alike, key=lambda ended: ended.validation["loss"]).epoch


def weights_of(parent: RunRecord, epoch: int) -> Path:
    """The file with the state of `parent` after `epoch`.

    Raises:
        UsageError: it was not kept; names the nearest that were.
    """
    states = _states(parent)
    if epoch in states:
        return states[epoch]
    before = max((each for each in states if each < epoch), default=0)
    after = min((each for each in states if each > epoch), default=None)
    near = f"{before} and {after} are" if after else f"{before} is"
    told = f"the weights of epoch {epoch} of {parent.id} are not kept; {near} the nearest that can be forked"
    raise UsageError("Not kept", told)


def _states(parent: RunRecord) -> dict[int, Path]:
    """The epochs whose state is kept, and the files."""
    found = dict(weight_files.kept(parent.folder))
    path = parent.folder / "checkpoint.safetensors"
    position = read_position(path)
    if position is not None and position.step == 0 and position.epoch > 1:
        found.setdefault(position.epoch - 1, path)
    return found


def check_same_data(record: RunRecord, data: Data) -> None:
    """Raises RunError where `data` are not those that `record` learned from."""
    before, now = record.info.fingerprint, data.fingerprint
    if before != now:
        raise RunError(
            "The data changed",
            f"{record.id} was trained on {data.key} with fingerprint {before[:16]}…, but the data found now "
            f"({data.path or 'from a package'}) have {now[:16]}…; bring the former data back to go on",
        )


def _event(change: Change) -> SettingsChanged:
    return SettingsChanged(epoch=change.epoch, config=change.config)


def _stored(parent: RunRecord, values: Mapping[str, Any]) -> TrainingConfig:
    return params.stored(registry.preset(parent.variant, parent.preset), values)


def _begun(parent: RunRecord, events: Iterable[Event]) -> dict[str, Any]:
    """The settings of the parent's first epoch, all of them."""
    told = next((event.config for event in events if isinstance(event, RunStarted)), parent.config)
    settings = registry.renamed(parent.variant, told)
    return dict(msgspec.to_builtins(_stored(parent, settings)))


def _changes_until(epoch: int, parent: RunRecord, events: Iterable[Event]) -> tuple[Change, ...]:
    """What changed in the parent, that it was made longer included."""
    told = list(events)
    found = [*parent.info.changes, *changes_in(told), *made_longer(told, parent.info.changes)]
    return merged(one for one in found if one.epoch <= epoch)


def _without_epochs(change: Change) -> dict[str, Any]:
    return {name: value for name, value in change.config.items() if name != "epochs"}
