"""How a drawing and what comes of it share the room, and which pixel lies under the mouse."""

from __future__ import annotations

import pytest

from aetui.panels.drawing.view import GAP, framed
from aetui.render.ladder import ASCII, FLAT, HALF


@pytest.mark.parametrize("kind", [HALF, FLAT, ASCII])
@pytest.mark.parametrize("shape", [(28, 28), (8, 8), (64, 64), (32, 20), (200, 300)])
@pytest.mark.parametrize("room", [(79, 10), (81, 19), (161, 34), (39, 8), (199, 53), (20, 3)])
def test_nothing_stands_outside_the_room(kind: object, shape: tuple[int, int], room: tuple[int, int]) -> None:
    frame = framed(shape, room, kind)  # type: ignore[arg-type]
    assert frame is not None
    assert frame.lines <= room[1]
    assert frame.width + (frame.words + GAP if frame.words else 0) <= room[0]
    assert frame.scale % 2 == 0 or kind is HALF, "a cell of one colour has one pixel"


def test_digits_stand_whole_beside_their_output_where_there_is_room_and_are_cut_where_not() -> None:
    normal, low, large = (framed((28, 28), room, HALF) for room in ((81, 19), (79, 10), (161, 34)))
    assert normal is not None
    assert low is not None
    assert large is not None
    assert (normal.whole, normal.pictures, normal.scale) == (True, 2, 1)
    assert (low.whole, low.pictures, low.shown) == (False, 2, (20, 28))
    assert (large.whole, large.scale) == (True, 2)


def test_the_part_that_is_shown_follows_the_cursor_and_moves_no_more_than_it_has_to() -> None:
    frame = framed((28, 28), (79, 10), HALF)
    assert frame
    assert frame.corner((14, 14)) == (0, 0)
    assert frame.corner((27, 14)) == (8, 0)
    assert frame.corner((20, 14), (8, 0)) == (8, 0)
    assert frame.corner((9, 14), (8, 0)) == (6, 0)


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
def test_every_pixel_can_be_pointed_at(scale: int) -> None:
    frame = framed((8, 8), (8 * scale, 4 * scale), HALF)
    assert frame
    assert (frame.scale, frame.pictures) == (scale, 1)
    places = [frame.pixel(x, y, (0, 0)) for x in range(frame.columns) for y in range(frame.lines)]
    rows = {row for row, _ in places}
    assert {column for _, column in places} == set(range(8))
    assert rows == (set(range(8)) if scale > 1 else {0.5, 2.5, 4.5, 6.5})
    exact = {frame.pixel(0.5, y / 4 + 0.1, (0, 0))[0] for y in range(4 * frame.lines)}
    assert exact == set(range(8)), "a terminal that tells more tells the pixel"
