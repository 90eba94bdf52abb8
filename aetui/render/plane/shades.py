"""Counts in cells as shades or digits, in no more changes of colour than a slow line takes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.color import Color, ColorSystem
from rich.style import Style

from aetui.render.plane.colouring import STEPS, Coloured, class_groups, steps
from aetui.render.plane.dots import BLANK, NOBODY, Ints, Picture
from aetui.render.plane.lines import joined
from aetui.render.scatter import Group

RAMP = ".:-=+*#%@"
"""Where there are no colours: one character for each step, by its ink."""
BUDGET = 16_500
"""Bytes that a picture may take; with what is told below it a frame stays below 20 kB."""


class _Bytes(NamedTuple):
    """What changes cost: to a colour of the 256 behind blanks, to the background, to characters, to the next row."""

    paper: int
    blank: int
    mark: int
    row: int


_EXACT, _OF_256 = _Bytes(15, 28, 44, 62), _Bytes(15, 15, 27, 45)
"""Where the theme's colours are sent as they are, and where they are some of 256."""
_LEVELS = (STEPS, 6, 5, 4, 3)
_SHORTEST = (2, 3, 4, 6, 8, 12, 16, 24, 32, 64, 128, 256)
"""Cells that a colour has at least, one after the other, where single ones would take too many changes of it: what is
shorter gets that of its left neighbour."""
MANY = 10
"""Points in a cell from which on it is full of the colour of its class, and of ever more where the fullest has more."""


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


def by_count(counts: Ints, *, dark: bool, colours: bool, exact: bool = True) -> Shaded:
    """Counts (rows, columns) as shades between none and the largest, or as characters where there are no colours."""
    most = int(counts.max(initial=0))
    if not colours:
        level = level_of(counts, most, len(RAMP))
        glyphs = np.array([BLANK, *map(ord, RAMP)])
        picture = Picture(glyphs[level], np.where(level > 0, 0, NOBODY), (Style.null(),))
        return Shaded(picture, _scale([Group(mark) for mark in RAMP], most))
    for levels in _LEVELS:
        papers = _papers(levels, dark=dark)
        legend = _scale([Group("█", Style(color=paper.bgcolor)) for paper in papers], most)
        owner = level_of(counts, most, levels) - 1
        picture = Picture(np.full(owner.shape, BLANK), owner, tuple(papers))
        if affordable(picture, exact=exact):
            return Shaded(picture, legend)
    return Shaded(_calmed(picture, exact=exact), legend)


def by_class(classes: Ints, names: Sequence[str], *, dark: bool, colours: bool, exact: bool = True) -> Picture:
    """Counts of each class (classes, rows, columns): in the colour of the most frequent one its mark, and where there
    are many points nothing but the colour; without colours marks alone."""
    total = classes.sum(axis=0)
    groups = class_groups(tuple(names), dark=dark, colours=colours)
    marks = np.array([*(ord(group.mark) for group in groups), BLANK])
    if not colours:
        owner = np.where(total > 0, classes.argmax(axis=0), NOBODY)
        return Picture(marks[owner], np.where(total > 0, 0, NOBODY), (Style.null(),))
    inks = [group.style.color or Color.parse("#dadada" if dark else "#4e4e4e") for group in groups]
    styles = (*(Style(color=_short(ink)) for ink in inks), *(Style(bgcolor=_short(ink)) for ink in inks))
    many = max(MANY, round(float(total.max(initial=0)) ** (1 / 3)))
    owner = np.where(total > 0, classes.argmax(axis=0), NOBODY)
    full = (total >= many) & (owner != NOBODY)
    for filled in (full, owner != NOBODY):
        chars = np.where(filled, BLANK, marks[owner])
        picture = Picture(chars, np.where(filled, owner + len(groups), owner), styles)
        if affordable(picture, exact=exact):
            return picture
    return _calmed(picture, exact=exact)


def digits(counts: Ints) -> Picture:
    """How many there are: 1 to 9, and + for more."""
    glyphs = np.array([BLANK, *range(ord("1"), ord("9") + 1), ord("+")])
    return Picture(glyphs[np.minimum(counts, 10)], np.where(counts > 0, 0, NOBODY), (Style.null(),))


def _calmed(picture: Picture, *, exact: bool) -> Picture:
    """One of spaces with as few changes of colour as are within the budget."""
    for least in _SHORTEST:
        picture = picture._replace(owner=without_short(picture.owner, least))
        if affordable(picture, exact=exact):
            break
    return picture


def without_short(owner: Ints, least: int) -> Ints:
    """Stretches of less than `least` equal cells in a row become what is left of them; at the beginning what is right
    of them, unless they are nobody's."""
    columns = owner.shape[1]
    begins = np.concatenate([np.ones((len(owner), 1), np.bool_), np.diff(owner, axis=1) != 0], axis=1).ravel()
    starts = np.flatnonzero(begins)
    lengths = np.diff(np.append(starts, owner.size))
    keeps = lengths >= least
    first_of_row = starts % columns == 0
    values = owner.ravel()[starts]
    # A row that begins with a short one begins with its first long one; one without any stays what it begins with.
    row = starts // columns
    long = np.flatnonzero(keeps)
    of_row = np.full(len(owner), -1)
    of_row[row[long][::-1]] = long[::-1]
    source = np.where(keeps, np.arange(len(starts)), -1)
    begin = np.where(of_row[row] >= 0, of_row[row], np.arange(len(starts)))
    source = np.where(first_of_row & ~keeps, np.where(values == NOBODY, np.arange(len(starts)), begin), source)
    settled = source >= 0
    last = np.maximum.accumulate(np.where(settled, np.arange(len(starts)), 0))
    found: Ints = np.repeat(values[source[last]], lengths).reshape(owner.shape)
    return found


def affordable(picture: Picture, *, exact: bool = True) -> bool:
    """Whether so many changes of colour are within the budget; `exact`: of colours beyond the 256. Blanks take what is
    behind the cell on their left where they have no colour of their own."""
    owner, costs = joined(picture), _EXACT if exact else _OF_256
    begins = np.concatenate([np.ones((len(owner), 1), np.bool_), np.diff(owner, axis=1) != 0], axis=1)
    of = np.array([costs.paper if style.bgcolor else costs.mark for style in picture.styles] + [costs.blank])
    wide = int((picture.chars > 127).sum())
    return int(of[owner[begins]].sum()) + owner.size + 2 * wide + len(owner) * costs.row <= BUDGET


def _scale(groups: Sequence[Group], most: int) -> Coloured:
    borders = [1, *count_borders(most, len(groups)).tolist(), max(most, 1) + 1]
    names = [f"{low:,} … {max(low, high - 1):,}" for low, high in pairwise(borders)]
    return Coloured(tuple(groups), tuple(names), np.zeros(0, np.int64), len(groups), "points a cell")


def _papers(levels: int, *, dark: bool) -> list[Style]:
    table = steps(dark=dark)
    chosen = np.linspace(0, STEPS - 1, levels).round().astype(int).tolist()
    return [Style(bgcolor=_short(Color.parse(table[each]))) for each in chosen]


def _short(colour: Color) -> Color:
    """The nearest of the 256: it takes half as many bytes, and nobody could tell more shades apart."""
    return colour.downgrade(ColorSystem.EIGHT_BIT)
