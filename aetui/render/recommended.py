"""What a user may like, and what the model says to what they rated, as lines of cells."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from textual.content import Content

from aetui.render.bars import MUTED
from aetui.render.text import plain
from engine.errors import counted
from engine.queries.messages import Recommendations

SIDE_BY_SIDE = 64
"""Columns from which both tables stand beside each other."""
GAP = 3
FIGURES = 14
"""Columns of two ratings behind an item, and of the mark of one that was held out."""


def page(answer: Recommendations, width: int) -> list[Content]:
    """Items not rated yet, the best first, and those that were, in `width` columns."""
    beside = width >= SIDE_BY_SIDE
    column = (width - GAP) // 2 if beside else width
    best = " · best weights" if answer.weights == "best" else ""
    told = f"{plain(answer.user)} · rated {counted(len(answer.rated), 'item')} · epoch {answer.epoch:,}{best}"
    suggested = [_row(each.item, f"{each.predicted:.2f}", column) for each in answer.suggestions]
    rated = [
        _row(each.item, f"{each.rating:g} {each.predicted:6.2f} {'?' if each.held_out else ' '}", column)
        for each in answer.rated
    ]
    left = [_head("may like", "predicted", column), *suggested]
    right = [_head("rated, ? held out", "told", column), *rated]
    lines: Sequence[Content]
    if beside:
        empty = Content(" " * column)
        lines = [Content(" " * GAP).join([one, other]) for one, other in zip_longest(left, right, fillvalue=empty)]
    else:
        lines = [*left, Content(""), *right]
    return [Content.styled(told, "bold").truncate(width, ellipsis=True), Content(""), *lines]


def _head(words: str, figures: str, width: int) -> Content:
    return Content.styled(_line(words, figures, width), MUTED)


def _row(item: str, figures: str, width: int) -> Content:
    return Content(_line(item, figures, width))


def _line(words: str, figures: str, width: int) -> str:
    """Words to the left, figures to the right, in `width` columns."""
    room = max(1, width - FIGURES)
    name = Content(plain(words)).truncate(room, ellipsis=True, pad=True).plain
    return f"{name}{figures:>{FIGURES}}"
