from __future__ import annotations

from textual.content import Content

from aetui.render.more import marked

ROWS = [Content(f"row {n} of many") for n in range(3)]


def test_the_edge_rows_say_how_many_there_are_beyond() -> None:
    shown = [row.plain for row in marked(ROWS, 20, above=2, below=10)]
    assert shown == ["row 0 of m… 2 more ↑", "row 1 of many", "row 2 of … 10 more ↓"]


def test_nothing_is_said_where_all_are_shown_or_nothing_would_be_left_of_the_row() -> None:
    assert marked(ROWS, 20, above=0, below=0) == ROWS
    assert marked(ROWS, 12, above=0, below=10) == ROWS
