"""A run that takes part in a race: what its folder tells, followed while any process trains it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from aetui.follow.reading import follow, read_run
from aetui.render.text import plain
from aetui.state.run_state import RunState
from engine import params, registry
from engine.analysis.races import Course
from engine.errors import EngineError

if TYPE_CHECKING:
    from engine.params import TrainingConfig
    from engine.runs.listing.summary import Summary
    from engine.runs.store import RunRecord, RunStore

GONE = "deleted"
STAMP = 16
"""Characters at the beginning of an id that are its time."""


@dataclass(frozen=True)
class Car:
    """One run of a race."""

    run_id: str
    place: int
    """From 0 on, kept as long as the race is on."""
    run: RunState
    folder: Path
    course: Course | None = None
    """None where the folder does not say it."""
    measures: Mapping[str, str] = field(default_factory=dict)
    """As `engine.variants.variant.Variant.measures`."""
    loss: str = ""
    """The same for runs whose totals are the same sum of the same terms."""
    summary: Summary | None = None
    offset: int = 0
    """How far its events are read."""
    wrong: str = ""
    """Why nothing new is known of it: it was deleted, or cannot be read."""

    @property
    def number(self) -> str:
        """What it is called in charts: "1"."""
        return str(self.place + 1)

    @property
    def name(self) -> str:
        """What people call it; without a name the beginning of its id, with the seed where it is one of a group."""
        if self.run.name:
            return plain(self.run.name)
        seed = f"-{self.run.config.get('seed', '')}" if self.run.group else ""
        return plain(self.run_id[:STAMP] + seed)

    @property
    def recipe(self) -> str:
        """The same for runs that differ in nothing but their seed."""
        return recipe(self.run.variant, self.run.dataset, self.run.config)


def recipe(variant: str, dataset: str, config: Mapping[str, object]) -> str:
    """As `Car.recipe`, of any run."""
    rest = {name: value for name, value in config.items() if name != "seed"}
    return msgspec.json.encode([variant, dataset, rest], order="deterministic").decode()


def loaded(store: RunStore, run_ids: Mapping[str, int]) -> list[Car]:
    """The runs with these ids and places. Reads all their events: not for the screen's loop."""
    return [_loaded(store, run_id, place) for run_id, place in run_ids.items()]


def _loaded(store: RunStore, run_id: str, place: int) -> Car:
    from engine.runs.listing.summary import summarise

    record = store.get(run_id)
    if record is None:
        there = (store.root / run_id).is_dir()
        wrong = "its run.json is damaged" if there else GONE
        return Car(run_id, place, RunState(run_id, status="interrupted"), store.root / run_id, wrong=wrong)
    read = read_run(record, asked=False)
    car = Car(run_id, place, read.run, record.folder, summary=summarise(record), offset=read.offset)
    return _as_measured(car, record)


def _as_measured(car: Car, record: RunRecord) -> Car:
    """What its losses are, by the settings that hold now."""
    return replace(car, course=course(record), measures=_measures(record), loss=_loss(record))


def followed(store: RunStore, cars: Sequence[Car]) -> list[Car]:
    """The same with all that was written since; a car without news is the very same object."""
    return [_followed(store, car) for car in cars]


def _followed(store: RunStore, car: Car) -> Car:
    from engine.runs.listing.summary import summarise

    events = car.folder / "events.jsonl"
    try:
        size = events.stat().st_size if events.exists() else 0
        there = (car.folder / "run.json").exists()
    except OSError:
        size, there = 0, False
    if not there:
        return car if car.wrong else replace(car, wrong=GONE, run=car.run.as_found("interrupted"))
    if car.wrong or size < car.offset:  # it is back, or another one
        again = _loaded(store, car.run_id, car.place)
        return car if again.wrong == car.wrong else again
    if size == car.offset and not car.run.going:
        return car
    news = follow(store, car.run_id, car.offset)
    before, now = car.run.changes, news.applied_to(car.run)
    if not news.events and now.status == car.run.status:
        return car
    record = store.get(car.run_id)
    car = replace(
        car,
        run=now,  # its columns are the screen's: they are made where they are drawn
        offset=news.offset,
        summary=summarise(record) if record is not None else car.summary,
    )
    return car if record is None or now.changes == before else _as_measured(car, record)


def course(record: RunRecord) -> Course:
    """What a stored run is measured on."""
    config = record.config
    share = config.get("validation", 0.0)
    return Course(
        data=plain(record.dataset),
        fingerprint=record.info.fingerprint,
        validation=float(share) if isinstance(share, int | float) else 0.0,
        normal=plain(str(config.get("normal", ""))),
        noise=_noise(record),
    )


def _noise(record: RunRecord) -> str:
    config = _config(record)
    if config is None:
        return ""
    # Every seed draws noise of its own, of the same kind.
    drawn = registry.variant(record.variant).noise(msgspec.structs.replace(config, seed=0))
    return plain(drawn.removesuffix("-seed0").replace("-", " "))


def _measures(record: RunRecord) -> Mapping[str, str]:
    config = _config(record)
    return {} if config is None else registry.variant(record.variant).measures(config)


def _loss(record: RunRecord) -> str:
    """What it is made of, as a program says it; where none does, all settings but those that every model has."""
    config = _config(record)
    script = registry.variant(record.variant).script(config) if config is not None else None
    if script is not None:
        return "\n".join(script.lines)
    usual = params.TrainingConfig.__struct_fields__
    rest = {name: value for name, value in record.config.items() if name not in usual}
    return msgspec.json.encode([record.variant, rest], order="deterministic").decode()


def _config(record: RunRecord) -> TrainingConfig | None:
    try:
        presets = registry.variant(record.variant).presets
        return params.stored(next(iter(presets.values())), record.config)
    except EngineError:  # of another version
        return None
