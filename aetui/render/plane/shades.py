"""Counts in cells as shades or digits, in no more changes of colour than a slow line takes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.color import Color, ColorSystem
from rich.style import Style

from aetui.render.plane.colouring import STEPS, Coloured, class_groups, steps
from aetui.render.plane.dots import BLANK, NOBODY, Ints, Picture
from aetui.render.scatter import Group

RAMP = ".:-=+*#%@"
"""Where there are no colours: one character for each step, by its ink."""
BUDGET = 16_000
"""Bytes that a picture may take; with axes, and what moves over it, it stays below 20 kB."""
_A_RUN, _A_MARK, _A_ROW = 15, 32, 40
"""Bytes of a change of what is behind, of both colours, and of the axis with the way to the next row."""
_LEVELS = (STEPS, 6, 5, 4, 3, 2)
_CLASS_LEVELS = (3, 2, 1)
_WIDTHS = (1, 2, 4, 8, 16, 32)
"""Cells side by side that have a colour in common, where single ones would take too many changes of it."""
_FAINT = {3: (0.35, 0.65, 1.0), 2: (0.55, 1.0), 1: (1.0,)}
_DARK, _LIGHT = (18, 18, 18), (250, 250, 250)
"""About what the house's themes have for a background: what few points are mixed with."""


def count_borders(most: int, levels: int) -> NDArray[np.int64]:
    """The least count of each level but the first: ever larger steps, as a logarithm has them; (levels - 1,)."""
    borders = np.ceil(np.exp(np.log(max(2, most)) * np.arange(1, levels) / levels)).astype(np.int64)
    return np.maximum(borders, np.arange(2, levels + 1))


def level_of(counts: Ints, most: int, levels: int) -> Ints:
    """From 1 to `levels`; 0 where there is nothing."""
    found: Ints = np.where(counts > 0, np.searchsorted(count_borders(most, levels), counts, "right") + 1, 0)
    return found


class Shaded(NamedTuple):
    """A picture, and what its shades mean."""

    picture: Picture
    legend: Coloured


def by_count(counts: Ints, *, dark: bool, colours: bool) -> Shaded:
    """Counts (rows, columns) as shades between none and the largest, or as characters where there are no colours."""
    most = int(counts.max(initial=0))
    if not colours:
        level = level_of(counts, most, len(RAMP))
        glyphs = np.array([BLANK, *map(ord, RAMP)])
        picture = Picture(glyphs[level], np.where(level > 0, 0, NOBODY), (Style.null(),))
        return Shaded(picture, _scale([Group(mark) for mark in RAMP], most))
    for width in _WIDTHS:
        shared = blocked(counts, width)
        largest = int(shared.max(initial=0))
        for levels in _LEVELS:
            owner = level_of(shared, largest, levels) - 1
            if affordable(owner) or (width, levels) == (_WIDTHS[-1], _LEVELS[-1]):
                papers = _papers(levels, dark=dark)
                return Shaded(
                    _flat(owner, papers), _scale([Group("█", Style(color=each.bgcolor)) for each in papers], largest)
                )
    raise AssertionError("the last one is always taken")


def by_class(classes: Ints, names: Sequence[str], *, dark: bool, colours: bool) -> Picture:
    """Counts of each class (classes, rows, columns) as the colour of the most frequent one, stronger where there are
    more points; without colours its mark."""
    total = classes.sum(axis=0)
    groups = class_groups(tuple(names), dark=dark, colours=colours)
    if not colours:
        marks = np.array([*(ord(group.mark) for group in groups), BLANK])
        owner = np.where(total > 0, classes.argmax(axis=0), NOBODY)
        return Picture(marks[owner], np.where(total > 0, 0, NOBODY), (Style.null(),))
    inks = [group.style.color or Color.parse("#dadada" if dark else "#4e4e4e") for group in groups]
    for width in _WIDTHS:
        shared = blocked(classes, width)
        together = shared.sum(axis=0)
        largest = int(together.max(initial=0))
        for levels in _CLASS_LEVELS:
            level = level_of(together, largest, levels)
            owner = np.where(level > 0, shared.argmax(axis=0) * levels + level - 1, NOBODY)
            if affordable(owner) or (width, levels) == (_WIDTHS[-1], _CLASS_LEVELS[-1]):
                return _flat(owner, [_paper(ink, share, dark=dark) for ink in inks for share in _FAINT[levels]])
    raise AssertionError("the last one is always taken")


def digits(counts: Ints, owner: Ints | None, styles: Sequence[Style]) -> Picture:
    """How many there are: 1 to 9, and + for more. `owner`: whose colour it has."""
    glyphs = np.array([BLANK, *range(ord("1"), ord("9") + 1), ord("+")])
    chars = glyphs[np.minimum(counts, 10)]
    if owner is not None:
        picture = Picture(chars, np.where(counts > 0, owner, NOBODY), tuple(styles))
        if affordable_dots(picture):
            return picture
    return Picture(chars, np.where(counts > 0, 0, NOBODY), (Style.null(),))


def blocked(counts: Ints, width: int) -> Ints:
    """Each count that of `width` cells side by side, shape (…, columns)."""
    if width == 1:
        return counts
    columns = counts.shape[-1]
    starts = np.arange(0, columns, width)
    return np.repeat(np.add.reduceat(counts, starts, axis=-1), width, axis=-1)[..., :columns]


def affordable(owner: Ints) -> bool:
    """Whether so many changes of colour of single bytes are within the budget."""
    changes = int((np.diff(owner, axis=1) != 0).sum()) + len(owner)
    return changes * _A_RUN + owner.size + len(owner) * _A_ROW <= BUDGET


def affordable_dots(picture: Picture) -> bool:
    """The same of characters, which need the colour of what is behind them, too; blanks take any."""
    columns = np.arange(picture.owner.shape[1])
    source = np.maximum.accumulate(np.where(picture.chars == BLANK, 0, columns), axis=1)
    owner = np.take_along_axis(picture.owner, source, axis=1)
    changes = int((np.diff(owner, axis=1) != 0).sum()) + len(owner)
    ink = int((picture.chars > 127).sum())
    return changes * _A_MARK + owner.size + 2 * ink + len(owner) * _A_ROW <= BUDGET


def _scale(groups: Sequence[Group], most: int) -> Coloured:
    borders = [1, *count_borders(most, len(groups)).tolist(), max(most, 1) + 1]
    names = [f"{low:,} … {max(low, high - 1):,}" for low, high in pairwise(borders)]
    return Coloured(tuple(groups), tuple(names), np.zeros(0, np.int64), len(groups))


def _flat(owner: Ints, styles: Sequence[Style]) -> Picture:
    return Picture(np.full(owner.shape, BLANK), owner, tuple(styles))


def _papers(levels: int, *, dark: bool) -> list[Style]:
    table = steps(dark=dark)
    chosen = np.linspace(0, STEPS - 1, levels).round().astype(int).tolist()
    return [Style(bgcolor=_short(Color.parse(table[each]))) for each in chosen]


@lru_cache(512)
def _paper(ink: Color, share: float, *, dark: bool) -> Style:
    ground = _DARK if dark else _LIGHT
    red, green, blue = (
        round(share * own + (1 - share) * below) for own, below in zip(ink.get_truecolor(), ground, strict=True)
    )
    return Style(bgcolor=_short(Color.from_rgb(red, green, blue)))


def _short(colour: Color) -> Color:
    """The nearest of the 256: it takes half as many bytes, and nobody could tell more shades apart."""
    return colour.downgrade(ColorSystem.EIGHT_BIT)
