"""A race as data: its curves, pictures, settings and metrics, to be copied or written to a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from aetui.racing import curves, figures
from aetui.racing.cars import Car
from aetui.racing.measures import Floats, Measure
from aetui.racing.pictures import Lane
from aetui.racing.probe import Probe
from aetui.racing.race import Race
from aetui.render.curves.layers import Line
from aetui.render.curves.time_axis import Unit
from aetui.taking.taken import About, Pictures, Plot, Series, Table, Taken

NOTHING = "no epoch is over yet"
NO_PICTURES = Taken("race-pictures", "Pictures", missing="none are shown of these runs")


def points(car: Car, measure: Measure, probes: Mapping[int, Probe]) -> tuple[Floats, Floats, Floats]:
    """Epochs, seconds and values of a run, (points,) each, where it has a value."""
    by = {unit: curves.series_of(car, measure, unit, probes) for unit in ("epochs", "seconds")}
    epochs, values = (np.asarray(each, np.float64) for each in (by["epochs"].x, by["epochs"].y))
    seconds = np.asarray(by["seconds"].x, np.float64)
    there = np.isfinite(values)
    return epochs[there], seconds[there], values[there]


def finite(line: Line) -> Floats:
    """The values of a curve that can be drawn."""
    values = np.asarray(line.y, np.float64)
    return values[np.isfinite(values)]


def of_curves(
    cars: Sequence[Car],
    measure: Measure,
    probes: Mapping[int, Probe],
    *,
    unit: Unit = "epochs",
    log: bool = False,
    cursor: float | None = None,
) -> Taken:
    """All points of all curves."""
    found = [(car, points(car, measure, probes)) for car in cars]
    table = Table(("run", "name", "epoch", "seconds", measure.label), list(_rows(found)))
    if not table.rows:
        return Taken("race", f"Race, {measure.label}", missing=NOTHING)
    arrays: dict[str, Any] = {}
    series = []
    for car, (epochs, seconds, values) in found:
        arrays |= {f"{car.number} epoch": epochs, f"{car.number} seconds": seconds, f"{car.number} value": values}
        line = curves.series_of(car, measure, unit, probes)
        series.append(Series(f"{car.number} {car.name}", line.x, line.y, place=car.place))
    plot = Plot(f"race: {measure.label}", tuple(series), unit, measure.label, log, cursor)
    last = max(car.run.last_epoch for car in cars)
    return Taken("race", f"Race, {measure.label}", last, up_to=True, table=table, arrays=arrays, plots=(plot,))


def _rows(found: Sequence[tuple[Car, tuple[Floats, Floats, Floats]]]) -> Iterator[tuple[str, str, int, float, float]]:
    for car, columns in found:
        for epoch, seconds, value in zip(*(column.tolist() for column in columns), strict=True):
            yield car.run_id, car.name, int(epoch), round(seconds, 4), value


def of_lane(lane: Lane, cars: Sequence[Car], number: int) -> Taken:
    """The items of a lane and what its runs make of them."""
    names = {car.place: f"{car.number} {car.name}" for car in cars}
    arrays = {"inputs": lane.targets} | {f"{shot.place + 1} outputs": shot.samples.outputs for shot in lane.shots}
    drawn = (
        Pictures("input", lane.targets),
        *(Pictures(names.get(shot.place, ""), shot.samples.outputs) for shot in lane.shots),
    )
    key = "race-pictures" if not number else f"race-pictures-{number + 1}"
    runs = ", ".join(str(shot.place + 1) for shot in lane.shots)
    return Taken(key, f"Pictures of {runs}", arrays=arrays, pictures=drawn if lane.drawable else ())


def of_settings(cars: Sequence[Car]) -> Taken:
    """The settings that differ."""
    known = figures.readable(cars)
    rows = [(row.name, *map(figures.setting, row.values)) for row in figures.differing(cars)]
    head = ("setting", *(f"{car.number} {car.name}" for car in known))
    if not rows:
        return Taken("race-settings", "Settings that differ", missing="the runs are set alike")
    return Taken("race-settings", "Settings that differ", table=Table(head, rows))


def of_metrics(cars: Sequence[Car], lines: Sequence[figures.Line]) -> Taken:
    """The metrics with what they have to beat, a row for each metric and run."""
    rows = [
        (
            line.name,
            car.run_id,
            car.name,
            line.values[car.place],
            *line.baselines.get(car.place, ("", None)),
            _mark(line, car.place),
        )
        for line in lines
        for car in cars
        if car.place in line.values
    ]
    if not rows:
        return Taken("race-metrics", "Metrics", missing="metrics are measured when a run ends")
    head = ("metric", "run", "name", "value", "baseline", "baseline value", "ahead")
    return Taken("race-metrics", "Metrics", table=Table(head, rows))


def _mark(line: figures.Line, place: int) -> str:
    if line.ahead is None or line.ahead.place != place:
        return ""
    return "beyond the spread" if line.ahead.beyond else "within the spread" if line.ahead.beyond is False else "ahead"


def about(cars: Sequence[Car]) -> About:
    """Whose all that is."""
    ids = " ".join(car.run_id for car in cars)

    def each(values: Iterator[str]) -> str:
        return " ".join(dict.fromkeys(values))

    return About(
        run=ids,
        name=", ".join(car.name for car in cars),
        model=each(car.run.variant for car in cars),
        preset=each(car.run.preset for car in cars),
        data=each(car.run.dataset for car in cars),
        settings={car.run_id: dict(car.run.config) for car in cars},
        command=f"aetui race {ids}",
    )


def everything(race: Race, shots: Sequence[Lane], pane: str, *, log: bool) -> list[Taken]:
    """All that there is of a race, what the `pane` shows first."""
    every = {
        "curves": [of_curves(race.cars, race.measure, race.probes, unit=race.unit, log=log, cursor=race.cursor)],
        "shots": [of_lane(lane, race.cars, at) for at, lane in enumerate(shots)] or [NO_PICTURES],
        "settings": [of_settings(race.cars)],
        "metrics": [of_metrics(race.cars, figures.lines(race.cars, race.spreads))],
    }
    order = sorted(every, key=lambda name: name != pane)
    return [each for name in order for each in every[name]]


def gathered(taken: Callable[[], list[Taken]], cars: Sequence[Car]) -> tuple[list[Taken], About]:
    """As a dialog for files wants it."""
    return taken(), about(cars)
