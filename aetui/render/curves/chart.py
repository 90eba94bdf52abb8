"""A chart as cells: axes, grid and stages behind, the curves over one another, what the time cursor adds on top."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from rich.color import Color
from rich.style import Style
from textual.strip import Strip

from aetui.render.curves import layers, time_axis
from aetui.render.curves.branching import Mark, draw_marks
from aetui.render.curves.cells import Sheet
from aetui.render.curves.dots import Dots, dashed, dashes, pack
from aetui.render.curves.layers import Area, Band, Level, Line, Steps
from aetui.render.curves.scale import Scale, chosen
from aetui.render.curves.time_axis import Unit
from aetui.render.plot import Range
from aetui.render.series import Floats
from aetui.render.text import plain

_NAMED, _LEAST_NAME = 6, 3
"""Lines that a plot must have to spare one for the names of bands, and columns that a band must have to be named; for
marks it is as many."""

_LEAST_SIZE = 8, 3

_HAZY = ("soft", "faint")


class Look(NamedTuple):
    """Colours of everything but the curves. Without a style the grid is left out, without colours what is below."""

    axis: Style = Style.null()
    cursor: Style = Style.null()
    band: Style = Style.null()
    grid: Style | None = None
    star: Style = Style.null()
    level: Style = Style.null()
    steps: Style = Style.null()
    mark: Style = Style.null()
    below: tuple[Color, ...] = ()
    """Backgrounds under the foremost curve, from right below it downwards."""


class Scene(NamedTuple):
    """What is to be seen: curves, the foremost first, over `x_range`."""

    lines: Sequence[Line]
    x_range: Range
    log: bool | None = None
    """None: as the values ask for."""
    unit: Unit = "epochs"
    bands: Sequence[Band] = ()
    level: Level | None = None
    steps: Steps | None = None
    best: tuple[float, float] | None = None
    """Where the foremost curve gets a star."""
    marks: Sequence[Mark] = ()
    goal: str = ""
    """What stands at the right end of the axis, where a run goes on beyond it."""
    reach: ArrayLike | None = None
    """What the loss axis is chosen for; None: the curves."""


class Picture(NamedTuple):
    """A chart without its cursor."""

    sheet: Sheet
    area: Area
    left: int
    """Columns before the curves."""
    above: int
    """Lines before them."""


def drawn(scene: Scene, size: tuple[int, int], look: Look = Look()) -> Picture | None:  # noqa: B008 - immutable
    """The chart in `size` = (columns, rows) cells; None where that is too small for one.

    Values that are not finite break a curve and are marked with × on the upper edge, those above it with ▲; on a
    logarithmic axis values that are not positive are left out. Between two bands a dotted line, and their names above
    the curves where there is room for them. Without a single value to draw, the axes alone.
    """
    columns, rows = size
    if columns < _LEAST_SIZE[0] or rows < _LEAST_SIZE[1]:
        return None
    named = int(len(scene.bands) > 1 and rows >= _NAMED)
    above = named + int(bool(scene.marks) and rows >= _NAMED + named)
    points = [layers.visible(line, scene.x_range, columns) for line in scene.lines]
    scale = _scale(scene, points, rows - 2 - above)
    left = max((len(label) for _, label in scale.ticks), default=0) + 1
    if left > columns // 2:
        scale, left = scale._replace(ticks=()), 1
    area = Area(max(1, columns - left), rows - 2 - above, scene.x_range, scale)
    picture = Picture(Sheet(columns, rows), area, left, above)
    _frame(picture, scene, look, named=bool(named))
    draw_marks(picture.sheet, area, (left, above if above > named else 0), scene.marks, look.mark)
    strokes = [_dots(area, line, *found) for line, found in zip(scene.lines, points, strict=True)]
    _below(picture, strokes, look)
    _curves(picture, scene, strokes, look)
    for line, found in reversed([*zip(scene.lines, points, strict=True)]):
        _marks(picture, line, *found)
    _star(picture, scene, look)
    return picture


def strips(
    picture: Picture | None, size: tuple[int, int], lines: Sequence[Line], cursor: float | None, look: Look
) -> list[Strip]:
    """The chart with a vertical line at the `cursor`, an x value, and a ● on each of the `lines` there."""
    if picture is None:
        return [Strip.blank(max(0, size[0]))] * max(0, size[1])
    column = None if cursor is None else picture.area.column(cursor)
    if cursor is None or column is None:
        return picture.sheet.strips()
    sheet, area = picture.sheet.copy(), picture.area
    for row in range(area.rows):
        if sheet.bare(picture.left + column, picture.above + row):
            sheet.put(picture.left + column, picture.above + row, "┊", look.cursor)
    for line in reversed(lines):
        x = np.asarray(line.x, np.float64)
        place = int(x.searchsorted(cursor))
        if place < len(x) and x[place] == cursor:
            _point(
                picture,
                sheet,
                cursor,
                float(np.asarray(line.y, np.float64)[place]),
                "●",
                Style(color=line.colour or None),
            )
    return sheet.strips()


def _scale(scene: Scene, points: Sequence[tuple[Floats, Floats]], rows: int) -> Scale:
    curves = [y for line, (_, y) in zip(scene.lines, points, strict=True) if line.stroke != "faint"]
    steps = [scene.steps.mean] if scene.steps is not None and not curves else []
    values = np.concatenate([np.empty(0), *curves, *steps]) if scene.reach is None else scene.reach
    return chosen(values, rows, log=scene.log, beside=scene.level.value if scene.level else None)


def _frame(picture: Picture, scene: Scene, look: Look, *, named: bool) -> None:
    """Axes with their ticks, grid, lines between bands and the names of those."""
    sheet, area, left, above = picture
    width = area.columns
    base = above + area.rows
    for row in range(base):
        sheet.put(left - 1, row, "│", look.axis)
    sheet.put(left - 1, base, "└" + "─" * width, look.axis)
    for place, label in area.scale.ticks:
        row = above + area.scale.row(place, area.rows)
        sheet.put(left - 1 - len(label), row, label, look.axis)
        sheet.put(left - 1, row, "┤", look.axis)
        if look.grid is not None and row < base - 1:
            sheet.put(left, row, "─" * width, look.grid)
    _x_ticks(picture, scene, look)
    for band in scene.bands[:-1]:
        column = area.column(band.end)
        if column is not None:
            for row in range(base):
                sheet.put(left + column, row, "╎", look.band)
    if named:
        _names(picture, scene, look)


def _x_ticks(picture: Picture, scene: Scene, look: Look) -> None:
    sheet, area, left, above = picture
    base = above + area.rows
    taken = [False] * (sheet.columns + 2)
    goal = scene.goal if len(scene.goal) < area.columns // 2 else ""
    if goal:
        sheet.put(sheet.columns - len(goal), base + 1, goal, look.axis)
        taken[sheet.columns - len(goal) - 1 :] = [True] * (len(goal) + 3)
    for at, label in time_axis.ticks(scene.x_range, area.columns, scene.unit):
        column = area.column(at)
        if column is None:
            continue
        start = min(max(0, left + column - len(label) // 2), sheet.columns - len(label))
        if start < 0 or any(taken[max(0, start - 1) : start + len(label) + 1]):
            continue
        sheet.put(start, base + 1, label, look.axis)
        sheet.put(left + column, base, "┬", look.axis)
        taken[start : start + len(label)] = [True] * len(label)


def _names(picture: Picture, scene: Scene, look: Look) -> None:
    """Each band's name in the line above the curves, cut to its width."""
    sheet, area, left, _ = picture
    low, high = scene.x_range
    for band in scene.bands:
        start, end = (area.column(min(max(x, low), high)) or 0 for x in (band.start, band.end))
        start += band.start > low  # beside the dotted line
        end += band.end >= high
        if end - start >= _LEAST_NAME:
            sheet.put(left + start, 0, _cut(plain(band.name), end - start), look.band)


