"""A sweep as lines of cells: its trials, the best so far, parallel coordinates, how much each setting matters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite, nan
from typing import TYPE_CHECKING, Any

import numpy as np
from textual.content import Content

from aetui.render import more, numbers
from aetui.render.bars import bars
from aetui.render.curves.dots import BLANK, Dots, pack
from aetui.render.plot import dots
from aetui.render.text import plain

if TYPE_CHECKING:
    from engine.sweeps.importance import Importance
    from engine.sweeps.ranges import Range
    from engine.sweeps.table import Row

MUTED = "$text-muted"
STATES = {
    "completed": ("✓", "$success"),
    "pruned": ("✂", "$text-muted"),
    "diverged": ("✕", "$error"),
    "failed": ("✕", "$error"),
    "running": ("●", "$accent"),
    "waiting": ("○", "$text-muted"),
}
LEAST_AXIS = 12
"""Columns between two axes; settings that have no room are left out, the last first."""


def value(of: Any) -> str:
    """A setting as a cell shows it."""
    return f"{of:.4g}" if isinstance(of, float) else plain(str(of))


def table(
    rows: Sequence[Row], names: Sequence[str], metric: str, cursor: int, best: int | None, size: tuple[int, int]
) -> list[Content]:
    """A head, and the rows round the `cursor` for which `size` = (columns, rows) has room; `best` is a trial."""
    width, height = size
    head = ("trial", "state", metric, *names, "epochs")
    cells = [head, *(_cells(row, names) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    while sum(widths) + 2 * len(widths) + 2 > width and len(widths) > 3:  # settings at the right go first
        gone = len(widths) - (2 if len(widths) > 4 else 1)
        cells = [(*line[:gone], *line[gone + 1 :]) for line in cells]
        del widths[gone]
    page = max(1, height - 1)
    top = max(0, min(cursor - page // 2, len(rows) - page))
    lines = [_row(row, cells[at + 1], widths, at == cursor, row.trial == best) for at, row in enumerate(rows)]
    shown = more.marked(lines[top : top + page], width, above=top, below=max(0, len(rows) - top - page))
    first = Content.styled("  " + _line(cells[0], widths), f"bold {MUTED}")
    return [line.truncate(width, ellipsis=True) for line in (first, *shown)]


def _cells(row: Row, names: Sequence[str]) -> tuple[str, ...]:
    reached = numbers.UNKNOWN if row.mean is None else numbers.mean_and_sd(row.mean, row.sd)
    settings = (value(row.settings.get(name, "")) for name in names)
    mark = STATES.get(row.state, ("", ""))[0]
    return (str(row.trial), f"{mark} {row.state}", reached, *settings, str(row.looked_at or ""))


def _row(row: Row, cells: tuple[str, ...], widths: Sequence[int], here: bool, best: bool) -> Content:
    colour = STATES.get(row.state, ("", MUTED))[1]
    bold = "bold " if here or best else ""
    star = "★" if best else " "
    state = f"{cells[0].rjust(widths[0])}{star} {cells[1].ljust(widths[1])}"
    style = "$foreground" if row.state in ("completed", "running") else MUTED
    return Content.assemble(
        ("▸ ", "$accent") if here else "  ", (state, bold + colour), "  ", (_line(cells[2:], widths[2:]), bold + style)
    )


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(size) for cell, size in zip(cells, widths, strict=True))


def best_so_far(
    points: Sequence[tuple[int, float]], others: Sequence[tuple[int, float]], trials: int, size: tuple[int, int]
) -> list[Content]:
    """The lowest value by the number of the trial, as steps; all completed trials as dots."""
    columns, rows = size
    if not points:
        return [Content.styled("no trial is completed yet", MUTED)]
    every = [found for _, found in others if isfinite(found)]
    low, high = min(every), max(every)
    high = high if high > low else low + (abs(low) or 1.0)
    labels = [numbers.loss(high), numbers.loss(low)]
    left = max(map(len, labels)) + 1
    room = (max(8, columns - left), max(2, rows - 1))
    x_range, y_range = (0.0, float(max(1, trials - 1))), (low, high)
    x, y = _steps(points, max(number for number, _ in others))
    line = dots(np.array(x), np.array(y), room, x_range, y_range)
    cloud = np.zeros_like(line)
    for number, found in others:
        across = round(number / x_range[1] * (cloud.shape[1] - 1))
        down = round((high - found) / (high - low) * (cloud.shape[0] - 1))
        cloud[down, min(across, cloud.shape[1] - 1)] = True
    drawn = _layers((cloud, MUTED), (line, "$accent"))
    sides = [labels[0], *[""] * (len(drawn) - 2), labels[1]]
    below = f"{'trial 0':<{max(0, room[0] - len(str(trials - 1)))}}{trials - 1}"
    return [
        *(Content.assemble((side.rjust(left - 1) + " ", MUTED), each) for side, each in zip(sides, drawn, strict=True)),
        Content.styled(" " * left + below, MUTED),
    ]


def _steps(points: Sequence[tuple[int, float]], last: int) -> tuple[list[float], list[float]]:
    x, y = [float(points[0][0])], [points[0][1]]
    for number, found in points[1:]:
        x += [float(number), float(number)]
        y += [y[-1], found]
    return [*x, float(max(last, points[-1][0]))], [*y, y[-1]]


def parallel(
    over: Sequence[Range], rows: Sequence[Row], metric: str, best: int | None, chosen: int | None, size: tuple[int, int]
) -> list[Content]:
    """An upright axis for each setting and one for the metric, lowest below; a line for each completed or pruned trial,
    the best one and the `chosen` one before all others."""
    columns, height = size
    axes = list(over)[: max(1, (columns - 1) // LEAST_AXIS)]
    compared = [row for row in rows if row.state in ("completed", "pruned")]
    known = [row for row in compared if row.mean is not None and isfinite(row.mean)]
    if not known:
        return [Content.styled("no trial has reached anything yet", MUTED)]
    means = [row.mean for row in known if row.mean is not None]
    low, high = min(means), max(means)
    room = (columns, max(2, height - 3))
    span, upright = (0.0, float(len(axes))), np.zeros((4 * room[1], 2 * room[0]), bool)

    def drawn(some: Sequence[Row]) -> Dots:
        x: list[float] = []
        y: list[float] = []
        for row in some:
            at = [each.place(row.settings[each.name]) for each in axes]
            at.append((row.mean - low) / (high - low) if row.mean is not None and high > low else 0.5)
            x += [*map(float, range(len(at))), nan]
            y += [*at, nan]
        return dots(np.array(x), np.array(y), room, span, (0.0, 1.0)) if x else np.zeros_like(upright)

    places = [round(place / len(axes) * (upright.shape[1] - 1)) for place in range(len(axes) + 1)]
    upright[::2, places] = True
    layers = [
        (upright, MUTED),
        (drawn([row for row in known if row.state == "pruned"]), MUTED),
        (drawn([row for row in known if row.state == "completed"]), "$primary"),
        (drawn([row for row in known if row.trial == chosen]), "$foreground"),
        (drawn([row for row in known if row.trial == best]), "$accent"),
    ]
    names = [*(each.name for each in axes), metric]
    tops = [*(value(each.values[-1] if each.values else _number(each, each.high)) for each in axes), numbers.loss(high)]
    ends = [*(value(each.values[0] if each.values else _number(each, each.low)) for each in axes), numbers.loss(low)]
    cells = [place // 2 for place in places]
    heads = (_spread(texts, cells, columns) for texts in (names, tops))
    above = [Content.styled(text, MUTED) for text in heads]
    return [*above, *_layers(*layers), Content.styled(_spread(ends, cells, columns), MUTED)]


def _number(of: Range, end: float) -> Any:
    return int(end) if of.whole else end


def _spread(texts: Sequence[str], places: Sequence[int], width: int) -> str:
    """Each text at its place, the last ones ending there; what would run into the next is cut."""
    *others, last = texts
    line = ""
    for text, start, until in zip(others, places, [*places[1:-1], width - len(last)], strict=False):
        line = line.ljust(start) + text[: max(0, until - start - 1)]
    return (line.ljust(width - len(last)) + last)[-width:]


def importances(found: Importance | None, width: int) -> list[Content]:
    """A bar for each setting."""
    if found is None:
        return [Content.styled("more completed trials are needed", MUTED)]
    rows = [(name, share, f"{share:.0%}") for name, share in found.shares.items()]
    return [*bars(rows, width, 1.0), Content.styled(found.how, MUTED)]


def _layers(*layers: tuple[Dots, str]) -> list[Content]:
    """Dots laid over one another; a cell has the colour of the last one that touches it."""
    together = np.zeros_like(layers[0][0])
    shape = (together.shape[0] // 4, together.shape[1] // 2)
    owner = np.zeros(shape, np.int64)
    for place, (found, _) in enumerate(layers, 1):
        together |= found
        owner[pack(found) > 0] = place
    glyphs = pack(together)
    lines = []
    for row in range(shape[0]):
        pieces: list[tuple[str, str]] = []
        for column in range(shape[1]):
            glyph = chr(BLANK + int(glyphs[row, column])) if glyphs[row, column] else " "
            style = layers[owner[row, column] - 1][1] if owner[row, column] else ""
            if pieces and pieces[-1][1] == style:
                pieces[-1] = (pieces[-1][0] + glyph, style)
            else:
                pieces.append((glyph, style))
        lines.append(Content.assemble(*pieces))
    return lines


def legend(states: Mapping[str, int]) -> str:
    """How many trials stand how: "12 completed · 3 pruned"."""
    return " · ".join(f"{count} {state}" for state, count in states.items() if count)
