"""What may change in a run after one of its epochs, and what is typed of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from aetui.render.text import plain
from aetui.state.run_state import RunState
from engine import params, registry
from engine.errors import SettingError, UsageError
from engine.params import Param
from engine.runs.changes import changeable

APART = "losses from then on are not to be compared with earlier ones"
FIRST = "learning_rate"
"""What is changed most often, and every model has."""
AT_WORK = ("running", "paused", "held")
"""Stands of a run whose settings can change."""


def trained(run: RunState) -> bool:
    """Whether such runs are trained here."""
    variant = registry.known(run.variant)
    return variant is not None and variant.trained


def changes_now(run: RunState) -> bool:
    """Whether settings of the run can change."""
    return run.status in AT_WORK and trained(run)


def fields(run: RunState, epoch: int) -> tuple[Param, ...]:
    """The settings of `run` that may change after `epoch`, with what holds there as defaults.

    Raises:
        EngineError: this version does not know such a model, or not such settings.
    """
    base = next(iter(registry.variant(run.variant).presets.values()))
    config = params.stored(base, {**run.settings_after(epoch), "epochs": run.planned})
    found = sorted(changeable(config), key=lambda field: field.name != FIRST)
    return tuple(
        msgspec.structs.replace(field, meaning=f"{field.meaning}; {APART}") if field.changes == "loss" else field
        for field in found
    )


def typed(run: RunState, known: Sequence[Param], words: Iterable[str]) -> dict[str, Any]:
    """What `words` such as "rate=1e-4" say of the settings of `run` that may change, which are `known`; a part of a
    name will do that no other of them has.

    Raises:
        EngineError: one of them says nothing of the kind, or an impossible value.
    """
    found = {}
    may = ", ".join(field.name for field in known)
    for word in words:
        name, sign, value = word.partition("=")
        if not sign or not value:
            raise UsageError("Command", f"expected settings such as learning_rate=1e-4, got {plain(word, 40)!r}")
        if name in run.config and name not in {field.name for field in known}:
            raise SettingError(name, f"cannot change while a run trains; there may {may}")
        param = params.named(name, known)
        found[param.name] = params.parse(param, value)
    return found
