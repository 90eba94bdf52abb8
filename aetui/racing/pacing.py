"""The pacing car: what the strongest baseline of the task reaches, in the unit of the curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aetui.racing.cars import Car
from aetui.racing.measures import Measure, aside
from aetui.racing.probe import Probe
from aetui.render import numbers
from aetui.render.curves.layers import Level
from engine.analysis.baselines import BASELINES, MEASURES

_MSE = next(measure for measure in MEASURES if measure.key == "mse")

PENDING = "baselines are measured when a run ends, and none of these has: compare by the items kept to see one"


def levels(cars: Sequence[Car], measure: Measure, probes: Mapping[int, Probe]) -> dict[str, tuple[float, list[str]]]:
    """By name what each baseline reaches, and the numbers of the runs that it was measured beside, the strongest first;
    of runs that can be compared."""
    away = aside(cars, measure, probes)
    found: dict[str, tuple[float, list[str]]] = {}
    for car in cars:
        beside = None if car.place in away else _beside(car, measure, probes)
        if beside is not None:
            name, figure = beside
            best, whose = found.get(name, (figure, []))
            found[name] = min(best, figure), [*whose, car.number]
    return dict(sorted(found.items(), key=lambda pair: pair[1][0]))


def _beside(car: Car, measure: Measure, probes: Mapping[int, Probe]) -> tuple[str, float] | None:
    if measure.probed:
        probe = probes.get(car.place)
        return (probe.baseline, probe.baseline_error) if probe is not None and probe.baseline else None
    known = car.summary.metrics if car.summary is not None and measure.squared else {}
    row = next((row for row in BASELINES if row.rival and f"{row.key}_{_MSE.key}" in known), None)
    if row is None:
        return None
    sized = row.key == "pca" and car.run.code_size
    return (f"PCA-{car.run.code_size}" if sized else row.short or row.label), known[f"{row.key}_{_MSE.key}"]


def level(found: Mapping[str, tuple[float, list[str]]]) -> Level | None:
    """The line that is drawn: the strongest."""
    name = next(iter(found), None)
    return None if name is None else Level(name, found[name][0])


def remark(found: Mapping[str, tuple[float, list[str]]], measure: Measure) -> str:
    """What is known of the others, in one sentence."""
    if not found:
        return PENDING if measure.squared else ""
    told = [f"{name} {numbers.loss(figure)} (of {', '.join(whose)})" for name, (figure, whose) in found.items()]
    where = "" if measure.probed else ", on the test part"
    return f"pacing car{where}: {' · '.join(told)}"
