"""`:sweep`: show a sweep, or begin one in a process of its own."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

from aetui.follow import sweeps
from aetui.render.text import plain
from engine import registry
from engine.errors import UsageError

if TYPE_CHECKING:
    from aetui.screens.host import Workbench


def run(app: Workbench, text: str) -> Callable[[], None]:
    """Check what was typed, and begin a sweep where that is asked for; what is left is to show it.

    Raises:
        EngineError: there is no such sweep, or it did not begin.
    """
    from engine.sweeps import sweep

    try:
        words = shlex.split(text)
    except ValueError as error:
        raise UsageError("Command", f"{plain(text, 40)!r} cannot be read: {error}") from error
    begins = bool(words) and (words[0] in registry.VARIANTS or words[0] == "--resume")
    if not begins and len(words) > 1:
        there = ", ".join(registry.VARIANTS)
        raise UsageError("Command", f"expected a sweep, or a model and --over FIELD=RANGE; the models are {there}")
    if begins:
        wanted = sweeps.begin(app.store, app.data_dir, words)
    else:
        wanted = sweep.find(app.store, words[0]).id if words else ""
    return partial(show, app, wanted)


def show(app: Workbench, wanted: str) -> None:
    """Open the screen of that sweep; "" for the newest."""
    from aetui.screens.sweep import SweepScreen

    app.push_screen(SweepScreen(wanted, app.key_overrides))


def choices(app: Workbench, text: str) -> Iterable[str]:
    """What may stand after `sweep `."""
    from engine import params
    from engine.sweeps import sweep

    head, space, last = text.rpartition(" ")
    if not space:
        known = [each.name or each.id for each in sweep.kept(app.store)[::-1]]
        return [
            each for each in ["last", *known, *(f"{key} --over " for key in registry.VARIANTS)] if each.startswith(text)
        ]
    variant = registry.VARIANTS.get(head.split()[0])
    if variant is None or not head.endswith("--over"):
        return []
    names = (param.name for param in params.describe(variant.presets[variant.default_preset]))
    return [f"{head} {name}=" for name in names if name.startswith(last)]
