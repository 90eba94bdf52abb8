"""Plain tables for a terminal or a pipe."""

from __future__ import annotations

import re
from collections.abc import Sequence

from aetui.render.text import plain

_FIGURE = re.compile(r"[+-]?\d[\d.,]*(e[+-]\d+)?( %)?( ± \d[\d.]*(e[+-]\d+)?)?|–|nan|-?inf")


def aligned(rows: Sequence[tuple[str, ...]]) -> str:
    """Columns two spaces apart; those that hold figures, to the right. Nothing in them reaches the terminal raw."""
    columns = [tuple(map(plain, column)) for column in zip(*rows, strict=True)]
    widths = [max(map(len, column)) for column in columns]
    figures = [all(map(_FIGURE.fullmatch, column[1:])) for column in columns]
    lines = (
        "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, figures, strict=True)
        )
        for row in zip(*columns, strict=True)
    )
    return "\n".join(line.rstrip() for line in lines)
