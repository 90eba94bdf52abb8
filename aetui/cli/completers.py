"""What may stand in the place of an argument or an option's value, for shells that complete it.

Each is called with the context of the command, whose parameters are as they were typed, and with the part of a word
that is there. It yields words with their meaning; those that do not begin with that part are left out later. Nothing
here may take long: a key waits for it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from engine.params import Param

FILES = "\0files"
"""The meaning of a word in whose place files of the user may stand."""
MOST_RUNS = 200
"""Runs that are offered, the newest: a list of thousands helps nobody."""

Offers = Iterator[tuple[str, str]]


def variants(ctx: Any, incomplete: str) -> Offers:
    """Autoencoders."""
    from engine import registry

    for key, entry in registry.VARIANTS.items():
        yield key, entry.summary


def presets(ctx: Any, incomplete: str) -> Offers:
    """Presets of the variant that is named, else of all."""
    from engine import registry

    named = registry.VARIANTS.get(str(ctx.params.get("variant")))
    for variant in [named] if named else registry.VARIANTS.values():
        for preset in variant.presets:
            yield preset, f"of {variant.key}"


def formats(ctx: Any, incomplete: str) -> Offers:
    """Formats of exports."""
    from engine.exports.table import FORMATS

    for key, row in FORMATS.items():
        yield key, row.label


def settings(ctx: Any, incomplete: str) -> Offers:
    """`FIELD=` for the settings of the variant that is named, and `FIELD=VALUE` where there are choices."""
    from engine import params, registry

    variant = registry.VARIANTS.get(str(ctx.params.get("variant")))
    if variant is None:
        return
    preset = variant.presets.get(str(ctx.params.get("preset"))) or variant.presets[variant.default_preset]
    yield from _settings(params.describe(preset), incomplete)


def settings_at(ctx: Any, incomplete: str) -> Offers:
    """`EPOCH:` before what `settings` offers of those that may change."""
    from engine import registry
    from engine.runs.changes import changeable

    variant = registry.VARIANTS.get(str(ctx.params.get("variant")))
    epoch, colon, rest = incomplete.partition(":")
    if variant is None or not colon:
        return
    preset = variant.presets.get(str(ctx.params.get("preset"))) or variant.presets[variant.default_preset]
    for word, meaning in _settings(changeable(preset), rest):
        yield f"{epoch}:{word}", meaning


def settings_of_run(ctx: Any, incomplete: str) -> Offers:
    """As `settings`, those that may change in the run that is named, with what it has."""
    from engine import params, registry
    from engine.errors import EngineError
    from engine.runs.changes import changeable

    with suppress(OSError, EngineError):
        record = _store(ctx).find(str(ctx.params.get("run")))
        config = params.stored(registry.preset(record.variant, record.preset), record.config)
        yield from _settings(changeable(config), incomplete)


def _settings(known: Iterable[Param], incomplete: str) -> Offers:
    field, equals, _ = incomplete.partition("=")
    for param in known:
        if not equals:
            yield f"{param.name}=", f"{param.meaning} ({param.range})"
        elif param.name == field:
            choices = ("true", "false") if param.kind == "bool" else param.choices or (str(param.default),)
            for choice in choices:
                yield f"{field}={choice}", "as it is" if choice == str(param.default) else ""


def changeable_settings(ctx: Any, incomplete: str) -> Offers:
    """`FIELD=` for the settings of the run that is named which may change while it trains, with their values."""
    from engine import params, registry
    from engine.errors import EngineError
    from engine.runs.changes import changeable

    with suppress(OSError, EngineError):
        run = _store(ctx).find(str(ctx.params.get("run")))
        for param in changeable(params.stored(registry.preset(run.variant, run.preset), run.config)):
            yield f"{param.name}=", f"{param.meaning} ({param.range}); it is {param.default}"


def kept_epochs(ctx: Any, incomplete: str) -> Offers:
    """The epochs of the run that is named which can be forked."""
    from engine.errors import EngineError
    from engine.runs import forking

    yield "best", "the one with the lowest validation loss"
    yield "last", "the last complete one"
    with suppress(OSError, EngineError):
        for epoch in forking.kept_epochs(_store(ctx).find(str(ctx.params.get("run")))):
            yield str(epoch), "" if epoch else "as it began"


def pages(ctx: Any, incomplete: str) -> Offers:
    """Pages that explain."""
    from aetui.explaining.pages import pages as known

    for name, page in known().items():
        yield name, page.title


def datasets(ctx: Any, incomplete: str) -> Offers:
    """Data sets; where a variant is named, those that it can learn from."""
    from engine import registry
    from engine.datasets import all_sets

    variant = registry.VARIANTS.get(str(ctx.params.get("variant")))
    for key, entry in all_sets().items():
        if variant is None or entry.kind in variant.accepts:
            yield key, entry.title


def own_sets(ctx: Any, incomplete: str) -> Offers:
    """Data sets of the user."""
    from engine.datasets import all_sets

    for key, entry in all_sets().items():
        if entry.own:
            yield key, entry.title


def readers(ctx: Any, incomplete: str) -> Offers:
    """Kinds of data that can be added."""
    from engine.datasets.own.readers import READERS

    for key, reader in READERS.items():
        yield key, reader.label


def inputs(ctx: Any, incomplete: str) -> Offers:
    """Data sets and files."""
    yield from datasets(ctx, incomplete)
    yield incomplete, FILES


def runs(ctx: Any, incomplete: str) -> Offers:
    """`last`, names of runs, and ids of those that have none, or whose id is begun."""
    with suppress(OSError):
        newest = _store(ctx).summaries()[:MOST_RUNS]
        if newest:
            yield "last", f"{newest[0].id}, the newest"
        for run in newest:
            told = f"{run.variant} on {run.dataset}, {run.status}"
            if run.name:
                yield run.name, told
            if not run.name or (incomplete and run.id.startswith(incomplete)):
                yield run.id, told


def runs_and_groups(ctx: Any, incomplete: str) -> Offers:
    """As `runs`, and names of groups."""
    yield from runs(ctx, incomplete)
    with suppress(OSError):
        named = {run.group: run.name.rpartition("-")[0] or run.group for run in _store(ctx).summaries() if run.group}
        for group, name in named.items():
            yield name, f"group {group}"


def sweeps(ctx: Any, incomplete: str) -> Offers:
    """`last`, and sweeps by their names, else their ids."""
    from engine.sweeps import sweep

    with suppress(OSError):
        found = sweep.kept(_store(ctx))[::-1]
        if found:
            yield "last", f"{found[0].id}, the newest"
        for each in found:
            yield each.name or each.id, f"{each.job.variant} on {each.job.dataset}, {each.trials} trials"


def devices(ctx: Any, incomplete: str) -> Offers:
    """Devices by their kind; which there are only TensorFlow knows, which takes seconds."""
    yield "auto", "a GPU where there is one"
    yield "cpu", "the processor"
    yield "gpu", "the first GPU"
    yield "gpu:", "a GPU by its number, or several: 0,1"


def _store(ctx: Any) -> Any:
    from engine.runs.store import RunStore, default_root

    return RunStore(_folder(ctx) or default_root())


def _folder(ctx: Any) -> Path | None:
    """`--runs-dir`, the last one that is given, else what the environment says; `~` comes as it was typed."""
    from pathlib import Path

    while ctx is not None:
        if given := ctx.params.get("runs_dir"):
            return Path(given).expanduser()
        ctx = ctx.parent
    named = os.environ.get("AETUI_RUNS")
    return Path(named) if named else None
