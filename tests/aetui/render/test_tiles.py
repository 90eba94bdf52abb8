from __future__ import annotations

import numpy as np
import pytest

from aetui.render.cells import fitted, strips
from aetui.render.ladder import RUNGS, CellKind
from aetui.render.pixels import ColourMode
from aetui.render.tiles import Tiling, mosaic, signed_grey, symmetric_scale, tile_colours, tiling


@pytest.mark.parametrize("mode", ["truecolor", "256", "16"])
def test_weights_about_zero_have_one_grey_and_opposite_ones_differ_from_it(mode: ColourMode) -> None:
    weights = np.float32([-1, -0.5, -0.02, 0, 0.02, 0.5, 1, 5, -5, np.nan]).reshape(1, 1, -1, 1)
    shown = tile_colours(signed_grey(weights, 1.0)[0], mode)[0].tolist()
    assert shown[2] == shown[3] == shown[4] == shown[9]
    assert shown[0] == shown[8] < shown[3] < shown[6] == shown[7]
    assert shown[:7] == sorted(shown[:7])


def test_colour_weights_stay_in_colour() -> None:
    pictures = signed_grey(np.zeros((2, 3, 4, 3), np.float32), 1.0)
    assert pictures.shape == (2, 3, 4, 3)
    assert mosaic(pictures, Tiling(10, 2, 1), cut=False).shape[2] == 3


def test_the_scale_leaves_out_the_outliers_of_both_runs_and_is_what_it_says() -> None:
    rng = np.random.default_rng(0)
    small, large = rng.normal(0, 0.1, (9, 28, 28, 1)), rng.normal(0, 0.3, (9, 28, 28, 1))
    large[0, 0, 0, 0] = 1e4
    scale = symmetric_scale(small, large)
    exact = np.quantile(np.abs([small, large]), 0.995)
    assert exact <= scale <= exact * 1.1
    assert float(f"{scale:.2g}") == scale


@pytest.mark.parametrize("weights", [np.zeros((1, 2, 2, 1)), np.full((1, 2, 2, 1), np.nan)])
def test_there_is_a_scale_even_without_a_weight_to_measure(weights: np.ndarray) -> None:
    assert symmetric_scale(weights) == 1


@pytest.mark.parametrize(
    ("room", "expected"),
    [
        ((200, 80), Tiling(18, 10, 7, exact=False)),  # all 64
        ((80, 38), Tiling(14, 5, 5, exact=False)),
        ((41, 16), Tiling(10, 3, 3, exact=False)),  # four would be few
        ((5, 2), Tiling(10, 1, 1, exact=False)),
    ],
)
def test_as_many_tiles_as_are_legible_then_as_large_as_possible(room: tuple[int, int], expected: Tiling) -> None:
    assert tiling(64, (28, 28), room, cut=True) == expected


def test_few_tiles_are_large() -> None:
    assert tiling(4, (28, 28), (80, 38), cut=True).size == 28


@pytest.mark.parametrize("room", [(x, y) for x in (11, 30, 77, 160) for y in (6, 15, 40)])
@pytest.mark.parametrize("shape", [(28, 28), (8, 8), (32, 32)])
@pytest.mark.parametrize("kind", RUNGS.values(), ids=RUNGS)
def test_the_mosaic_fits_its_room(room: tuple[int, int], shape: tuple[int, int], kind: CellKind) -> None:
    pictures = np.full((64, *shape), 99, np.uint8)
    tiles = tiling(64, shape, room, cut=False)
    drawn = strips(fitted(mosaic(pictures[: tiles.places], tiles, cut=False, kind=kind), kind, "truecolor"))
    assert len(drawn) <= room[1]
    assert max(strip.cell_length for strip in drawn) <= room[0]
