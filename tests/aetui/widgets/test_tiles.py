"""Where the cursor over tiles stands."""

from __future__ import annotations

from aetui.render.ladder import HALF, QUADRANT
from aetui.render.tiles import Tiling
from aetui.widgets.tiles import marked_at


def test_the_cursor_stands_left_and_right_of_its_tile() -> None:
    tiles = Tiling(8, 4, 3)  # 8 × 8 pixels, a line of pixels between two
    lines, left, right = marked_at((5, 0), 0, (8, 8), tiles, HALF, cut=False)
    assert (list(lines), left, right) == ([4, 5, 6, 7, 8], 8, 17)  # pixels 9 to 16
    assert marked_at((5, 0), 0, (8, 8), tiles, QUADRANT, cut=False) == (range(4, 9), 8, 17)
    assert marked_at((14, 0), 12, (8, 8), tiles, HALF, cut=False) == (range(4), 17, 26)


def test_a_tile_of_another_page_has_no_cursor_and_one_of_rows_is_a_line() -> None:
    tiles = Tiling(8, 4, 3)
    assert not marked_at((2, 0), 4, (8, 8), tiles, HALF, cut=False)[0]
    assert not marked_at((12, 0), 0, (8, 8), tiles, HALF, cut=False)[0]
    assert marked_at((3, 8), 0, (8, 30), Tiling(8, 1, 1), HALF, cut=False)[0] == range(1, 2)
