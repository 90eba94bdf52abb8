from __future__ import annotations

import numpy as np
import pytest
from rich.color import Color, ColorSystem

from aetui.render.pixels import colour_mode, has_margin, quantise, shrink, to_grey


def _colour(rgb: int) -> Color:
    return Color.from_rgb(rgb >> 16, rgb >> 8 & 255, rgb & 255)


def _digit() -> np.ndarray:
    image = np.zeros((1, 28, 28), np.uint8)
    image[:, 4:24, 12:16] = 255
    return image


def test_floats_are_clipped_and_nan_is_black() -> None:
    images = np.array([-1, 0.5, 2, np.nan], np.float32).reshape(1, 2, 2, 1)
    assert to_grey(images).tolist() == [[[0, 128], [255, 0]]]


def test_colour_images_keep_their_colours_and_other_shapes_are_refused() -> None:
    assert to_grey(np.zeros((2, 4, 4, 3), np.uint8)).shape == (2, 4, 4, 3)
    with pytest.raises(ValueError, match="must have the shape"):
        to_grey(np.zeros((4, 4)))


@pytest.mark.parametrize(("size", "shape"), [(28, 28), (20, 20), (14, 14), (10, 10)])
def test_every_size_has_its_pixels(size: int, shape: int) -> None:
    assert shrink(_digit(), size).shape == (1, shape, shape)


def test_the_margin_is_cut_without_loss_and_only_where_it_is_empty() -> None:
    assert shrink(_digit(), 20).tolist() == _digit()[:, 4:24, 4:24].tolist()
    full = np.full((1, 28, 28), 200, np.uint8)
    assert not has_margin(full)
    assert (shrink(full, 20) == 200).all()


def test_small_images_grow_by_whole_factors_and_large_ones_are_averaged() -> None:
    small = np.arange(64, dtype=np.uint8).reshape(1, 8, 8)
    assert shrink(small, 28).shape == (1, 24, 24)
    assert shrink(small, 28)[0, ::3, ::3].tolist() == small[0].tolist()
    assert shrink(np.full((1, 32, 32, 3), 77, np.uint8), 20).tolist() == np.full((1, 20, 20, 3), 77).tolist()


def test_greys_are_the_same_entries_of_the_palette_with_256_colours() -> None:
    greys = quantise(np.arange(256, dtype=np.uint8)[None], "truecolor")[0].tolist()
    numbers = [_colour(grey).downgrade(ColorSystem.EIGHT_BIT).number for grey in dict.fromkeys(greys)]
    assert numbers == [16, *range(232, 256), 231]


def test_sixteen_colours_use_the_four_greys_that_exist() -> None:
    greys = quantise(np.arange(256, dtype=np.uint8)[None], "16")[0].tolist()
    numbers = [_colour(grey).downgrade(ColorSystem.STANDARD).number for grey in dict.fromkeys(greys)]
    assert numbers == [0, 8, 7, 15]


def test_colours_of_the_cube_survive_in_256_colours() -> None:
    pixels = np.array([[[255, 0, 0], [94, 136, 200]]], np.uint8)
    assert quantise(pixels, "256").tolist() == [[0xFF0000, 0x5F87D7]]


def test_the_console_decides_the_mode() -> None:
    systems = ("truecolor", "256", "standard", "windows", None)
    assert [colour_mode(system) for system in systems] == ["truecolor", "256", "16", "16", "none"]
