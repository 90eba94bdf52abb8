"""What the runs of a race are set to and what they reached: the tables beside the curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from aetui.racing.cars import Car, recipe
from aetui.render import metrics, numbers
from aetui.render.run_cells import BEATS, LOSES, value
from aetui.render.text import plain
from engine.analysis.baselines import BASELINES, MEASURES, Measure
from engine.analysis.headline import COSINE, LOSS
from engine.analysis.races import Ahead, Entry, ahead, usual
from engine.analysis.spread import Spread, spread
from engine.runs.listing.comparing import abreast

if TYPE_CHECKING:
    from engine.runs.listing.comparing import Row
    from engine.runs.store import RunStore

BEYOND, FIRST = "★", "☆"
"""At the best figure: ahead by more than the spread of seeds, or not known to be."""
LEGEND = f"{BEYOND} ahead by more than the spread of seeds · {FIRST} ahead, by less or with too few seeds to tell"
TOLD = ("model", "preset", "data")
"""Of what is told of a run, that which was chosen."""

Spreads = Mapping[str, Mapping[str, Spread]]
"""By recipe and metric, what completed runs of the store with other seeds reached."""


class Line(NamedTuple):
    """One metric of all runs, by place; and what they have to beat."""

    name: str
    label: str
    values: Mapping[int, float]
    ahead: Ahead | None = None
    measure: Measure | None = None
    baselines: Mapping[int, tuple[str, float]] = {}
    """By place, the strongest baseline that was measured beside the run, and its figure."""
    spreads: Mapping[int, Spread] = {}

    def beats(self, place: int) -> bool | None:
        """Whether a run is at least as good as its baseline; None where there is none."""
        if self.measure is None or place not in self.baselines or place not in self.values:
            return None
        theirs, ours = self.baselines[place][1], self.values[place]
        return ours >= theirs if self.measure.higher_is_better else ours <= theirs


def differing(cars: Sequence[Car]) -> list[Row]:
    """Settings that are not the same in all runs that can be read, as `aetui runs diff` tells them of two; of each row
    the values are in the order of `readable`."""
    rows = abreast([car.summary for car in readable(cars) if car.summary is not None])
    chosen = (row for row in rows if row.section == "setting" or (row.section == "run" and row.name in TOLD))
    return [row for row in chosen if row.differs]


def readable(cars: Sequence[Car]) -> list[Car]:
    """Those of whose settings and metrics anything is known."""
    return [car for car in cars if car.summary is not None]


def seeds(store: RunStore, cars: Sequence[Car]) -> Spreads:
    """How far runs of the store lie apart that are set as one of `cars` but for the seed, and complete. Reads all that
    a table of runs does: not for the screen's loop."""
    wanted = {car.recipe for car in cars}
    models = {(car.run.variant, car.run.dataset) for car in cars}
    found: dict[str, dict[str, list[float]]] = {}
    for run in store.summaries():
        if run.status != "completed" or (run.variant, run.dataset) not in models:
            continue
        known = recipe(run.variant, run.dataset, run.config)
        if known in wanted:
            for name, figure in run.metrics.items():
                found.setdefault(known, {}).setdefault(name, []).append(figure)
    return {
        known: {name: told for name, figures in names.items() if (told := spread(figures)) is not None}
        for known, names in found.items()
    }


def lines(cars: Sequence[Car], spreads: Spreads) -> list[Line]:
    """The metrics of all that have any; those that are measured against baselines first."""
    known = readable(cars)
    names = dict.fromkeys(name for car in known if car.summary for name in car.summary.metrics)
    measures = {measure.ours: measure for measure in (*MEASURES, COSINE, LOSS)}
    beside = {f"{row.key}_{measure.key}" for row in BASELINES for measure in MEASURES}
    order = [*(name for name in measures if name in names), *(name for name in names if name not in measures)]
    return [_line(name, measures.get(name), known, spreads) for name in order if name not in beside]


def _line(name: str, measure: Measure | None, cars: Sequence[Car], spreads: Spreads) -> Line:
    found = {car.place: car.summary.metrics[name] for car in cars if car.summary and name in car.summary.metrics}
    those = {car.place: car for car in cars if car.place in found}
    apart = {place: spreads[car.recipe][name] for place, car in those.items() if name in spreads.get(car.recipe, {})}
    label = measure.label if measure else plain(metrics.label(name))
    first = None
    if measure is not None and measure.higher_is_better is not None and (measure is not LOSS or _same_loss(cars)):
        fair = _comparable(list(those.values()))
        entries = {car.place: Entry(found[car.place], car.recipe, apart.get(car.place)) for car in fair}
        first = ahead(entries, higher_is_better=measure.higher_is_better)
    return Line(name, label, found, first, measure, _rivals(those, measure), apart)


def _same_loss(cars: Sequence[Car]) -> bool:
    return len({car.loss for car in cars}) < 2


def _comparable(cars: Sequence[Car]) -> list[Car]:
    """Those that were tested on the same items as most."""
    tested = {car.place: car.course._replace(validation=0.0) for car in cars if car.course is not None}
    main = usual(list(tested.values()))
    return [car for car in cars if tested.get(car.place) == main]


def _rivals(cars: Mapping[int, Car], measure: Measure | None) -> dict[int, tuple[str, float]]:
    found: dict[int, tuple[str, float]] = {}
    for place, car in cars.items() if measure is not None else ():
        assert measure is not None
        known = car.summary.metrics if car.summary else {}
        rivals = [(row, known[f"{row.key}_{measure.key}"]) for row in BASELINES if f"{row.key}_{measure.key}" in known]
        rivals = [(row, figure) for row, figure in rivals if row.rival]
        if rivals:
            best = (max if measure.higher_is_better else min)(rivals, key=lambda pair: pair[1])
            label = best[0].short or best[0].label
            size = f"-{car.run.code_size}" if best[0].key == "pca" and car.run.code_size else ""
            found[place] = f"{label}{size}", best[1]
    return found


def told(line: Line, place: int) -> str:
    """The figure of a run, with a mark where it is ahead."""
    if place not in line.values:
        return numbers.UNKNOWN
    figure = shown(line, line.values[place])
    if line.ahead is None or line.ahead.place != place:
        return figure
    return f"{BEYOND if line.ahead.beyond else FIRST} {figure}"


def shown(line: Line, figure: float) -> str:
    """With as many digits as the measure is worth."""
    return metrics.shown(line.measure, figure) if line.measure is not None else numbers.loss(figure)


def rival(line: Line, place: int) -> str:
    """What a run has to beat, and whether it does: "✓ PCA-16 0.0102"."""
    if place not in line.baselines:
        return numbers.UNKNOWN
    name, figure = line.baselines[place]
    return f"{BEATS if line.beats(place) else LOSES} {plain(name)} {shown(line, figure)}"


def scatter(line: Line, place: int) -> str:
    """Mean and standard deviation of the seeds: "0.0113 ± 0.0002 (5)"."""
    apart = line.spreads.get(place)
    if apart is None or apart.sd is None:
        return numbers.UNKNOWN
    return f"{numbers.mean_and_sd(apart.mean, apart.sd)} ({apart.n})"


def setting(found: Any) -> str:
    """A value of a setting."""
    return value(found)
