"""Tables with a column for each run, whose cells are broken over lines where there is no room: nothing is cut off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len
from textual.content import Content

GAP, NARROW_GAP = 2, 1
"""Columns between two cells, and where there is no room for as many."""
LEAST = 6
"""Columns of a cell at least."""


class Cell(NamedTuple):
    """A text and its style."""

    text: str
    style: str = ""


def laid(head: Sequence[Cell], rows: Sequence[Sequence[Cell]], width: int) -> list[Content]:
    """Lines of a table: labels on the left, figures to the right of their columns."""
    muted = [Cell(cell.text, cell.style or "$text-muted") for cell in head]
    every = [muted, *rows]
    count = max(map(len, every))
    most = [max((cell_len(row[at].text) for row in every if at < len(row)), default=0) for at in range(count)]
    gap = GAP if sum(most) + GAP * (count - 1) <= width else NARROW_GAP
    sizes = _sizes(most, width - gap * (count - 1))
    return [line for row in every for line in _lines(row, sizes, gap)]


def _sizes(most: Sequence[int], room: int) -> list[int]:
    """Each column as wide as it can be of `most`: those that need little get it, the rest is for the others alike."""
    if sum(most) <= room:
        return list(most)
    label = min(most[0], max(LEAST, room // 3))
    left, sizes = room - label, [0] * len(most)
    sizes[0] = label
    waiting = sorted(range(1, len(most)), key=lambda at: most[at])
    for place, at in enumerate(waiting):
        sizes[at] = max(LEAST, min(most[at], left // (len(waiting) - place)))
        left -= sizes[at]
    return sizes


def _lines(row: Sequence[Cell], sizes: Sequence[int], gap: int) -> list[Content]:
    parts = [broken(cell.text, size) for cell, size in zip(row, sizes, strict=False)]
    lines = []
    for at in range(max(map(len, parts))):
        pieces: list[Content] = []
        for place, (cell, size, texts) in enumerate(zip(row, sizes, parts, strict=False)):
            text = texts[at] if at < len(texts) else ""
            blank = " " * max(0, size - cell_len(text))
            piece = Content.styled(text, cell.style) if cell.style else Content(text)
            pieces += [Content(blank), piece] if place else [piece, Content(blank)]
            pieces.append(Content(" " * gap))
        lines.append(Content("").join(pieces[:-1]))
    return lines


def broken(text: str, width: int) -> list[str]:
    """`text` over as many lines as it takes, at spaces, commas and underscores where there are any."""
    lines: list[str] = []
    while cell_len(text) > width:
        end = len(text)
        while cell_len(text[:end]) > width:
            end -= 1
        end = max(1, end)
        cut = max((text.rfind(mark, 0, end) + 1 for mark in " ,_/"), default=0)
        end = cut if cut > end // 2 else end
        lines.append(text[:end].rstrip())
        text = text[end:].lstrip()
    return [*lines, text]
