"""Pages as lines of cells, none wider than what there is; whoever shows them gives roles and pixels their colours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from rich.cells import cell_len, chop_cells

from aetui.explaining.document import Block, Role, blocks, cells, pieces
from aetui.terminal.abilities import Characters
from aetui.terminal.glyphs import spelled

Colour = int
"""0xRRGGBB; -1 is the terminal's own."""


class Piece(NamedTuple):
    """Some cells in a row that look alike: of a role, or of a picture with both its colours."""

    text: str
    role: Role = ""
    ink: Colour = -1
    paper: Colour = -1


Line = list[Piece]
Live = Callable[[str, int], list[Line]]
"""What stands in a live block, by its name and the width that there is."""
Drawn = Callable[[str, int], list[Line]]
"""A picture, by its path beside the pages and the width that there is."""


def page(markdown: str, width: int, live: Live, drawn: Drawn, characters: Characters = "unicode") -> list[Line]:
    """A page in lines of at most `width` cells. Equations are spelled out where `characters` lack their letters."""
    lines: list[Line] = []
    before = ""
    for block in blocks(markdown):
        tight = block.kind == before == "item" or (block.kind == "picture" and before == "picture")
        if lines and not tight:
            lines.append([])
        lines += _lines(block, width, live, drawn, characters)
        before = block.kind
    return lines


def _lines(block: Block, width: int, live: Live, drawn: Drawn, characters: Characters) -> Iterable[Line]:
    match block.kind:
        case "heading":
            return wrapped([(block.text, "head")], width)
        case "item":
            return wrapped(pieces(spelled(block.text, characters)), width, "• ", "  ")
        case "code":
            return (line for text in block.lines for line in _code(spelled(text, characters), width))
        case "table":
            return _table(block.lines, width)
        case "picture":
            return [*drawn(block.lines[0], width), *wrapped([(block.text, "muted")], width, "  ", "  ")]
        case "live":
            return live(block.text, width)
    return wrapped(pieces(spelled(block.text, characters)), width)


def wrapped(text: Sequence[tuple[str, Role]], width: int, first: str = "", rest: str = "") -> list[Line]:
    """Words with their roles in lines; a word that is longer than a line is cut. `first` and `rest` go before lines."""
    lines: list[Line] = [[Piece(first)] if first else []]
    left = width - cell_len(first)
    fresh = True
    for word in _words(text):
        size = sum(cell_len(part) for part, _ in word)
        gap = 0 if fresh else 1
        if size + gap > left and not fresh:
            lines.append([Piece(rest)] if rest else [])
            left, gap = width - cell_len(rest), 0
        if gap:
            _put(lines[-1], " ", "" if not lines[-1] or lines[-1][-1].role != word[0][1] else word[0][1])
        for part, role in word:
            for number, chunk in enumerate(chop_cells(part, max(1, left - gap)) if size > left else [part]):
                if number:
                    lines.append([Piece(rest)] if rest else [])
                    left = width - cell_len(rest)
                _put(lines[-1], chunk, role)
                left -= cell_len(chunk)
        left -= gap
        fresh = False
    return lines


def _put(line: Line, text: str, role: Role) -> None:
    if line and line[-1].role == role and line[-1].ink == -1:
        line[-1] = line[-1]._replace(text=line[-1].text + text)
    else:
        line.append(Piece(text, role))


def _words(text: Sequence[tuple[str, Role]]) -> Iterator[list[tuple[str, Role]]]:
    """What stands between spaces, of one or several roles."""
    word: list[tuple[str, Role]] = []
    for part, role in text:
        for number, chunk in enumerate(part.split(" ")):
            if number and word:
                yield word
                word = []
            if chunk:
                word.append((chunk, role))
    if word:
        yield word


def _code(text: str, width: int) -> list[Line]:
    """As it stands; what is too long goes on further in, broken at a space where there is one."""
    if cell_len(text) <= width:
        return [[Piece(text, "formula")]]
    indent = " " * min(len(text) - len(text.lstrip()), width // 3)
    return wrapped([(text.strip(), "formula")], width, indent, f"{indent}    ")


def _table(rows: Sequence[str], width: int) -> list[Line]:
    """Columns two apart, the last one wrapped; where not even that fits, a line for each cell."""
    table = [[pieces(cell) for cell in cells(row)] for row in rows]
    sizes = [max(cell_len("".join(text for text, _ in cell)) for cell in column) for column in zip(*table, strict=True)]
    indent = sum(sizes[:-1]) + 2 * (len(sizes) - 1)
    if width - indent < min(sizes[-1], 20):
        return [line for row in table for cell in row for line in wrapped(cell or [("", "")], width)]
    lines: list[Line] = []
    for number, row in enumerate(table):
        left: Line = []
        for cell, size in zip(row[:-1], sizes, strict=False):
            told = "".join(text for text, _ in cell)
            left += [Piece(text, "muted" if number == 0 else role) for text, role in cell]
            left.append(Piece(" " * (size - cell_len(told) + 2)))
        last = [(text, "muted" if number == 0 else role) for text, role in row[-1]]
        first, *more = wrapped(last, width - indent)
        lines += [left + first, *([Piece(" " * indent), *line] for line in more)]
    return lines


def plain(line: Line) -> str:
    """Its text."""
    return "".join(piece.text for piece in line)
