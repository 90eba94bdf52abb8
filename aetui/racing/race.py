"""A race as it stands: the runs, how they are compared, and where its cursor is. A value; screens draw it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from aetui.racing import curves, measures, pacing
from aetui.racing.board import Entrant
from aetui.racing.cars import Car
from aetui.racing.figures import Spreads
from aetui.racing.measures import LOSS, TRAIN, Measure, last_change
from aetui.racing.probe import Probe, comparable
from aetui.render import numbers
from aetui.render.curves.layers import Line
from aetui.render.curves.time_axis import Unit
from aetui.render.curves.view import Data
from aetui.render.text import plain


@dataclass(frozen=True)
class Race:
    """All that is known and chosen."""

    cars: Sequence[Car] = ()
    probes: Mapping[int, Probe] = field(default_factory=dict)
    spreads: Spreads = field(default_factory=dict)
    chosen: str = ""
    """The key of the measure that was asked for; empty for what most have in common."""
    unit: Unit = "epochs"
    cursor: float | None = None
    """A place of the axis; None follows the runs."""

    @property
    def offered(self) -> list[Measure]:
        """What runs can be compared by."""
        return measures.offered(self.cars, comparable(self.probes, [car.place for car in self.cars]))

    @property
    def measure(self) -> Measure:
        """What they are compared by."""
        there = self.offered
        fallback = there[0] if there else Measure(LOSS, "validation loss")
        return next((measure for measure in there if measure.key == self.chosen), fallback)

    def next_measure(self, by: int) -> str:
        """The key of the measure `by` places on."""
        there = [measure.key for measure in self.offered]
        if not there:
            return ""
        return there[(there.index(self.measure.key) + by) % len(there)]

    @property
    def epochs(self) -> dict[int, int]:
        """By place, the epoch of each run under the cursor; 0 before its first one is over."""
        return {car.place: curves.epoch_at(car, self.unit, self.cursor) for car in self.cars}

    def data(self) -> Data:
        """The curves."""
        measure = self.measure
        level = pacing.level(pacing.levels(self.cars, measure, self.probes))
        return curves.data_of(self.cars, measure, self.unit, self.probes, level)

    def remarks(self) -> list[str]:
        """What is to be known of the comparison."""
        measure = self.measure
        levels = pacing.levels(self.cars, measure, self.probes)
        paced = pacing.remark(levels, measure)
        return [*measures.remarks(self.cars, measure, self.probes, level=bool(levels)), *([paced] if paced else [])]

    def entrants(self) -> list[Entrant]:
        """A row for each run, with what it has under the cursor."""
        measure, epochs = self.measure, self.epochs
        away = measures.aside(self.cars, measure, self.probes)
        falling = measure.squared or measure.probed or measure.key in (LOSS, TRAIN) or self._named(measure)
        values = {car.place: curves.value_at(car, measure, self.probes, epochs[car.place]) for car in self.cars}
        known = {place: value for place, value in values.items() if value is not None and np.isfinite(value)}
        fair = {place: value for place, value in known.items() if place not in away}
        leads = min(fair, key=lambda place: fair[place]) if falling and measure.shared and len(fair) > 1 else None
        return [
            Entrant(
                place=car.place,
                name=car.name,
                value=numbers.UNKNOWN if values[car.place] is None else numbers.loss(values[car.place] or 0.0),
                leads=car.place == leads,
                aside=car.place in away,
                best=self._best(car, measure) if falling else numbers.UNKNOWN,
                epoch=_epoch(car, epochs[car.place]),
                time=_time(car, epochs[car.place]),
                model=plain(f"{car.run.variant} {car.run.preset}").strip() or numbers.UNKNOWN,
                data=plain(car.run.dataset) or numbers.UNKNOWN,
                status=car.run.status,
                wrong=car.wrong,
            )
            for car in self.cars
        ]

    @staticmethod
    def _named(measure: Measure) -> bool:
        """Whether several models have it by agreement: what they agree on are errors."""
        return measure.shared and any(term in ("reconstruction", "loss") for term in measure.terms.values())

    def _best(self, car: Car, measure: Measure) -> str:
        if measure.probed:
            probe = self.probes.get(car.place)
            return _lowest(curves.series_of(car, measure, "epochs", self.probes)) if probe else numbers.UNKNOWN
        # Of a long run it takes a while, and every key asks.
        name = ("race best", measure.part, measure.terms.get(car.place), last_change(car))
        return car.run.epochs.once(name, lambda: _lowest(curves.series_of(car, measure, "epochs", self.probes)))


def _lowest(line: Line) -> str:
    y = np.asarray(line.y, np.float64)
    known = np.isfinite(y)
    if not known.any():
        return numbers.UNKNOWN
    at = int(np.where(known, y, np.inf).argmin())
    return f"{numbers.loss(float(y[at]))} @ {numbers.count(int(np.asarray(line.x)[at]))}"


def _epoch(car: Car, epoch: int) -> str:
    if not car.run.planned:
        return numbers.UNKNOWN
    return f"{numbers.count(epoch)}/{numbers.count(car.run.planned)}"


def _time(car: Car, epoch: int) -> str:
    if not epoch:
        return numbers.UNKNOWN
    spent = curves.ends(car, "seconds")
    return numbers.duration(float(spent[int(car.run.numbers.searchsorted(epoch))]))
