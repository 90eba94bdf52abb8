"""From an autoencoder to the fields of its form, and from the filled-in form to a job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from aetui.render import numbers
from aetui.state.run_state import RunState
from aetui.widgets.param_form import Note
from engine import datasets, registry
from engine.datasets.own import records
from engine.errors import EngineError, SettingError
from engine.params import Param, describe, parse
from engine.runs.jobs import MOST_SEEDS, Order, TrainJob
from engine.variants.variant import Variant

if TYPE_CHECKING:
    from engine.runs.store import RunStore

DOWNLOAD = "↓"
"""Stands beside a data set that is not on this machine."""
ABSENT = "–"
"""Stands beside one that cannot be downloaded either."""
REMOVED = "there is no data set of this name any more; choose another one"
SEEDS = Param("seeds", "int", "runs, one after the other, each with the next seed", 1, 1, MOST_SEEDS)


class Draft(NamedTuple):
    """What is to be trained: an autoencoder and all its settings, which mean nothing without it."""

    variant: Variant[Any]
    values: Mapping[str, Any]
    """The form's, preset and data set among them."""

    @property
    def fields(self) -> tuple[Param, ...]:
        """The form's, with the values of the chosen preset as defaults."""
        return fields(self.variant, self.values["preset"], self.values["dataset"])

    @property
    def first_choice(self) -> bool:
        """Whether nothing but the data set was chosen: all else is what is offered first with some data."""
        preset, dataset = self.values["preset"], self.values["dataset"]
        offered = {registry.default_preset(self.variant.key, key) for key in datasets.all_sets()}
        return preset in offered and self.values == values(self.variant, preset, dataset)

    @property
    def seeds(self) -> int:
        """How many runs it describes."""
        return int(self.values["seeds"])

    @property
    def config(self) -> dict[str, Any]:
        """All settings of the autoencoder."""
        return {name: value for name, value in self.values.items() if name not in ("preset", "dataset", "seeds")}

    def check(self) -> None:
        """Raises SettingError where the data set is gone since it was chosen."""
        dataset = self.values["dataset"]
        if datasets.known(dataset) is None:
            raise SettingError("dataset", f"{dataset}: {REMOVED}")

    def job(self) -> TrainJob:
        """The run that it describes, the first of several; `config` holds what differs from the preset."""
        preset = msgspec.structs.asdict(self.variant.presets[self.values["preset"]])
        changed = {name: self.values[name] for name, value in preset.items() if self.values[name] != value}
        return TrainJob(
            variant=self.variant.key, dataset=self.values["dataset"], preset=self.values["preset"], config=changed
        )

    def orders(self, store: RunStore) -> list[Order]:
        """The runs that it describes, one for each seed; they are kept as a group.

        Raises:
            UsageError, RunError: they cannot be trained, or kept.
        """
        from engine.runs import groups  # it needs numpy, which the first frame does not wait for

        return groups.rest(groups.begin(self.job(), self.seeds, store), store)


def of_preset(variant: Variant[Any], data_dir: Path | None, preset: str = "", dataset: str = "") -> Draft:
    """An untouched form, by default of the variant's own first choices."""
    dataset = dataset or preferred(variant, data_dir)
    preset = preset or registry.default_preset(variant.key, dataset)
    return Draft(variant, values(variant, preset, dataset))


def of_run(run: RunState, variant: Variant[Any], data_dir: Path | None) -> Draft:
    """The form as it was for `run`, which is one of `variant`; what this version cannot have gives way."""
    preset = run.preset if run.preset in variant.presets else variant.default_preset
    entry = datasets.known(run.dataset)
    dataset = run.dataset if entry and entry.kind in variant.accepts else preferred(variant, data_dir)
    filled, stored = values(variant, preset, dataset), {**run.config, "epochs": run.planned}
    for param in fields(variant, preset, dataset):
        if param.name in stored:
            with suppress(EngineError):
                filled[param.name] = parse(param, stored[param.name])
    return Draft(variant, filled)


def fields(variant: Variant[Any], preset: str, dataset: str) -> tuple[Param, ...]:
    """The form: preset and data set, then every setting with the preset's value as its default."""
    accepted = tuple(key for key, row in datasets.all_sets().items() if row.kind in variant.accepts)
    suits = registry.presets(variant.key, dataset)
    presets = tuple(name for name in variant.presets if name in suits or name == preset)
    return (
        Param("preset", "choice", "settings that go together", preset, choices=presets),
        Param("dataset", "choice", "what it learns from", dataset, choices=accepted),
        *_with_seeds(describe(variant.presets[preset])),
    )


def _with_seeds(params: Sequence[Param]) -> list[Param]:
    """`params` with the number of seeds after the seed."""
    at = [param.name for param in params].index("seed") + 1
    return [*params[:at], SEEDS, *params[at:]]


def values(variant: Variant[Any], preset: str, dataset: str) -> dict[str, Any]:
    """What an untouched form holds."""
    return {param.name: param.default for param in fields(variant, preset, dataset)}


def preferred(variant: Variant[Any], data_dir: Path | None) -> str:
    """The data set to begin with; the variant's first choice where the data folder cannot be looked into."""
    try:
        return datasets.default(variant.prefers, data_dir)
    except EngineError:
        return variant.prefers[0]


def notes(variant: Variant[Any], data_dir: Path | None, chosen: str = "") -> dict[tuple[str, str], Note]:
    """What each data set is, and where it is or that it must be fetched; and whether the `chosen` one is gone."""
    rows = [row for row in datasets.all_sets().values() if row.kind in variant.accepts]
    found = {("dataset", row.key): _note(row, data_dir) for row in rows}
    return {("dataset", chosen): Note(ABSENT, REMOVED), **found} if chosen else found


def _note(row: datasets.DataSet, data_dir: Path | None) -> Note:
    items = f", {numbers.count(row.train_items)} to train" if row.train_items else ""
    about = f"{row.title}{items}"
    place = where(row.key, data_dir)
    if place:
        return Note("", f"{about}; {place}")
    if row.own:
        gone = f"gone from {row.source}" if records.find(row.key) else row.remedy
        return Note(ABSENT, f"{about}; {gone}")
    size = f", {numbers.size(sum(file.size for file in row.files))}" if row.files else ""
    return Note(DOWNLOAD, f"{about}; to download{size}")


def where(dataset: str, data_dir: Path | None) -> str:
    """Whose place a data set lies in ("cache"); empty if it is not on this machine."""
    try:
        location = datasets.locate(dataset, data_dir)
    except EngineError:
        return ""
    return location.where if location else ""
