"""The curve of a run's parent behind its own, and marks of what changed."""

from __future__ import annotations

import numpy as np
import pytest
from rich.style import Style
from textual.color import Color

from aetui.render.curves.branching import BRANCHED, CHANGED, Mark, Trunk, behind, draw_marks
from aetui.render.curves.cells import Sheet
from aetui.render.curves.colouring import Palette
from aetui.render.curves.layers import Area, Line
from aetui.render.curves.scale import Scale
from aetui.render.curves.time_axis import Clock
from aetui.render.curves.view import Data

X = np.arange(3.0, 9.0)
TRUNK = Trunk(
    "low rate",
    (Line("train", X, 1 / X, front=False), Line("validation", X, 2 / X)),
    (0, 1),
    {"seconds": Clock(np.arange(1.0, 9.0), 5 * np.arange(1.0, 9.0))},
)
NAMED = [Line("train", X, X, "#808080", front=False), Line("validation", X, X, "#ff8000")]


def palette(mode: str, *, colourless: bool = False) -> Palette:
    return Palette({}, mode, colourless, Color.parse("#000000"))  # type: ignore[arg-type]


def test_the_parent_has_the_runs_colours_but_dimmer_and_is_named_once() -> None:
    front, other = behind(TRUNK, "epochs", NAMED, (0, 1), palette("truecolor"))
    assert (front.name, other.name) == ("low rate", "")
    brightness = [Color.parse(line.colour).brightness for line in (NAMED[1], front)]
    assert 0.1 < brightness[1] < 0.8 * brightness[0]
    assert (front.stroke, front.marker, front.front) == ("soft", "", False)
    np.testing.assert_array_equal(front.x, X)


@pytest.mark.parametrize(("mode", "colourless"), [("16", False), ("truecolor", True), ("none", False)])
def test_where_colours_cannot_be_dimmer_the_parent_is_drawn_with_characters(mode: str, colourless: bool) -> None:
    front, _ = behind(TRUNK, "epochs", NAMED, (0, 1), palette(mode, colourless=colourless))
    assert front.marker


def test_the_parent_is_timed_by_its_own_clock() -> None:
    front, _ = behind(TRUNK, "seconds", NAMED, (0, 1), palette("truecolor"))
    np.testing.assert_allclose(front.x, 5 * X)


def test_the_axis_reaches_as_far_as_the_parent_did_and_another_parent_is_another_picture() -> None:
    mine = Data(series=(Line("validation", X[:2], X[:2]),), places=(1,), epochs=5)
    assert mine.whole == (3.0, 4.0)
    beside = mine._replace(trunk=TRUNK)
    assert beside.whole == (3.0, 8.0)
    assert beside.same(beside)
    assert not beside.same(mine)
    longer = TRUNK._replace(lines=(TRUNK.lines[0]._replace(y=X), TRUNK.lines[1]))
    assert not beside.same(mine._replace(trunk=longer))
    assert not beside.same(beside._replace(marks=(Mark(2, CHANGED, "rho 0.1"),)))


def told(*marks: Mark, columns: int = 40) -> tuple[str, list[str]]:
    sheet = Sheet(columns, 3)
    area = Area(columns, 2, (0.0, float(columns - 1)), Scale(0.0, 1.0, False, ()))
    draw_marks(sheet, area, (0, 1), marks, Style())
    first, *rest = (strip.text for strip in sheet.strips())
    return first.rstrip(), rest


def test_marks_say_what_changed_where_there_is_room_and_never_write_over_one_another() -> None:
    text, below = told(
        Mark(4, CHANGED, "learning_rate 0.001"), Mark(12, BRANCHED, "a fork"), Mark(37, CHANGED, "rho 0.1")
    )
    assert text == "    ▾learn… ├a fork           rho 0.1▾"
    assert {line.index("╎") for line in below} == {4}
    assert all(line.count("╎") == 2 for line in below)


def test_of_two_marks_side_by_side_both_have_their_sign() -> None:
    text, _ = told(Mark(20, CHANGED, "learning_rate 0.02"), Mark(21, CHANGED, "rho 0.1"))
    assert text == "  learning_rate 0.02▾▾rho 0.1"


def test_marks_of_many_changes_are_signs_alone_and_those_outside_are_not_there() -> None:
    text, _ = told(*(Mark(at, CHANGED, "beta 3") for at in range(0, 12, 2)), Mark(99, CHANGED, "beta 4"))
    assert text == "▾ ▾ ▾ ▾ ▾ ▾beta 3"
