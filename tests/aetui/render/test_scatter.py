from __future__ import annotations

from itertools import combinations
from math import dist

import numpy as np
import pytest
from numpy.typing import ArrayLike
from rich.color import Color, ColorSystem
from rich.style import Style
from textual.color import Color as Lightness
from textual.color import rgb_to_lab

from aetui.render.scatter import Group, class_colours, class_marks, limits, scatter_plot

GROUPS = [Group("a", Style(color="#ff0000")), Group("b", Style(color="#0000ff"))]
CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])


def _text(
    points: ArrayLike, members: ArrayLike = (), size: tuple[int, int] = (40, 10), letters: bool = False
) -> list[str]:
    points = np.reshape(points, (-1, 2))
    which = np.asarray(members, np.int64) if np.size(members) else np.zeros(len(points), np.int64)
    strips = scatter_plot(points, which, GROUPS, size, axis=Style.null(), letters=letters)
    assert [strip.cell_length for strip in strips] == [size[0]] * size[1]
    return [strip.text for strip in strips]


def test_the_corners_of_the_data_are_the_corners_of_the_plot() -> None:
    text = _text(CORNERS, [0, 1, 0, 1], (20, 10), letters=True)
    top, bottom = text[0].partition("│")[2], text[-2].partition("│")[2]
    assert (top.split(), bottom.split()) == (["b", "b"], ["a", "a"])
    assert top.rstrip()[0] == "b"
    assert len(top.rstrip()) >= len(top) - 1


def test_a_shared_cell_belongs_to_the_majority() -> None:
    crowd = [[0.5, 0.5]] * 5
    text = "".join(_text([*CORNERS, *crowd], [0] * 4 + [0, 0, 1, 1, 1], letters=True))
    assert (text.count("a"), text.count("b")) == (4, 1)


def test_dots_have_the_colour_of_their_group_and_its_mark_in_their_middle() -> None:
    points = np.concatenate([CORNERS, CORNERS + 10])
    members = np.repeat([0, 1], 4)
    strips = scatter_plot(points, members, GROUPS, (40, 10), axis=Style.null())
    segments = [segment for strip in strips for segment in strip if segment.style and segment.style.color]
    marks = {s.text: s.style.color.name for s in segments if s.style and s.style.color and s.style.reverse}
    assert marks == {"a": "#ff0000", "b": "#0000ff"}
    upper = [s.style.color.name for strip in strips[:4] for s in strip if s.style and s.style.color]
    assert set(upper) == {"#0000ff"}


def test_marks_never_stand_on_each_other() -> None:
    text = "".join(_text(np.zeros((8, 2)), [0, 1] * 4))
    assert (text.count("a"), text.count("b")) == (1, 1)


def test_a_few_outliers_do_not_squeeze_the_others_and_are_counted() -> None:
    points = np.random.default_rng(0).normal(size=(1000, 2))
    points[:2] = [[1e6, 0], [0, -1e6]]
    low, high = limits(points)
    assert (abs(low) < 6).all()
    assert (abs(high) < 6).all()
    text = _text([*points, [np.nan, 0], [0, np.inf]])
    outside = int(((points < low) | (points > high)).any(axis=1).sum()) + 2
    assert text[-1].endswith(f" {outside} outside")


def test_ordinary_clouds_are_shown_whole() -> None:
    points = np.random.default_rng(0).normal(size=(5000, 2))
    low, high = limits(points)
    assert (points > low).all()
    assert (points < high).all()


@pytest.mark.parametrize(
    "points",
    [
        [],
        [[3, 4]],
        [[0, 0]] * 9,
        [[7, 7]] * 9,
        [[np.nan, 1], [np.inf, 2]],
        [[-3e38, 3e38], [3e38, -3e38]],
        [[1e-40, 0], [0, 1e-40]],
        [[0, 5], [1, 5], [2, 5]],
        [[0, 0]] * 999 + [[1, 1]],
    ],
    ids=["nothing", "one", "zero", "equal", "broken", "huge", "tiny", "flat", "almost equal"],
)
@pytest.mark.parametrize("letters", [False, True])
@pytest.mark.parametrize("size", [(40, 10), (24, 3), (8, 3), (5, 2)])
def test_no_points_break_the_plot(points: ArrayLike, letters: bool, size: tuple[int, int]) -> None:
    text = "".join(_text(points, size=size, letters=letters))
    drawn = any(c == "a" or "\u2800" < c <= "\u28ff" for c in text)
    assert drawn == bool(size[1] > 2 and np.isfinite(np.reshape(points, (-1, 2))).all(axis=1).any())


def test_both_axes_have_round_numbers() -> None:
    text = _text(CORNERS * 40, size=(60, 14))
    assert [line.partition("┤")[0].strip() for line in text if "┤" in line] == ["40", "20", "0"]
    assert text[-1].replace("└", " ").replace("─", " ").split() == ["0", "20", "40"]


def test_every_class_has_a_mark_of_its_own() -> None:
    names = ["T-shirt", "Trouser", "Sandal", "Shirt", "Sneaker", "sss", "0", "Zoë", "", "é"]
    marks = class_marks(names)
    assert marks[:5] == ["T", "R", "S", "H", "N"]
    assert marks[6:8] == ["0", "Z"]
    assert len(set(marks)) == len(names)
    assert all(len(mark) == 1 and mark.isascii() for mark in marks)


@pytest.mark.parametrize(("dark", "background"), [(True, "#121212"), (False, "#e0e0e0")])
def test_class_colours_stay_apart_in_256_colours(dark: bool, background: str) -> None:
    names = class_colours(10, dark=dark)
    shown = [Color.parse(name).downgrade(ColorSystem.EIGHT_BIT).get_truecolor() for name in names]
    colours = [rgb_to_lab(Lightness(*c)) for c in shown]
    assert min(dist((a.L, a.a, a.b), (b.L, b.a, b.b)) for a, b in combinations(colours, 2)) > 35
    assert min(abs(colour.L - rgb_to_lab(Lightness.parse(background)).L) for colour in colours) > 25
    assert class_colours(12, dark=dark)[10:] == names[:2]
