"""A change of settings on the way, as records and orders hold it; see `engine.runs.changes`."""

from __future__ import annotations

from typing import Any

import msgspec

from engine.events import Count


class Change(msgspec.Struct, frozen=True):
    """What changed in a run after `epoch`; it holds from the next one on."""

    epoch: Count
    config: dict[str, Any]
    """Only what changed, with its new values."""
