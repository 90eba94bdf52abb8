"""Tables with a column for each run, whose cells are broken over lines where there is no room: nothing is cut off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len
from textual.content import Content

GAP = 2
LEAST = 6
"""Columns of a cell at least."""


class Cell(NamedTuple):
    """A text and its style."""

    text: str
    style: str = ""


def laid(head: Sequence[Cell], rows: Sequence[Sequence[Cell]], width: int) -> list[Content]:
    """Lines of a table: labels on the left, figures to the right of their columns."""
    sizes = _sizes([head, *rows], width)
    muted = [Cell(cell.text, cell.style or "$text-muted") for cell in head]
    return [line for row in (muted, *rows) for line in _lines(row, sizes)]


def _sizes(rows: Sequence[Sequence[Cell]], width: int) -> list[int]:
    count = max(map(len, rows))
    most = [max((cell_len(row[at].text) for row in rows if at < len(row)), default=0) for at in range(count)]
    room = width - GAP * (count - 1)
    if sum(most) <= room:
        return most
    label = min(most[0], max(LEAST, room // 3))
    each = max(LEAST, (room - label) // max(1, count - 1))
    cells = [min(size, each) for size in most[1:]]
    spare = room - label - sum(cells)
    for at, size in enumerate(most[1:]):
        more = max(0, min(spare, size - cells[at]))
        cells[at] += more
        spare -= more
    return [min(most[0], label + max(0, spare)), *cells]


def _lines(row: Sequence[Cell], sizes: Sequence[int]) -> list[Content]:
    parts = [broken(cell.text, size) for cell, size in zip(row, sizes, strict=False)]
    lines = []
    for at in range(max(map(len, parts))):
        pieces: list[Content] = []
        for place, (cell, size, texts) in enumerate(zip(row, sizes, parts, strict=False)):
            text = texts[at] if at < len(texts) else ""
            blank = " " * max(0, size - cell_len(text))
            piece = Content.styled(text, cell.style) if cell.style else Content(text)
            pieces += [Content(blank), piece] if place else [piece, Content(blank)]
            pieces.append(Content(" " * GAP))
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
