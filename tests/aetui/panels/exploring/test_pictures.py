from __future__ import annotations

import numpy as np
import pytest

from aetui.panels.exploring.pictures import largest, mosaic, pictured, tiling


def test_only_items_of_one_or_three_channels_are_pictures() -> None:
    assert pictured((28, 28, 1))
    assert pictured((4, 6, 3))
    assert not any(pictured(shape) for shape in ((28, 28, 2), (28, 1), (784,)))


@pytest.mark.parametrize(
    ("shape", "room", "size"),
    [((28, 28), (30, 15), 28), ((8, 8), (30, 15), 24), ((28, 28), (60, 28), 56), ((28, 28), (20, 14), 20)],
)
def test_a_picture_grows_by_a_whole_factor_and_shrinks_where_it_has_to(
    shape: tuple[int, int], room: tuple[int, int], size: int
) -> None:
    assert largest(shape, room) == size


def test_tiles_stand_in_reading_order_with_a_pixel_between_them_and_fit() -> None:
    images = np.arange(6, dtype=np.uint8)[:, None, None, None] * np.ones((1, 2, 3, 1), np.uint8)
    whole = mosaic(images, 2, 3)[0, ..., 0]
    assert whole.shape == (5, 11)
    np.testing.assert_array_equal(whole[0], [0, 0, 0, 0, 1, 1, 1, 0, 2, 2, 2])
    np.testing.assert_array_equal(whole[4, ::4], [3, 4, 5])
    rows, columns = tiling((28, 28), (44, 11))
    assert (rows, columns) == (2, 4)
    assert tiling((28, 28), (3, 1)) == (1, 1)
