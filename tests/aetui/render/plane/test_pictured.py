from __future__ import annotations

import numpy as np
import pytest
from rich.style import Style

from aetui.render.plane.colouring import ByClass
from aetui.render.plane.dots import NOBODY, Picture
from aetui.render.plane.pictured import Pictured
from aetui.render.plane.shades import affordable
from aetui.render.plane.source import Look, Points
from aetui.render.plane.window import Window, cut

CELLS = cut(Window(0, 0, 60, 30), 60, 30)
WHITE = np.full((1, 8, 8, 1), 255, np.uint8)


def pixels_of(picture: Picture, cell: tuple[int, int]) -> str:
    style = Style.null() if picture.owner[cell] == NOBODY else picture.styles[picture.owner[cell]]
    return style.bgcolor.get_truecolor().hex if style.bgcolor else ""


def test_points_with_room_are_pictures_in_the_colour_of_their_class() -> None:
    points, images = np.array([[10, 10], [50, 20]]), np.concatenate([WHITE, WHITE // 2])
    shown = Pictured(points, ByClass(np.array([0, 1]), ("a", "b")), images).drawn(CELLS, Look())
    red, green, blue = bytes.fromhex(pixels_of(shown.picture, (20, 10))[1:])
    legend = shown.legend.groups[0].style.color
    assert legend is not None
    assert np.allclose((red, green, blue), legend.get_truecolor(), atol=40)
    drawn = np.argwhere([[bool(pixels_of(shown.picture, (y, x))) for x in range(60)] for y in range(30)])
    assert len(drawn) == 2 * 8 * 4  # eight by eight pixels, two in a cell
    assert shown.shown == 2


def test_pictures_do_not_cover_each_other_and_what_has_no_room_stays_a_dot() -> None:
    points = np.array([[30, 15], [30.5, 15], [33.6, 15], [36, 15]])
    shown = Pictured(points, None, np.repeat(WHITE, 4, axis=0)).drawn(CELLS, Look()).picture
    assert sum(bool(pixels_of(shown, (y, x))) for x in range(60) for y in range(30)) == 8 * 4
    assert chr(int(shown.chars[14, 36])) not in " ▀"


@pytest.mark.parametrize("look", [Look(letters=True), Look(colours=False)])
def test_without_colours_there_are_no_pictures(look: Look) -> None:
    points = np.array([[30.0, 15.0]])
    plain = Points(points).drawn(CELLS, look).picture
    assert (Pictured(points, None, WHITE).drawn(CELLS, look).picture.chars == plain.chars).all()


def test_many_points_are_dots_and_a_frame_of_pictures_stays_within_its_bytes() -> None:
    random = np.random.default_rng(3)
    images = random.integers(0, 256, (400, 28, 28, 3), dtype=np.uint8)
    points = random.uniform(0, [60, 30], (400, 2))
    many = Pictured(points, None, images).drawn(CELLS, Look()).picture
    assert not any(style.bgcolor for style in many.styles)
    few = Pictured(points[:50], None, images[:50]).drawn(CELLS, Look()).picture
    assert any(style.bgcolor for style in few.styles)
    assert affordable(few)


def test_crowded_points_are_shaded_by_their_exact_counts() -> None:
    points = np.concatenate([np.full((900, 2), 10.5), np.tile([40.5, 10.5], (90, 1)), [[80.0, 1.0]]])
    plain = Points(points).drawn(CELLS, Look())
    assert plain.shown == 990
    assert plain.legend.title == "points a cell"
    assert plain.legend.names[-1].endswith("900")
    classes = Points(points, ByClass(np.arange(991) // 900, ("a", "b"))).drawn(CELLS, Look())
    assert classes.picture.owner[19, 10] != classes.picture.owner[19, 40]


def test_as_many_images_as_points_are_expected() -> None:
    with pytest.raises(ValueError, match="expected 2 images, got 1"):
        Pictured(np.zeros((2, 2)), None, WHITE)
