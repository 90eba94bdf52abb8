"""What a chart shows of a run: its numbers as arrays that grow with it, and the figure it has to beat."""

from __future__ import annotations

from collections.abc import Mapping
from math import isclose
from operator import attrgetter

import numpy as np

from aetui.render import run_cells
from aetui.render.curves.branching import BRANCHED, CHANGED, Mark, Trunk
from aetui.render.curves.layers import Level, Line, Steps
from aetui.render.curves.time_axis import Clock, Unit
from aetui.render.curves.view import Data
from aetui.render.series import Floats
from aetui.render.text import plain
from aetui.state.run_state import TOTALS, Curve, RunState
from engine.analysis.baselines import BASELINES, MEASURES

_LONGEST = 16
"""Characters of a parent's name beside its curve; a longer one stands below the chart alone."""

_ALIKE = 0.01
"""Two measurements of one figure may differ by so much of it: other batches, another precision."""

_MSE = next(measure for measure in MEASURES if measure.key == "mse")


def data_of(run: RunState, names: set[str], parent: RunState | None = None) -> Data:
    """What is drawn of `run` where the curves with these names are switched on; validation is in front. Of its
    `parent`, where it is known, what came after they parted."""
    shown = {place: curve for place, curve in enumerate(run.curves) if curve.name in names}
    epochs = run.numbers
    lines = [Line(curve.name, epochs, run.column(curve), front=curve.part == "validation") for curve in shown.values()]
    best = (run.best.epoch, run.best.validation["loss"]) if run.best and TOTALS[1].name in names else None
    return Data(
        series=tuple(lines),
        places=tuple(shown),
        epochs=run.planned,
        going=run.going,
        stages=run.stages,
        others=run.others,
        clocks=clocks_of(run, epochs),
        level=level_of(run, list(shown.values())),
        steps=steps_of(run, names),
        best=best,
        trunk=trunk_of(run, shown, parent),
        marks=marks_of(run),
    )


def trunk_of(run: RunState, shown: Mapping[int, Curve], parent: RunState | None) -> Trunk | None:
    """The same curves of the run that `run` branched off from, from the last epoch on that both have."""
    if parent is None or not parent.epochs:
        return None
    first = int(parent.numbers.searchsorted(run.forked_at))
    if first >= len(parent.numbers):
        return None
    lines = [
        Line(curve.name, parent.numbers[first:], parent.column(curve)[first:], front=curve.part == "validation")
        for curve in shown.values()
    ]
    called = plain(parent.name) if 0 < len(parent.name) <= _LONGEST else "parent"
    return Trunk(called, tuple(lines), tuple(shown), clocks_of(parent, parent.numbers))


def marks_of(run: RunState) -> tuple[Mark, ...]:
    """What was changed while it trained, and the runs that branched off from it, at their epochs."""
    changed = [Mark(each.epoch, CHANGED, run_cells.changed(each.config)) for each in run.changes]
    return (*changed, *(Mark(each.epoch, BRANCHED, each.name) for each in run.family.forks))


def steps_of(run: RunState, names: set[str]) -> Steps | None:
    """The training loss of the steps, if that of the epochs is drawn."""
    history = run.steps
    if not len(history) or TOTALS[0].name not in names:
        return None
    return Steps(*(np.asarray(column) for column in (history.epoch, history.low, history.high, history.mean)))


def level_of(run: RunState, curves: list[Curve]) -> Level | None:
    """What the strongest baseline reaches, if one of the validation `curves` that are drawn is in its unit.

    Baselines are measured by the mean squared error over the test part. Whether a loss, or a term of it, is that error
    too, its figures tell: on the test part it must come to what was measured as the error there.
    """
    ours = run.metrics.get(_MSE.ours)
    found = next(((row, run.metrics[f"{row.key}_mse"]) for row in BASELINES if f"{row.key}_mse" in run.metrics), None)
    if ours is None or found is None:
        return None
    alike = [curve for curve in curves if curve.part == "validation" and _is_error(run, curve.term, ours)]
    if not alike:
        return None
    row, value = found
    name = f"PCA-{run.code_size}" if row.key == "pca" and run.code_size else row.label
    return Level(name, value, alike[0].name, _last_stage(run))


def _is_error(run: RunState, term: str, error: float) -> bool:
    """Whether a term of the loss is the squared error."""
    told = run.metrics.get("test_loss" if term == "loss" else f"test_{term}")
    if told is None and not any(name.startswith("validation_") or name == "test_loss" for name in run.metrics):
        measured = run.epoch(run.weights_epoch)  # nothing was held out: the test part is what validation is on
        told = measured.validation.get(term) if measured else None
    return told is not None and isclose(told, error, rel_tol=_ALIKE)


def _last_stage(run: RunState) -> float:
    """The epoch where it begins: the stages before it have losses of their own."""
    stages = [stage for stage in run.stages if stage.epochs]
    return sum(stage.epochs for stage in stages[:-1]) + 0.5 if len(stages) > 1 else 0.0


def clocks_of(run: RunState, epochs: Floats) -> dict[Unit, Clock]:
    """What each unit says after each epoch. A run whose first epochs are not known counts them as the first known."""
    if not len(epochs):
        return {"epochs": Clock()}
    clocks: dict[Unit, Clock] = {"epochs": Clock()}
    parts: tuple[Unit, ...] = ("steps", "seconds")
    for unit in parts:
        spent = _column(run, unit)
        clocks[unit] = Clock(epochs, np.cumsum(spent) + (epochs[0] - 1) * spent[0])
    return clocks


def _column(run: RunState, name: str) -> Floats:
    return run.epochs.column(name, attrgetter(name))
