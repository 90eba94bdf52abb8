"""The pad: what brushes do, what hides a drawing, and the way back."""

from __future__ import annotations

import numpy as np
import pytest

from aetui.panels.drawing.pad import PICKED, Pad


def test_a_stroke_goes_straight_from_place_to_place_and_is_undone_whole() -> None:
    pad = Pad((28, 28, 1))
    pad.resize(-9)
    assert pad.brush.size == 1
    pad.touch((3, 2))
    pad.touch((3, 9))
    pad.lift()
    lit = np.zeros((28, 28, 1), np.float32)
    lit[3, 2:10] = 1
    assert np.array_equal(pad.seen, lit)
    pad.touch((20, 5))
    assert pad.seen[20, 5] == 1
    assert pad.seen[12, 5] == 0, "the second stroke does not begin where the first one ended"
    pad.lift()
    assert pad.undo()
    assert np.array_equal(pad.seen, lit)
    assert pad.undo()
    assert not pad.seen.any()
    assert not pad.undo()
    assert pad.redo()
    assert np.array_equal(pad.seen, lit)


def test_a_soft_edge_that_is_passed_several_times_in_a_stroke_gets_no_brighter() -> None:
    once, often = Pad((28, 28, 1)), Pad((28, 28, 1))
    once.touch((10, 5))
    once.touch((10, 15))
    for column in range(5, 16):
        often.touch((10, column), joined=False)
    assert np.allclose(once.seen, often.seen)
    assert 0.4 < once.seen[9, 10, 0] < 0.6
    often.undo()
    assert often.seen[10, 14] == 1
    assert often.seen[10, 15, 0] < 1, "each step of a pen is undone by itself"


def test_noise_and_patches_hide_the_drawing_and_leave_it_what_it_is() -> None:
    pad = Pad((28, 28, 1))
    pad.put(np.full((28, 28, 1), 0.25, np.float32))
    for brush in ("noise", "patch"):
        pad.next_tool()
        assert pad.tool == brush
        pad.dab()
        pad.lift()
        assert pad.covered > 0
        hidden = pad.seen != pad.sheet.drawn
        assert hidden.any()
        assert (pad.sheet.drawn == 0.25).all()
        pad.dab(erases=True)
        pad.lift()
        assert pad.covered == 0
    pad.dab()
    pad.next_tool()
    assert pad.tool == "paint"
    before = pad.covered
    pad.dab()
    assert pad.covered < before, "what is painted over is seen again"


def test_the_middle_of_a_cell_that_shows_two_pixels_means_both() -> None:
    pad = Pad((8, 8, 1))
    assert pad.brush.size == 1
    pad.touch((4.5, 3))
    assert pad.seen[4:6, 3].tolist() == [[1], [1]]


def test_colours_are_those_of_the_palette_or_picked_from_the_drawing() -> None:
    pad = Pad((8, 8, 3))
    pad.next_colour()
    pad.revalue(-5)
    pad.dab()
    pad.lift()
    assert pad.seen[pad.cursor].tolist() == [0.5, 0, 0]
    pad.next_colour()
    pad.pick()
    assert pad.colour == PICKED
    pad.move(-9, 2)
    assert pad.cursor == (0, 6)
    pad.dab()
    assert pad.seen[0, 6].tolist() == [0.5, 0, 0]
    pad.invert()
    assert pad.seen[0, 6].tolist() == [0.5, 1, 1]
    pad.clear()
    assert not pad.seen.any()


def test_what_a_run_does_to_its_items_hides_them_and_other_shapes_are_refused() -> None:
    pad = Pad((8, 8, 1))
    noisy = np.zeros((8, 8, 1), np.float32)
    noisy[2, 3] = 1.5
    pad.cover(noisy)
    assert pad.covered == 1
    assert pad.seen[2, 3] == 1.5, "noise may lie outside [0, 1]"
    with pytest.raises(ValueError, match=r"\(8, 8, 1\)"):
        pad.put(np.zeros((9, 8, 1), np.float32))
