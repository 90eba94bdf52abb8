"""Settings that change while a run trains: a fork's, and those of a run that is steered.

A change is the same in either: the run is trained on from its state at the end of an epoch, weights and optimiser, as
one that had the new settings from the next epoch on. So it can be trained again to the bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from engine import params
from engine.errors import SettingError
from engine.events import Count
from engine.params import Param, TrainingConfig
from engine.variants.variant import Variant

if TYPE_CHECKING:
    from engine.backend import Checkpoint

ConfigT = TypeVar("ConfigT", bound=TrainingConfig)


class Change(msgspec.Struct, frozen=True):
    """What changed in a run after `epoch`; it holds from the next one on."""

    epoch: Count
    config: dict[str, Any]
    """Only what changed, with its new values."""


def settings_after(begun: Mapping[str, Any], changes: Iterable[Change], epoch: int) -> dict[str, Any]:
    """The settings that the epoch after `epoch` is trained with, of a run that began with `begun`."""
    settings = dict(begun)
    for change in changes:
        if change.epoch <= epoch:
            settings |= change.config
    return settings


def changeable(config: TrainingConfig) -> tuple[Param, ...]:
    """The settings that may change while a run trains, with the values of `config` as defaults."""
    return tuple(param for param in params.describe(config) if param.changes)


def changed(variant: Variant[Any], config: ConfigT, values: Mapping[str, Any]) -> ConfigT:
    """`config` of a run of `variant` with `values` (typed, or as text) in it, from an epoch on.

    Raises:
        SettingError: an unknown setting, an impossible value, or one that the networks or the data depend on.
    """
    after = params.configure(config, values)
    may = {param.name for param in changeable(config)}
    fixed = [name for name in difference(config, after) if name not in may]
    if fixed:
        others = f", nor can {', '.join(fixed[1:])}" if len(fixed) > 1 else ""
        told = "expected one that neither the networks nor the data depend on"
        raise SettingError(fixed[0], f"it cannot change while a run trains{others}; {told}: {', '.join(sorted(may))}")
    variant.check(after)
    variant.check_change(config, after)
    if variant.reading(after) != variant.reading(config):
        raise SettingError(next(iter(values)), "it cannot change while a run trains: the data are read by it")
    return after


def difference(before: TrainingConfig, after: TrainingConfig) -> dict[str, Any]:
    """What of `after` is not as in `before`, in plain types."""
    old, new = msgspec.to_builtins(before), msgspec.to_builtins(after)
    return {name: value for name, value in new.items() if value != old[name]}


def going_on(checkpoint: Checkpoint, before: TrainingConfig, after: TrainingConfig) -> Checkpoint:
    """The state of a run at the end of an epoch as what training goes on from with other settings.

    Where the loss means something else from then on, the best epoch is looked for anew; patience that was at its end
    begins anew.
    """
    different = difference(before, after)
    if not different:
        return checkpoint
    at, best = checkpoint.position, checkpoint.best
    if at.given_up:
        at = msgspec.structs.replace(at, given_up=0, patient_since=at.epoch - 1)
    if any(param.changes == "loss" for param in changeable(after) if param.name in different):
        at, best = msgspec.structs.replace(at, patient_since=at.epoch - 1), None
    return msgspec.structs.replace(checkpoint, position=at, best=best)
