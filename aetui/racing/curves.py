"""The curves of a race: every run over one axis of epochs, steps or seconds, numbered, with one cursor through all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from rich.style import Style
from textual.strip import Strip

from aetui.racing.cars import Car
from aetui.racing.looks import DASHES
from aetui.racing.measures import Floats, Measure, values
from aetui.racing.probe import Probe
from aetui.render import numbers
from aetui.render.curves import chart, smoothing
from aetui.render.curves.chart import Look, Picture, Scene
from aetui.render.curves.colouring import Coloured, Palette
from aetui.render.curves.layers import Level, Line
from aetui.render.curves.legend import Inks
from aetui.render.curves.scene_of_run import clocks_of
from aetui.render.curves.time_axis import Clock, Unit
from aetui.render.curves.view import Data, Settings, View
from aetui.render.text import plain

_BETWEEN = 42
"""Columns between two numbers on one curve, at least."""
_RAW = 0.65
"""How much of the background is in curves that are drawn smoothed too."""


def ends(car: Car, unit: Unit) -> Floats:
    """Where each epoch of a run ends on the axis."""
    run = car.run
    if unit == "epochs" or not len(run.epochs):
        return run.numbers
    return run.epochs.once(("ends", unit), lambda: clocks_of(run, run.numbers)[unit].reads)


def epoch_at(car: Car, unit: Unit, position: float | None) -> int:
    """The last epoch of a run that is over at this place of the axis; 0 for none. None: the newest one."""
    if position is None or not len(car.run.epochs):
        return car.run.last_epoch
    place = int(ends(car, unit).searchsorted(position, "right"))
    return int(car.run.numbers[place - 1]) if place else 0


def stepped(cars: Sequence[Car], unit: Unit, position: float | None, by: int) -> float | None:
    """`by` ends of an epoch later, earlier if negative, whichever run's they are; None beyond the newest."""
    axes = [axis for car in cars if len(axis := ends(car, unit))]
    if not axes:
        return None
    newest, first = max(float(axis[-1]) for axis in axes), min(float(axis[0]) for axis in axes)
    at = newest if position is None else position
    for _ in range(abs(by)):
        if by > 0:
            after = [axis.searchsorted(at, "right") for axis in axes]
            there = [float(axis[place]) for axis, place in zip(axes, after, strict=True) if place < len(axis)]
            at = min(there, default=newest)
        else:
            before = [axis.searchsorted(at, "left") for axis in axes]
            there = [float(axis[place - 1]) for axis, place in zip(axes, before, strict=True) if place > 0]
            at = max(there, default=first)
    return None if at >= newest else at


def moved(cars: Sequence[Car], before: Unit, after: Unit, position: float | None) -> float | None:
    """Where a place of one axis is on another: at the same epoch of the run that has come farthest."""
    known = [car for car in cars if len(car.run.epochs)]
    if position is None or not known:
        return None
    leader = max(known, key=lambda car: float(ends(car, before)[-1]))
    place = int(ends(leader, before).searchsorted(position, "right"))
    return float(ends(leader, after)[max(0, place - 1)])


def series_of(car: Car, measure: Measure, unit: Unit, probes: Mapping[int, Probe]) -> Line:
    """The curve of a run."""
    x, dash = ends(car, unit), DASHES[car.place]
    if not measure.probed:
        numbers, y = values(car, measure)
        return Line(car.number, x[len(x) - len(numbers) :], y, dash=dash)
    probe = probes.get(car.place)
    if probe is None or not len(probe.errors):
        return Line(car.number, np.empty(0), np.empty(0), dash=dash)
    epochs = probe.errors.column("epoch", lambda error: error.epoch)
    there = car.run.numbers.searchsorted(epochs)
    inside = there < len(x)
    return Line(car.number, x[there[inside]], probe.errors.column("error", lambda e: e.error)[inside], dash=dash)


def value_at(car: Car, measure: Measure, probes: Mapping[int, Probe], epoch: int) -> float | None:
    """What a run has after an epoch; of the items kept, after the nearest epoch before it of which they are."""
    if not epoch:
        return None
    if measure.probed:
        probe = probes.get(car.place)
        errors = probe.errors.before(epoch + 1) if probe else None
        return errors[-1].error if errors else None
    numbers, found = values(car, measure)
    at = int(numbers.searchsorted(epoch))
    return float(found[at]) if at < len(numbers) and numbers[at] == epoch and np.isfinite(found[at]) else None


