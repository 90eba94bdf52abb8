"""Which command trains a run anew."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from engine import params, registry
from engine.errors import UsageError
from engine.events import Event, RunFinished, RunResumed, RunStarted, SettingsChanged
from engine.params import TrainingConfig
from engine.runs.changes import Change

OPTIONS = ("epochs", "seed")
"""Settings with an option of their own."""


UNTRAINED = "it came in as a file: how it was trained is not known here"


class Plan(NamedTuple):
    """How many epochs a run was to have from some moment on."""

    epochs: int
    over: bool
    """Whether what was planned before had been completed by then."""


def plans(events: Iterable[Event]) -> tuple[Plan, ...]:
    """Those of a run, one after the other."""
    found: tuple[Plan, ...] = ()
    completed, now = False, 0
    for event in events:
        if isinstance(event, RunStarted):
            now = int(event.config.get("epochs", event.epochs))
            found = (Plan(now, over=True),)
        elif isinstance(event, SettingsChanged):
            now = int(event.config.get("epochs", now))
        elif isinstance(event, RunResumed) and found and now != event.epochs:
            now = event.epochs
            found = (*found, Plan(now, over=completed))
        if isinstance(event, RunFinished | RunResumed):
            completed = isinstance(event, RunFinished) and event.outcome == "completed"
    return found


def follow(planned: tuple[Plan, ...], config: TrainingConfig, changed: Sequence[Change] = ()) -> tuple[int, ...]:
    """The numbers of epochs to train for, one after the other, to have what such a run has, which began with `config`
    and `changed` on the way; none where no command does the same."""
    if len(planned) > 1 and not (depends_on_plan(config) or any(map(_on_plan, changed))):
        planned = planned[-1:]
    late = len(planned) > 1 and any(change.epoch >= planned[0].epochs for change in changed)
    over = len(planned) < 2 or all(plan.over for plan in planned)
    return tuple(plan.epochs for plan in planned) if over and not late else ()


def depends_on_plan(config: TrainingConfig) -> bool:
    """Whether an epoch comes out otherwise when more are to follow."""
    return config.schedule != "constant" or config.patience > 0


def _on_plan(change: Change) -> bool:
    """The same of the epochs after a change."""
    return bool(change.config.get("schedule", "constant") != "constant" or change.config.get("patience", 0))


def changes(variant: str, preset: str, config: TrainingConfig) -> dict[str, Any]:
    """What is not as in the preset, number of epochs and seed included. Raises UsageError for an unknown preset."""
    before, after = msgspec.structs.asdict(registry.preset(variant, preset)), msgspec.structs.asdict(config)
    return {name: value for name, value in after.items() if value != before.get(name)}


def train_command(
    variant: str, data: str, preset: str, config: TrainingConfig, epochs: int, changed: Iterable[Change] = ()
) -> str:
    """The command line, for a shell; `config` is what the run began with, `changed` what became of it."""
    first = {name: value for name, value in changes(variant, preset, config).items() if name not in OPTIONS}
    options = [
        *("--dataset", data),
        *("--preset", preset),
        *("--epochs", str(epochs)),
        *("--seed", str(config.seed)),
        *(part for name, value in first.items() for part in ("--set", f"{name}={_written(value)}")),
        *(
            part
            for change in changed
            for name, value in change.config.items()
            for part in ("--at", f"{change.epoch}:{name}={_written(value)}")
        ),
    ]
    return shlex.join(["aetui", "train", variant, *options])


def commands(
    variant: str,
    data: str,
    preset: str,
    values: Mapping[str, Any],
    planned: tuple[Plan, ...],
    changed: Sequence[Change] = (),
) -> list[str]:
    """What trains a run that began with these settings, `changed` as told, and of these plans; to be run one after the
    other; none where nothing does the same. Raises EngineError for what this version does not know."""
    if not registry.variant(variant).trained:
        raise UsageError("Not trained here", UNTRAINED)
    config = params.stored(registry.preset(variant, preset), values)
    first, *later = follow(planned, config, changed) or (0,)
    if not first:
        return []
    begin = train_command(variant, data, preset, config, first, changed)
    return [begin, *(f"aetui resume last --epochs {epochs}" for epochs in later)]


def _written(value: object) -> str:
    """Such that it is read as the very same value."""
    return str(value).lower() if isinstance(value, bool) else repr(value) if isinstance(value, float) else str(value)
