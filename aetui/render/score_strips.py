"""How scores are spread: a strip of columns for each group of items, above one axis with the threshold on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from textual.content import Content

from aetui.render.bars import MUTED
from aetui.render.series import Floats
from aetui.render.spark import BARS

TAIL = 0.995
"""Of the scores in a group that lie within the axis; what lies above has the last column together."""
LABEL = 14
"""Columns for what a strip is called, where there is room for it."""
LEAST_COLUMNS = 10
MARK, ASCII_MARK = "▲", "^"
LINE, ASCII_LINE = "│", "|"


class Group(NamedTuple):
    """Scores that belong together, (n,)."""

    label: str
    scores: NDArray[np.floating]


class Axis(NamedTuple):
    """What lies along the bottom: the edges of its columns."""

    low: float
    high: float
    columns: int

    @property
    def step(self) -> float:
        """How much a column is wide."""
        return (self.high - self.low) / self.columns

    def column(self, score: float) -> int:
        """In which column a score lies; what is beyond the axis, in the outermost one."""
        return int(min(self.columns - 1, max(0, (score - self.low) / self.step)))  # infinite ones, too


def axis_of(groups: Sequence[Group], threshold: float, columns: int) -> Axis:
    """An axis that shows the bulk of every group, and the threshold."""
    finite = [group.scores[np.isfinite(group.scores)].astype(np.float64) for group in groups]
    there = [values for values in finite if len(values)]
    low = min([threshold, *(float(values.min()) for values in there)])
    high = max([threshold, *(float(np.quantile(values, TAIL)) for values in there)])
    if high - low <= 1e-9 * max(abs(low), abs(high), 1e-30):
        low, high = low - (abs(low) or 1) / 2, high + (abs(high) or 1) / 2
    return Axis(low, high + (high - low) / max(1, columns), max(1, columns))


def label_width(width: int) -> int:
    """How many of `width` columns the names of strips take."""
    return LABEL if width >= 3 * LABEL else 0


def strips(
    groups: Sequence[Group], axis: Axis, threshold: float, size: tuple[int, int], *, blocks: bool = True
) -> list[Content]:
    """A strip for each group, all as high as `size` (columns, rows) leaves room for, and the axis below.

    Each strip has a scale of its own. What lies above the threshold has another colour, and stands right of the line
    that goes up from its mark. Groups for which there is no room are left out.
    """
    width, height = size
    room = height - 1
    if room < 1:
        return []
    groups = groups[:room]
    names, at = label_width(width), axis.column(threshold)
    each = max(1, room // len(groups))
    lines = []
    for group in groups:
        drawn = _columns(_counts(group.scores, axis), each, blocks=blocks)
        for row, text in enumerate(drawn):
            name = group.label if row == len(drawn) - 1 else f"{len(group.scores):,}" if row == len(drawn) - 2 else ""
            lines.append(_line(name, names, text, at, blocks=blocks))
    return [*lines, _axis(axis, threshold, names, blocks=blocks)]


def _counts(scores: NDArray[np.floating], axis: Axis) -> Floats:
    finite = np.clip(np.nan_to_num(scores.astype(np.float64), nan=axis.high), axis.low, axis.high)
    counted: Floats = np.histogram(finite, axis.columns, (axis.low, axis.high))[0].astype(np.float64)
    return counted


def _columns(counts: Floats, rows: int, *, blocks: bool) -> list[str]:
    """The counts as columns so many rows high; whatever is above 0 is seen."""
    steps = len(BARS) if blocks else 1
    top = float(counts.max())
    heights = np.ceil(counts / top * rows * steps - 0.5).astype(int) if top > 0 else np.zeros(len(counts), int)
    heights = np.where(counts > 0, np.maximum(heights, 1), 0)
    marks = BARS if blocks else "#"
    lines = []
    for row in reversed(range(rows)):
        filled = np.clip(heights - row * steps, 0, steps).tolist()
        lines.append("".join(marks[level - 1] if level else " " for level in filled))
    return lines


def _line(name: str, names: int, text: str, at: int, *, blocks: bool) -> Content:
    line = LINE if blocks else ASCII_LINE
    middle = text[at] if text[at] != " " else line
    return Content.assemble(
        (f"{name[: names - 1]:<{names}}" if names else "", MUTED),
        (text[:at], "$primary"),
        (middle, "$accent"),
        (text[at + 1 :], "$warning"),
    )


def _axis(axis: Axis, threshold: float, names: int, *, blocks: bool) -> Content:
    """The lowest score, the threshold with its mark below its column, the highest, as far as they do not meet."""
    mark, at, told = MARK if blocks else ASCII_MARK, axis.column(threshold), f"{threshold:.4g}"
    right = at + 2 + len(told) <= axis.columns
    start = at if right else max(0, at - len(told) - 1)
    words = (f"{mark} {told}" if right else f"{told} {mark}")[: axis.columns - start]
    low, high = f"{axis.low:.3g}", f"{axis.high:.3g}"
    before = low if len(low) < start else ""
    left = axis.columns - start - len(words)
    after = high if len(high) < left else ""
    return Content.assemble(
        (" " * names + before.ljust(start), MUTED), (words, "bold $accent"), (after.rjust(left), MUTED)
    )