def _cut(name: str, width: int) -> str:
    """At most `width` characters of "layer 12"; its number stays."""
    words, _, number = name.rpartition(" ")
    if len(name) <= width or not words or not number.isdigit() or len(number) + 3 > width:
        return plain(name, width)
    return f"{plain(words, width - len(number) - 1)} {number}"


def _dots(area: Area, line: Line, x: Floats, y: Floats) -> Dots | None:
    """Those of a curve; None where it is drawn with a character, or there is nothing of it."""
    if line.marker or not np.isfinite(y).any():
        return None
    return dashed(layers.stroke(area, x, y, line.stroke), line.dash)


def _below(picture: Picture, strokes: Sequence[Dots | None], look: Look) -> None:
    front = next((dots for dots in strokes if dots is not None), None)
    if look.below and front is not None:
        depths = layers.depths(front, len(look.below))
        picture.sheet.wash(depths, look.below, (picture.left, picture.above))


def _curves(picture: Picture, scene: Scene, strokes: Sequence[Dots | None], look: Look) -> None:
    """What is faint, then curves of characters, then all that consists of dots in one go: there dots add up."""
    sheet, area, left, above = picture
    corner = left, above
    pairs = [*zip(scene.lines, strokes, strict=True)]
    if scene.steps is not None and len(scene.steps.x):
        _haze(sheet, layers.band(area, scene.steps), look.steps, corner)
    for line, dots in reversed(pairs):
        if dots is not None and line.stroke in _HAZY:
            _haze(sheet, dots, _ink(line), corner)
    for line in reversed(scene.lines):
        if line.marker:
            x, y = layers.visible(line, scene.x_range, area.columns)
            if np.isfinite(y).any():
                sheet.mark(layers.places(area, x, y), line.marker, _ink(line), corner)
    solid = [(dots, _ink(line)) for line, dots in reversed(pairs) if dots is not None and line.stroke not in _HAZY]
    if scene.level is not None and area.scale.low <= area.scale.place(scene.level.value) <= area.scale.high:
        solid.insert(0, (_level(area, scene.level), look.level))
        sheet.braille(solid, corner)
        _level_name(picture, scene.level, [dots for dots, _ in solid[1:]], look)
    else:
        sheet.braille(solid, corner)


