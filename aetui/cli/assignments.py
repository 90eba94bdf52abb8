"""Settings as they are typed: what `--set` and `--at` say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aetui.render.text import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.params import Param
    from engine.runs.changes import Change


def assignments(texts: list[str], params: Sequence[Param]) -> dict[str, Any]:
    """What `--set` says, by the names of settings, of which a part will do that no other has."""
    from engine.errors import UsageError
    from engine.params import named

    config: dict[str, Any] = {}
    for text in texts:
        field, equals, value = text.partition("=")
        if not (equals and field.strip()):
            raise UsageError("Bad --set", f"expected FIELD=VALUE (for example hidden_dim=64), got {plain(text, 80)!r}")
        config[named(field.strip(), params).name] = value
    return config


def planned(texts: Sequence[str], params: Sequence[Param]) -> tuple[Change, ...]:
    """What several `--at EPOCH:FIELD=VALUE` say. Raises UsageError."""
    from engine.errors import UsageError
    from engine.runs.changes import Change
    from engine.runs.course import merged

    found = []
    for text in texts:
        epoch, colon, setting = text.partition(":")
        if not (colon and epoch.strip().isdecimal()):
            told = f"expected EPOCH:FIELD=VALUE (for example 3:learning_rate=1e-4), got {plain(text, 80)!r}"
            raise UsageError("Bad --at", f"{told}; it holds from the epoch after that one on")
        found.append(Change(int(epoch), assignments([setting], params)))
    return merged(found)
