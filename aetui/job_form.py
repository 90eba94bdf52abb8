"""From an autoencoder to the fields of its form, and from the filled-in form to a job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from aetui.render import numbers
from aetui.state import RunState
from aetui.widgets.param_form import Note
from engine import datasets
from engine.errors import EngineError
from engine.jobs import MOST_SEEDS, Order, TrainJob
from engine.params import Param, describe, parse
from engine.variants.variant import Variant

if TYPE_CHECKING:
    from engine.store import RunStore

DOWNLOAD = "↓"
"""Stands beside a data set that is not on this machine."""
ABSENT = "–"
"""Stands beside one that cannot be downloaded either."""
SEEDS = Param("seeds", "seeds", "int", "runs, one after the other, each with the next seed", 1, 1, MOST_SEEDS)


def fields(variant: Variant, preset: str, dataset: str) -> tuple[Param, ...]:
    """The form: preset and data set, then every setting with the preset's value as its default."""
    accepted = tuple(key for key, row in datasets.DATASETS.items() if row.kind in variant.accepts)
    return (
        Param("preset", "preset", "choice", "settings that go together", preset, choices=tuple(variant.presets)),
        Param("dataset", "data", "choice", "what it learns from", dataset, choices=accepted),
        *_with_seeds(describe(variant.presets[preset])),
    )


def _with_seeds(params: Sequence[Param]) -> list[Param]:
    """`params` with the number of seeds after the seed."""
    at = [param.name for param in params].index("seed") + 1
    return [*params[:at], SEEDS, *params[at:]]


def values(variant: Variant, preset: str, dataset: str) -> dict[str, Any]:
    """What an untouched form holds."""
    return {param.name: param.default for param in fields(variant, preset, dataset)}


def values_of(run: RunState, variant: Variant, preset: str, dataset: str) -> dict[str, Any]:
    """The form as it was for `run`; a value that this version cannot have gives way to the preset's."""
    filled = values(variant, preset, dataset)
    stored = {**run.config, "epochs": run.planned}
    for param in fields(variant, preset, dataset):
        if param.name in stored:
            with suppress(EngineError):
                filled[param.name] = parse(param, stored[param.name])
    return filled


def preferred(variant: Variant, data_dir: Path | None) -> str:
    """The data set to begin with; the variant's first choice where the data folder cannot be looked into."""
    try:
        return datasets.default(variant.prefers, data_dir)
    except EngineError:
        return variant.prefers[0]


def notes(variant: Variant, data_dir: Path | None) -> dict[tuple[str, str], Note]:
    """What each data set is, and where it is or that it must be fetched."""
    rows = (row for row in datasets.DATASETS.values() if row.kind in variant.accepts)
    return {("dataset", row.key): _note(row, data_dir) for row in rows}


def _note(row: datasets.DataSet, data_dir: Path | None) -> Note:
    items = f", {numbers.count(row.train_items)} to train" if row.train_items else ""
    about = f"{row.title}{items}"
    place = where(row.key, data_dir)
    if place:
        return Note("", f"{about}; {place}")
    if row.own:
        return Note(ABSENT, f"{about}; {row.remedy}")
    size = f", {numbers.size(sum(file.size for file in row.files))}" if row.files else ""
    return Note(DOWNLOAD, f"{about}; to download{size}")


def where(dataset: str, data_dir: Path | None) -> str:
    """Whose place a data set lies in ("cache"); empty if it is not on this machine."""
    try:
        location = datasets.locate(dataset, data_dir)
    except EngineError:
        return ""
    return location.where if location else ""


def job(variant: Variant, filled: Mapping[str, Any]) -> TrainJob:
    """The run that the form describes; `config` holds what differs from the preset."""
    preset = variant.presets[filled["preset"]]
    changed = {name: filled[name] for name, value in msgspec.structs.asdict(preset).items() if filled[name] != value}
    return TrainJob(variant=variant.key, dataset=filled["dataset"], preset=filled["preset"], config=changed)


def orders(variant: Variant, filled: Mapping[str, Any], store: RunStore) -> list[Order]:
    """The runs that the form describes, one for each seed; they are kept as a group.

    Raises:
        UsageError, RunError: they cannot be trained, or kept.
    """
    from engine import groups  # it needs numpy, which the first frame does not wait for

    return groups.rest(groups.begin(job(variant, filled), filled["seeds"], store), store)
