"""A frame of a film in the cells of a terminal, drawn as the workbench draws."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.strip import Strip

from aetui.render import numbers
from aetui.render.cells import fitted, strips
from aetui.render.curves import chart
from aetui.render.curves.chart import Look, Scene
from aetui.render.curves.colouring import Palette, coloured
from aetui.render.curves.layers import Band, Line
from aetui.render.ladder import HALF
from aetui.render.pixels import shrink, to_grey
from aetui.render.scatter import Group, class_colours, class_marks, scatter_plot
from aetui.render.text import plain
from aetui.state.run_state import TOTALS

if TYPE_CHECKING:
    from aetui.filming.reel import Reel, Row

COLUMNS = 120
ROWS_A_COLUMN = 0.36
CODES = 0.38
"""Of the width."""
SHOWN = 0.62
"""Of the height: pictures, sentences or items."""
LABELS = 11
GAP = 3
"""Columns between codes and the rest."""
ITEMS = 3
"""Of those that are no pictures, below each other."""

GROUND = "#0d1117"
THEME = {
    "background": GROUND,
    "foreground": "#e8ecf2",
    "primary": "#5ca4ff",
    "accent": "#ffb254",
    "success": "#5ed6a5",
    "warning": "#ffd75f",
    "secondary": "#d75fff",
}
TEXT, MUTED, EDGE = Style(color="#e8ecf2"), Style(color="#8b96a6"), Style(color="#2a3340")
OUTPUT, BAR = Style(color="#ffb254"), Style(color="#5ed6a5")
LOOK = Look(
    axis=MUTED,
    band=MUTED,
    grid=Style(color="#1e2631"),
    star=Style(color="#e8ecf2", bold=True),
    level=Style(color="#aab4c2"),
)

Lines = list[Strip]


class Size(NamedTuple):
    """In cells."""

    columns: int
    rows: int


def size(columns: int) -> Size:
    """Of the terminal, which is so many columns wide."""
    return Size(columns, max(24, round(columns * ROWS_A_COLUMN)))


class Terminal:
    """Draws the frames of a film one after the other."""

    def __init__(self, reel: Reel, columns: int = COLUMNS) -> None:
        self._reel, self.size = reel, size(columns)
        self._palette = Palette(THEME, "truecolor", False, Color.parse(GROUND))
        self._codes = round(columns * CODES) if reel.cloud else 0
        self._left = columns - self._codes - GAP * bool(self._codes)
        self._body = self.size.rows - 4

    def frame(self, place: int) -> Lines:
        """That of the moment at `place`, a strip for each line, as wide as the terminal."""
        left = self._items(place)
        left += self._curve(place, self._body - len(left) - 1)
        right = self._cloud(place) if self._codes else []
        body = [
            _beside(self._line(left, row), self._left + GAP * bool(self._codes), self._line(right, row))
            for row in range(self._body)
        ]
        lines = [*self._heading(place), *body, _text(""), self._time(place)]
        return [line.crop_extend(0, self.size.columns, None) for line in lines]

    def _line(self, lines: Lines, row: int) -> Strip:
        return lines[row] if row < len(lines) else _text("")

    def _heading(self, place: int) -> Lines:
        told = f"epoch {self._reel.moments[place].shot.epoch:,}"
        room = self.size.columns - len(told) - 2
        names = Strip(
            [
                Segment(plain(self._reel.title, room), TEXT + Style(bold=True)),
                Segment("  " + plain(self._reel.subtitle, max(0, room - len(self._reel.title) - 2)), MUTED),
            ]
        )
        return [_beside(names, self.size.columns - len(told), _text(told, TEXT + Style(bold=True))), _text("")]

    def _time(self, place: int) -> Strip:
        epoch, first, last = self._reel.moments[place].shot.epoch, self._reel.first, self._reel.last
        share = (epoch - first) / max(1, last - first) if last > first else 1.0
        done = max(1, round(share * self.size.columns))
        return Strip([Segment("━" * done, BAR), Segment("━" * (self.size.columns - done), EDGE)])

    # What is compared.

    def _items(self, place: int) -> Lines:
        room = round(self._body * SHOWN)
        if self._reel.sentences:
            return self._words(place, room)
        if self._reel.pictured:
            return self._pictures(place, room)
        return self._profiles(place, room)

    def _words(self, place: int, room: int) -> Lines:
        pairs = zip(self._reel.sentences, self._reel.moments[place].readings, strict=False)
        lines: Lines = []
        for sentence, reading in list(pairs)[: max(1, room // 3)]:
            lines += [
                _text(_fit(sentence, self._left), MUTED),
                _text(_fit(reading, self._left), OUTPUT),
                _text(""),
            ]
        return lines

    def _pictures(self, place: int, room: int) -> Lines:
        lines: Lines = []
        high = max(2, room // len(self._reel.rows))
        for row in self._reel.rows:
            lines += self._row(row, place, high - (high > 5))
            lines += [_text("")] * (high > 5)
        return lines

    def _row(self, row: Row, place: int, high: int) -> Lines:
        items = self._reel.moments[place].outputs if row.items is None else row.items
        small = shrink(to_grey(items), 2 * high)
        count = max(1, (self._left - LABELS + 1) // (small.shape[2] + 1))
        drawn = [strips(fitted(picture, HALF, "truecolor")) for picture in small[:count]]
        label = Segment(set_cell_size(plain(row.label, LABELS - 1), LABELS), TEXT if row.moving else MUTED)
        blank = Segment(" " * LABELS)
        return [
            Strip([label if line == 0 else blank, *_joined([each[line] for each in drawn])])
            for line in range(len(drawn[0]))
        ]

    def _profiles(self, place: int, room: int) -> Lines:
        targets = next((row.items for row in self._reel.rows if row.label == "target"), self._reel.rows[0].items)
        assert targets is not None
        lines: Lines = [Strip([Segment("target  ", MUTED), Segment("output", OUTPUT)])]
        for item in range(min(ITEMS, len(targets))):
            wanted, got = _numbers(targets[item]), _numbers(self._reel.moments[place].outputs[item])
            x = np.arange(len(wanted), dtype=np.float64)
            drawn = [
                Line("output", x, got, "#ffb254", stroke="thick"),
                Line("target", x, wanted, "#8b96a6", stroke="thin"),
            ]
            scene = Scene(drawn, (0.0, max(1.0, len(wanted) - 1.0)), log=False, reach=wanted)
            lines += self._chart(scene, max(4, (room - 1) // ITEMS))
        return lines

    # The curve.

    def _curve(self, place: int, rows: int) -> Lines:
        reel, epoch = self._reel, self._reel.moments[place].shot.epoch
        run, inside = reel.run, (reel.run.numbers >= reel.first) & (reel.run.numbers <= reel.last)
        until = inside & (run.numbers <= epoch)
        columns = [np.asarray(run.column(curve), np.float64) for curve in TOTALS]
        series = [
            Line(curve.name, run.numbers[until], values[until], front=curve.part == "validation")
            for curve, values in zip(TOTALS, columns, strict=True)
        ]
        curves = coloured(series, (0, 1), self._palette)
        better = run.bests.before(epoch + 1)
        best = (better[-1].epoch, better[-1].validation["loss"]) if better else None
        scene = Scene(
            curves.drawn,
            (float(reel.first), float(max(reel.last, reel.first + 1))),
            bands=self._bands(),
            level=reel.level,
            best=(float(best[0]), best[1]) if best else None,
            reach=reel.reach,
        )
        told = [("loss", TEXT)]
        for line, values in zip(curves.named, columns, strict=True):
            figure = numbers.loss(float(values[until][-1])) if until.any() else ""
            told.append((f"{line.name} {figure}", Style(color=line.colour or None)))
        told += [(f"best {numbers.loss(best[1])} in epoch {best[0]:,}", TEXT)] if best else []
        told += [(f"{plain(reel.level.name)} {numbers.loss(reel.level.value)}", MUTED)] if reel.level else []
        lengths = accumulate(len(text) + 2 for text, _ in told)
        words = [Segment(f"{text}  ", ink) for (text, ink), end in zip(told, lengths, strict=True) if end <= self._left]
        return [Strip(words), *self._chart(scene, rows, LOOK._replace(below=curves.below))]

    def _chart(self, scene: Scene, rows: int, look: Look = LOOK) -> Lines:
        picture = chart.drawn(scene, (self._left, rows), look)
        return chart.strips(picture, (self._left, rows), (), None, look)

    def _bands(self) -> Sequence[Band]:
        stages = [stage for stage in self._reel.run.stages if stage.epochs]
        bands, begin = [], 0
        for stage in stages if len(stages) > 1 else ():
            bands.append(Band(stage.name, begin + 0.5, begin + stage.epochs + 0.5))
            begin += stage.epochs
        return bands

    # The codes.

    def _cloud(self, place: int) -> Lines:
        cloud = self._reel.cloud
        assert cloud is not None
        colours = class_colours(max(1, len(cloud.names)), dark=True)
        marks = class_marks(cloud.names) if cloud.names else ["·"]
        groups = [Group(mark, Style(color=colour)) for mark, colour in zip(marks, colours, strict=True)]
        title = _text(_fit(f"codes  {cloud.title}", self._codes), MUTED)
        drawn = scatter_plot(
            cloud.points[place],
            cloud.members,
            groups,
            (self._codes, self._body - 1),
            axis=EDGE,
            y_ticks=False,
            bounds=(cloud.low, cloud.high),
        )
        return [title, *drawn]


def _numbers(item: NDArray[np.float32]) -> NDArray[np.float64]:
    from aetui.filming.parts.profiles import curves_of

    return curves_of(item[None])[0]


def _text(text: str, style: Style = Style.null()) -> Strip:  # noqa: B008 - immutable
    return Strip([Segment(text, style)])


def _fit(text: str, width: int) -> str:
    return set_cell_size(plain(text), width).rstrip()


def _joined(drawn: Sequence[Strip]) -> Iterable[Segment]:
    for place, each in enumerate(drawn):
        if place:
            yield Segment(" ")
        yield from each


def _beside(left: Strip, at: int, right: Strip) -> Strip:
    """`right` beside `left`, from column `at` on."""
    return Strip([*left.crop_extend(0, at, None), *right])