def _level_name(picture: Picture, level: Level, curves: Sequence[Dots], look: Look) -> None:
    """At the right end of its line, where no curve is."""
    area, name = picture.area, f" {plain(level.name)}"
    row = int(area.dot_row(np.asarray(area.scale.place(level.value)))) // 4
    start = area.columns - len(name)
    if start >= area.columns // 2 and not any(dots[4 * row : 4 * row + 4, 2 * start :].any() for dots in curves):
        picture.sheet.put(picture.left + start, picture.above + row, name, look.level)


def _haze(sheet: Sheet, dots: Dots, style: Style, corner: tuple[int, int]) -> None:
    """Dots that give way to whatever else is in their cells."""
    cells = pack(dots)
    sheet.haze(cells > 0, cells, style, corner)


def _ink(line: Line) -> Style:
    return Style(color=line.colour or None)


def _level(area: Area, level: Level) -> Dots:
    start = int(np.clip(area.dot_column(max(level.start, area.x_range[0])), 0, 2 * area.columns - 1))
    row = int(area.dot_row(np.asarray(area.scale.place(level.value))))
    return dashes((4 * area.rows, 2 * area.columns), row, start)


def _marks(picture: Picture, line: Line, x: Floats, y: Floats) -> None:
    """What a line of dots does not show: single points, values that are none, and those above the edge."""
    sheet, style = picture.sheet, _ink(line)
    for at in np.flatnonzero(layers.lone(picture.area.scale.of(y))).tolist():
        _point(picture, sheet, float(x[at]), float(y[at]), "•", style)
    for which, character in ((picture.area.scale.above(y), "▲"), (np.isnan(y), "×")):
        for at in x[which].tolist():
            column = picture.area.column(at)
            if column is not None:
                sheet.put(picture.left + column, picture.above, character, style)


def _star(picture: Picture, scene: Scene, look: Look) -> None:
    if scene.best is not None:
        _point(picture, picture.sheet, *scene.best, "★", look.star)


def _point(picture: Picture, sheet: Sheet, x: float, y: float, character: str, style: Style) -> None:
    area = picture.area
    column, drawn = area.column(x), area.scale.place(y)
    if column is not None and area.scale.low <= drawn <= area.scale.high:
        row = int(area.dot_row(np.asarray(drawn))) // 4
        sheet.put(picture.left + column, picture.above + min(max(row, 0), area.rows - 1), character, style)
