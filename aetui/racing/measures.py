"""What runs can be compared by: loss terms that are the same in words, and the error on the items that all keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from aetui.racing.cars import Car
from aetui.racing.probe import Probe
from aetui.render.text import plain
from aetui.state.run_state import Curve
from engine.analysis.races import MSE, Course, usual
from engine.errors import counted

Floats = NDArray[np.float64]

PROBE, LOSS, TRAIN = "kept items", "loss", "training loss"
"""Measures that are no term of a loss: the error on the probe set, and the totals."""


class Measure(NamedTuple):
    """One way to compare runs."""

    key: str
    label: str
    terms: Mapping[int, str] = {}
    """By place, the loss term of each run that has it."""
    part: Literal["train", "validation"] = "validation"
    shared: bool = True
    """Whether it is the same thing in all these runs."""

    @property
    def squared(self) -> bool:
        """Whether it is the mean squared error of items of the validation part: baselines are told in it, too."""
        return self.key == MSE

    @property
    def probed(self) -> bool:
        """Whether it is measured on the items whose pictures are kept."""
        return self.key == PROBE


def offered(cars: Sequence[Car], probed: Sequence[int]) -> list[Measure]:
    """All that there is; the first is what most runs have in common. `probed` are the places of runs with pictures that
    can be compared."""
    alike: dict[str, dict[int, str]] = {}
    others: dict[str, dict[int, str]] = {}
    for car in cars:
        terms = [curve.term for curve in car.run.curves if curve.part == "validation" and curve.term != "loss"]
        alone = list(car.measures)[:1] if car.run.epochs else []  # where a term is all of the loss, that is the curve
        for term in terms or alone:
            words = car.measures.get(term)
            if words:
                alike.setdefault(words, {})[car.place] = term if terms else "loss"
            else:
                others.setdefault(term, {})[car.place] = term
    found = [Measure(words, f"validation {plain(words)}", terms) for words, terms in alike.items()]
    found.sort(key=lambda measure: (-len(measure.terms), not measure.squared))
    if probed:
        probe = Measure(PROBE, "squared error of the items kept", dict.fromkeys(probed, ""))
        at = next((at for at, each in enumerate(found) if len(each.terms) < len(probed)), len(found))
        found.insert(at, probe)
    every = {car.place: "loss" for car in cars if car.run.epochs}
    same = len({car.loss for car in cars if car.run.epochs}) < 2
    if every:
        found.append(Measure(LOSS, "validation loss", every, shared=same))
        found.append(Measure(TRAIN, "training loss", every, "train", shared=same))
    variants = {car.place: car.run.variant for car in cars}
    found += [
        Measure(term, f"validation {plain(term)}", terms, shared=len({variants[place] for place in terms}) < 2)
        for term, terms in others.items()
    ]
    return found


def values(car: Car, measure: Measure) -> tuple[Floats, Floats]:
    """Epochs and values of `measure` of a run, (epochs,) both; none where the run does not have it, or while it learns
    in stages with a loss of their own. Where the loss was changed under way, those since."""
    term = measure.terms.get(car.place)
    numbers = car.run.numbers
    if term is None:
        return np.empty(0), np.empty(0)
    column = car.run.column(Curve(f"{term} {measure.part}", measure.part, term))
    start = int(numbers.searchsorted(max(last_stage(car), last_change(car)), "right"))
    return numbers[start:], column[start:]


def last_stage(car: Car) -> float:
    """The epoch before it begins: in the stages before, other networks are trained to another end."""
    stages = [stage for stage in car.run.stages if stage.epochs]
    return float(sum(stage.epochs for stage in stages[:-1]))


def last_change(car: Car) -> int:
    """The epoch after which its loss means what it does now."""
    return car.run.since(car.run.last_epoch)


def main_course(cars: Sequence[Car]) -> Course | None:
    """What most of them are measured on."""
    return usual([car.course for car in cars if car.course is not None])


def aside(cars: Sequence[Car], measure: Measure, probes: Mapping[int, Probe]) -> dict[int, str]:
    """By place, why a run cannot be compared with most others by `measure`."""
    main = main_course(cars)
    items = usual([probes[car.place].key for car in cars if car.place in probes])
    found: dict[int, str] = {}
    for car in cars:
        course, probe = car.course, probes.get(car.place)
        if measure.probed and probe is not None and course is not None and main is not None:
            # The very items are compared, from whichever part they are.
            course = course._replace(validation=main.validation)
        if car.wrong and not car.run.epochs:
            found[car.place] = plain(car.wrong)
        elif course is not None and main is not None and (unlike := course.unlike(main)):
            found[car.place] = unlike
        elif car.run.epochs and car.place not in measure.terms:
            found[car.place] = f"has no {measure.label}"
        elif measure.probed and probe is not None and probe.key != items:
            found[car.place] = "keeps other items"
    return found


def remarks(cars: Sequence[Car], measure: Measure, probes: Mapping[int, Probe], *, level: bool) -> list[str]:
    """What is to be known of a comparison by `measure`, a sentence each; `level`: whether a baseline is drawn."""
    told: list[str] = []
    grouped: dict[str, list[str]] = {}
    away = aside(cars, measure, probes)
    for car in cars:
        why = away.get(car.place)
        if why:
            grouped.setdefault(why, []).append(car.number)
    told += [f"≠ {', '.join(numbers)}: {why}" for why, numbers in grouped.items()]
    if not measure.shared:
        told.append(f"not comparable: the {measure.label} of other models, or with other weights, is something else")
    if not level and not (measure.squared or measure.probed) and measure.shared:
        where = "compare by the items kept to see the pacing car" if probes else "no pacing car here"
        told.append(f"baselines are told as squared error: {where}")
    if measure.probed:
        told.append("the same few items of the validation part at every epoch, in all runs of the same data")
    staged = [car.number for car in cars if last_stage(car)]
    if staged:
        told.append(f"{', '.join(staged)}: from the last stage on, as {counted(len(staged), 'run')} learned in stages")
    if not measure.probed:
        since = [(car.number, last) for car in cars if (last := last_change(car))]
        told += [f"{number}: from epoch {last + 1:,} on, as its loss was changed there" for number, last in since]
    return told
