"""A chart and the line above it, out of what is known of a run and how it is looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from rich.style import Style
from textual.strip import Strip

from aetui.render import numbers
from aetui.render.curves import branching, chart, legend, smoothing, time_axis
from aetui.render.curves.branching import Mark, Trunk
from aetui.render.curves.chart import Look, Picture, Scene
from aetui.render.curves.colouring import Coloured, Palette, coloured
from aetui.render.curves.layers import Band, Level, Line, Steps
from aetui.render.curves.legend import Inks, Told
from aetui.render.curves.time_axis import Clock, Unit, Window

if TYPE_CHECKING:
    from aetui.follow.group import Others
    from engine.events import Stage


class Data(NamedTuple):
    """What is known of a run, over epochs."""

    series: tuple[Line, ...] = ()
    places: tuple[int, ...] = ()
    """The number of each curve among all that there could be; it gives colour and marker."""
    epochs: int = 1
    """Length of the planned run."""
    going: bool = False
    stages: tuple[Stage, ...] = ()
    """Several are marked as bands."""
    others: Others | None = None
    """Drawn as three thin lines below the curves: their mean, and a standard deviation above and below it."""
    clocks: Mapping[Unit, Clock] = {}
    level: Level | None = None
    steps: Steps | None = None
    best: tuple[int, float] | None = None
    """The epoch with the lowest validation loss, and that."""
    trunk: Trunk | None = None
    """The run that it branched off from, drawn behind it."""
    marks: tuple[Mark, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there is no point at all."""
        return not self.series and self.steps is None

    @property
    def newest(self) -> float:
        """The last place on the time axis that anything is known of."""
        ends = [float(np.asarray(line.x)[-1]) for line in self.series]
        return max([*ends, *(self.steps.x[-1:].tolist() if self.steps else [])], default=0.0)

    @property
    def whole(self) -> tuple[float, float]:
        """All epochs that there are to show."""
        starts = [float(np.asarray(line.x)[0]) for line in self.series]
        first = 0.0 if self.steps is not None else min(starts, default=1.0)
        start, end = time_axis.extent(first, self.newest, self.epochs, going=self.going)
        return start, max(end, self.trunk.newest if self.trunk else end)

    def same(self, other: Data) -> bool:
        """Whether a chart would look the same, point by point."""
        return (
            _other_than_points(self) == _other_than_points(other)
            and len(self.series) == len(other.series)
            and len(_points(self)) == len(_points(other))
            and all(map(_alike, _points(self), _points(other)))
        )


class Settings(NamedTuple):
    """How it is looked at."""

    log: bool | None = None
    unit: Unit = "epochs"
    smooth: int = 0
    """One of `smoothing.STRENGTHS`."""
    window: Window | None = None
    """The part of the run that is shown; None: all of it."""


class View(NamedTuple):
    """A chart that waits for its cursor."""

    data: Data
    curves: Coloured
    others: list[Line]
    scene: Scene
    picture: Picture | None
    look: Look
    inks: Inks
    modes: list[str]
    size: tuple[int, int]
    shown: tuple[float, float]
    """The epochs on the axis."""
    clock: Clock

    def strips(self, cursor: float | None) -> list[Strip]:
        """Title and chart, with the cursor at that epoch."""
        lines = [line for line in (*self.curves.drawn, *self.others) if line.stroke != "faint"]
        at = None if cursor is None else float(self.clock.of(cursor))
        width, height = self.size
        below = chart.strips(self.picture, (width, height - 1), lines, at, self.look)
        return [legend.title(self._told(cursor), width, self.inks), *below]

    def epoch_at(self, column: int) -> int | None:
        """The epoch that a column of cells stands for, the nearest that is known; None beside the curves."""
        if self.picture is None or not self.data.series:
            return None
        area, place = self.picture.area, column - self.picture.left
        if not 0 <= place < area.columns:
            return None
        start, end = area.x_range
        wanted = self.clock.epoch(start + (place + 0.25) * 2 / (2 * area.columns - 1) * (end - start))
        known = np.asarray(self.data.series[0].x, np.float64)
        return int(known[np.abs(known - wanted).argmin()])

    def _told(self, cursor: float | None) -> Told:
        ends = [float(np.asarray(line.x)[-1]) for line in self.data.series]
        last = max(ends, default=float("nan"))
        epoch = last if cursor is None else float(cursor)
        best = self.data.best
        named = [*self.curves.named, *(line for line in self.others if line.name)]
        at = float(self.clock.of(epoch)) if ends else float(np.asarray(named[0].x)[-1])
        level = self.data.level
        compared = next((line for line in named if level is not None and line.name == level.beside), None)
        return Told(
            lines=named,
            epoch=at,
            number=f"{epoch:,.0f}" if ends else "",
            best=(best[1], f"{best[0]:,}") if best else None,
            level=level,
            compared=legend.value(compared, at) if compared else None,
            modes=self.modes,
        )


