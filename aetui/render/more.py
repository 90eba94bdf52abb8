"""Lists that have more rows than there is room for say so at the edge where they go on."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

ABOVE, BELOW = "↑", "↓"


def marked(rows: Sequence[Content], width: int, *, above: int, below: int) -> list[Content]:
    """`rows` of `width` cells, the first and the last with how many there are above and below, if any."""
    shown = list(rows)
    if shown and above > 0:
        shown[0] = _with(shown[0], f" {above} more {ABOVE}", width)
    if shown and below > 0:
        shown[-1] = _with(shown[-1], f" {below} more {BELOW}", width)
    return shown


def _with(row: Content, mark: str, width: int) -> Content:
    """`row` with `mark` at its right end, unless that would leave less than half of it."""
    if 2 * len(mark) > width:
        return row
    room = width - len(mark)
    return Content.assemble(row.truncate(room, ellipsis=True, pad=True), (mark, "$text-muted"))