def data_of(
    cars: Sequence[Car], measure: Measure, unit: Unit, probes: Mapping[int, Probe], level: Level | None
) -> Data:
    """All curves over `unit`, and the pacing car."""
    going = [car for car in cars if car.run.going and len(car.run.epochs)]
    goals = [float(_clock(car, unit).of(car.run.planned)) for car in going]
    return Data(
        series=tuple(series_of(car, measure, unit, probes) for car in cars),
        places=tuple(car.place for car in cars),
        epochs=round(max(goals, default=1.0)),
        going=bool(going),
        level=level,
    )


def _clock(car: Car, unit: Unit) -> Clock:
    return Clock() if unit == "epochs" else Clock(car.run.numbers, ends(car, unit))


class RaceView(View):
    """A chart that waits for its cursor; what the curves are is said elsewhere."""

    def strips(self, cursor: float | None) -> list[Strip]:
        """The chart, with the cursor there and a ● on each curve that goes on over it."""
        points = [] if cursor is None else [point for line in self.curves.named for point in _point(line, cursor)]
        return chart.strips(self.picture, self.size, points, cursor, self.look)


def _point(line: Line, cursor: float) -> list[Line]:
    x = np.asarray(line.x, np.float64)
    place = int(x.searchsorted(cursor, "right"))
    if not place or cursor > x[-1]:
        return []
    return [Line(line.name, [cursor], [float(np.asarray(line.y)[place - 1])], line.colour)]


def view(
    data: Data,
    settings: Settings,
    size: tuple[int, int],
    palette: Palette,
    look: Look,
    inks: Inks,
    colours: Sequence[str],
) -> RaceView:
    """The chart of `data`, which must not be empty, in `size` = (columns, rows) cells."""
    shown = settings.window.within(data.whole) if settings.window else data.whole
    back = smoothing.reach(settings.smooth, max(len(np.asarray(line.x)) for line in data.series))
    named = [line._replace(colour=colours[place]) for line, place in zip(data.series, data.places, strict=True)]
    smooth = [line._replace(y=smoothing.smoothed(line.y, back)) for line in named] if back else named
    raw = [line._replace(colour=palette.dimmed(line.colour, _RAW), stroke="faint") for line in named]
    beyond = data.going and data.epochs > shown[1]
    scene = Scene(
        lines=[*smooth, *(raw if back and not palette.few else [])],
        x_range=shown,
        log=settings.log,
        unit=settings.unit,
        level=data.level,
        goal=f"▸{_told(data.epochs, settings.unit)}" if beyond else "",
    )
    picture = chart.drawn(scene, size, look)
    if picture is not None:
        _number(picture, smooth, data.places)
    curves = Coloured(smooth, list(scene.lines), "", ())
    return RaceView(data, curves, [], scene, picture, look, inks, [], size, shown, Clock())


def _told(at: float, unit: Unit) -> str:
    return numbers.duration(at) if unit == "seconds" else numbers.count(round(at))


def _number(picture: Picture, lines: Sequence[Line], places: Sequence[int]) -> None:
    """Its number on each curve: at its end, and here and there along it, none above another."""
    area, taken = picture.area, set[tuple[int, int]]()
    start, end = area.x_range
    for line, place in zip(lines, places, strict=True):
        x, y = np.asarray(line.x, np.float64), np.asarray(line.y, np.float64)
        last = area.column(float(x[-1])) if x[-1] <= end else area.columns - 1
        if last is None:
            continue
        columns = [last, *range(_BETWEEN * (place + 1) // 7, last - 2, _BETWEEN)]
        at = start + (2 * np.array(columns) + 0.5) / max(1, 2 * area.columns - 1) * (end - start)
        at[0] = min(x[-1], end)
        heights = area.scale.of(np.interp(at, x, y, left=np.nan))
        for column, height in zip(columns, heights.tolist(), strict=True):
            if not (area.scale.low <= height <= area.scale.high):
                continue
            row = min(max(int(area.dot_row(np.asarray(height))) // 4, 0), area.rows - 1)
            free = next((c for c in range(column, max(-1, column - 7), -1) if (row, c) not in taken), None)
            if free is not None and free >= 0:
                taken.add((row, free))
                style = Style(color=line.colour or None, bold=True)
                picture.sheet.put(picture.left + free, picture.above + row, plain(line.name), style)
