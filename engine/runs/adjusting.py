"""Asking a run that trains, in this process or another, to go on with other settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from engine import registry
from engine.datasets import catalogue
from engine.errors import RunError, UsageError
from engine.events import RunPaused, RunResumed, RunStarted, SettingsChanged
from engine.runs import waiting
from engine.runs.changes import difference
from engine.runs.course import Course
from engine.runs.record import PASSED_OVER, RunRecord
from engine.runs.requests import put_settings
from engine.runs.store import RunStore, has_begun


def ask(store: RunStore, run_id: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Have the settings `values` (typed, or as text) of a run hold from its next epoch on; returns what of them is
    other than it was, typed. `SettingsChanged` is the answer of whoever trains it.

    Raises:
        UsageError: they cannot be meant, or no process trains the run.
        RunError: the run's folder cannot be written.
    """
    record = store.get(run_id)
    if record is None or not has_begun(record.folder):
        if record is None and not waiting.waits(store.root, run_id):
            store.find(run_id)
        told = f"{run_id} waits for its turn or is being prepared; ask again when its first epoch trains, or take it "
        raise UsageError("Not begun", f"{told}back with `aetui stop {run_id}` and train it with --set")
    if not record.lives:
        told = f"{record.id} is {record.status}: settings change while a run trains, and no process trains it"
        raise UsageError("Not in training", f"{told}; `aetui fork {record.id} --epoch N --set …` goes on with others")
    if not record.info.tested:
        told = f"{record.id} is a trial of a sweep or a cure: it is compared with others by its settings"
        raise UsageError("One of several that are compared", told)
    different = checked(record, values)
    if different:
        try:
            put_settings(record.folder, different)
        except OSError as error:
            told = f"expected to write into {record.folder}, but {error.strerror or error}"
            raise RunError("Cannot be asked", told) from error
    return different


def checked(record: RunRecord, values: Mapping[str, Any]) -> dict[str, Any]:
    """What of `values` is other than what the next epoch is to be trained with, typed.

    Raises:
        UsageError: it cannot change.
    """
    epoch, course = _epoch(record), _course(record)
    after = course.with_change(epoch, values).after(epoch)
    if (entry := catalogue.known(record.dataset)) is not None:
        registry.variant(record.variant).check_data(after, entry)
    return difference(course.after(epoch), after)


def present(record: RunRecord) -> dict[str, Any]:
    """The settings that the next epoch of a run is to be trained with."""
    settings: dict[str, Any] = msgspec.to_builtins(_course(record).after(_epoch(record)))
    return settings


def _course(record: RunRecord) -> Course:
    # A key asks for it: the epochs of a long run would keep the screen waiting.
    return Course.of(record, record.told(RunStarted, RunResumed, SettingsChanged), record.epochs)


def _epoch(record: RunRecord) -> int:
    """The one that trains, or between two the one that is over."""
    done = record.last_epoch.epoch if record.last_epoch else 0
    lively = [event for event in record.last_events() if not isinstance(event, PASSED_OVER)]
    between = bool(lively) and isinstance(lively[-1], RunPaused) and lively[-1].step == 0
    return done if between else done + 1
