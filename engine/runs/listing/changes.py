"""The settings of a run that are not those of its preset."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import msgspec

from engine import registry
from engine.errors import EngineError
from engine.runs.listing.summary import Summary


def changed(run: Summary) -> dict[str, Any]:
    """By name, in the order of the settings; nothing where the preset is not known here. Epochs and seed come last:
    runs differ in them most often."""
    usual = _preset(run.variant, run.preset)
    found = {name: run.config[name] for name, value in usual.items() if run.config.get(name, value) != value}
    for name in ("epochs", "seed"):
        if name in found:
            found[name] = found.pop(name)
    return found


def told(value: object) -> str:
    """A setting's value in words: "0.001", "on"."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else str(value)


@lru_cache
def _preset(variant: str, preset: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = msgspec.to_builtins(registry.preset(variant, preset))
    except EngineError:  # of another version
        return {}
    return found