def view(data: Data, settings: Settings, size: tuple[int, int], palette: Palette, look: Look, inks: Inks) -> View:
    """The chart of `data`, which must not be empty, in `size` = (columns, rows) cells."""
    clock = data.clocks.get(settings.unit, Clock())
    shown = settings.window.within(data.whole) if settings.window else data.whole
    back = smoothing.reach(settings.smooth, int(data.newest))
    steps = data.steps._replace(x=clock.of(data.steps.x)) if data.steps is not None else None
    series = [line._replace(x=clock.of(line.x)) for line in data.series]
    curves = coloured(series, data.places, palette, back=back, steps=steps)
    look = look._replace(steps=look.steps + Style(color=curves.steps or None), below=curves.below)
    others = [line._replace(x=clock.of(line.x)) for line in _others(data.others, palette)]
    others += branching.behind(data.trunk, settings.unit, curves.named, data.places, palette)
    start, end = (float(clock.of(epoch)) for epoch in shown)
    scene = Scene(
        lines=[*curves.drawn, *others],
        x_range=(start, end),
        log=settings.log,
        unit=settings.unit,
        bands=[Band(name, *(float(clock.of(at)) for at in ends)) for name, *ends in _bands(data.stages, data.whole[1])],
        level=data.level._replace(start=float(clock.of(data.level.start))) if data.level else None,
        steps=steps,
        best=(float(clock.of(data.best[0])), data.best[1]) if data.best else None,
        marks=[mark._replace(epoch=float(clock.of(mark.epoch))) for mark in data.marks],
        goal=_goal(data, shown, clock, settings.unit),
    )
    picture = chart.drawn(scene, (size[0], size[1] - 1), look)
    modes = _modes(settings, picture, back)
    return View(data, curves, others, scene, picture, look, inks, modes, size, shown, clock)


def _goal(data: Data, shown: tuple[float, float], clock: Clock, unit: Unit) -> str:
    """Where a run that goes on is to end, if that lies to the right of what is shown."""
    if not data.going or data.epochs <= shown[1]:
        return ""
    at = float(clock.of(data.epochs))
    return f"▸{numbers.duration(at) if unit == 'seconds' else numbers.count(round(at))}"


def _modes(settings: Settings, picture: Picture | None, back: int) -> list[str]:
    """What the corner says."""
    log = picture is not None and picture.area.scale.log
    return [
        *(["zoom"] if settings.window else []),
        *([f"smooth {back:,}"] if back else []),
        *([settings.unit] if settings.unit != "epochs" else []),
        *(["log"] if log else []),
        *(["linear"] if settings.log is not None and not log else []),
    ]


def _others(others: Others | None, palette: Palette) -> list[Line]:
    """Mean of the other runs, and a standard deviation above and below where they scatter."""
    if others is None:
        return []
    _, x, mean, sd = others
    few = palette.few or not palette.others
    colour, marker = ("", "·") if few else (palette.others, "")
    edges = [("", np.add(mean, sd)), ("", np.subtract(mean, sd))] if any(sd) else []
    return [Line(name, x, y, colour, marker, "soft", front=False) for name, y in (("others", np.asarray(mean)), *edges)]


def _bands(stages: Sequence[Stage], end: float) -> list[tuple[str, float, float]]:
    """The stages; the last one goes on to the end of the axis."""
    ends = list(accumulate(stage.epochs for stage in stages))
    starts = [0, *ends]
    bands = [
        (stage.name, start + 0.5, at + 0.5)
        for stage, start, at in zip(stages, starts, ends, strict=False)
        if stage.epochs
    ]
    return [*bands[:-1], (bands[-1][0], bands[-1][1], max(bands[-1][1], end))] if bands else []


def _other_than_points(data: Data) -> tuple[object, ...]:
    looks = [line._replace(x=(), y=()) for line in data.series]
    trunk = data.trunk and (data.trunk.name, data.trunk.places)
    known = (looks, data.places, data.epochs, data.going, data.stages, data.others, data.level, data.best)
    return (*known, trunk, data.marks)


def _points(data: Data) -> list[tuple[ArrayLike, ArrayLike]]:
    steps = [(data.steps.x, data.steps.mean)] if data.steps is not None else [((), ())]
    trunk = data.trunk.lines if data.trunk is not None else ()
    return [*((line.x, line.y) for line in (*data.series, *trunk)), *steps]


def _alike(one: tuple[ArrayLike, ArrayLike], other: tuple[ArrayLike, ArrayLike]) -> bool:
    return np.array_equal(one[0], other[0]) and np.array_equal(
        np.asarray(one[1], np.float64), np.asarray(other[1], np.float64), equal_nan=True
    )
