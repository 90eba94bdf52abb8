"""How like its picture a cell drawing is: SSIM on each rung of the ladder, on test images of MNIST and Fashion-MNIST.

`AETUI_DATA=… pytest -m benchmark -s tests/benchmarks/test_picture_cells.py` prints the table of docs/measurements.md.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from textual.strip import Strip

from aetui.render.cells import fitted, strips
from aetui.render.ladder import HALF, OCTANT, QUADRANT, SEXTANT, SHADE, CellKind
from aetui.render.pixels import ColourMode, boxed, has_margin
from engine import datasets

pytestmark = [pytest.mark.benchmark, pytest.mark.data]

ITEMS = 200
AREAS = ((10, 5), (14, 7), (20, 10))
"""Columns and lines."""
WIDE, HIGH = 8, 24
"""Dots of a cell on paper: each rung divides them."""


def test_below_full_resolution_quadrants_are_the_most_like_their_pictures_of_all_that_every_font_has() -> None:
    if "AETUI_DATA" not in os.environ:
        pytest.skip("set AETUI_DATA to a folder with MNIST and Fashion-MNIST")
    print("\n| pictures | cells | " + " | ".join(name for name, _, _ in SIDES) + " |")
    print("|---|---|" + "---|" * len(SIDES))
    for key in ("mnist", "fashion-mnist"):
        images = datasets.load(key, Path(os.environ["AETUI_DATA"]), download=False).test.items[:ITEMS, ..., 0]
        cut = has_margin(images[:10])
        true = images[:, 4:-4, 4:-4] if cut else images
        for area in AREAS:
            found = {name: np.array([*map(ssim, true, drawn(true, area, kind, mode))]) for name, kind, mode in SIDES}
            cells = " | ".join(f"{values.mean():.3f} ± {values.std(ddof=1):.3f}" for values in found.values())
            print(f"| {key}, {true.shape[1]}×{true.shape[2]} | {area[0]}×{area[1]} | {cells} |")
            exact = true.shape[1] <= area[0]
            better = (found["quadrants"] > found["half-blocks"]).mean()
            assert found["half-blocks"].mean() > 0.99 if exact else better > 0.95


SIDES: tuple[tuple[str, CellKind, ColourMode], ...] = (
    ("half-blocks", HALF, "truecolor"),
    ("quadrants", QUADRANT, "truecolor"),
    ("sextants", SEXTANT, "truecolor"),
    ("octants", OCTANT, "truecolor"),
    ("half-blocks, 16 colours", HALF, "16"),
    ("quadrants, 16 colours", QUADRANT, "16"),
    ("shades, 16 colours", SHADE, "16"),
)


def drawn(images: np.ndarray, area: tuple[int, int], kind: CellKind, mode: ColourMode) -> np.ndarray:
    """The pictures as they stand on the screen, read from the strips, averaged to their own pixels."""
    columns, lines = area
    pixels = boxed(images, (2 * lines, columns), columns, cut=False, kind=kind)
    drawing = strips(fitted(pixels.reshape(-1, pixels.shape[2]), kind, mode))
    dots = np.concatenate([line(strip, kind) for strip in drawing]).reshape(len(images), lines * HIGH, -1)
    return boxed(dots, images.shape[1:], images.shape[1], cut=False)


def line(strip: Strip, kind: CellKind) -> np.ndarray:
    """The dots of a line of cells."""
    dots = []
    for text, style, _ in strip:
        ink, paper = (color.triplet.red if color else 0 for color in (style.color, style.bgcolor))
        dots += [paper + (ink - paper) * ink_of(glyph, kind) for glyph in text]
    return np.concatenate(dots, axis=1).astype(np.uint8)


@cache
def ink_of(glyph: str, kind: CellKind) -> np.ndarray:
    """The share of ink in each dot of a cell."""
    if glyph == "█":
        return np.ones((HIGH, WIDE))
    place = kind.glyphs.index(glyph)
    if kind.ramp:
        return np.full((HIGH, WIDE), place / (len(kind.glyphs) - 1))
    bits = (place >> np.arange(kind.pixels) & 1).reshape(kind.down, kind.across)
    return np.kron(bits, np.ones((HIGH // kind.down, WIDE // kind.across)))


def ssim(one: np.ndarray, other: np.ndarray, window: int = 7) -> float:
    """Wang et al., IEEE Transactions on Image Processing 13 (2004) 600-612, with a uniform window."""
    x, y = (
        np.lib.stride_tricks.sliding_window_view(each.astype(float), (window, window)).reshape(-1, window * window)
        for each in (one, other)
    )
    mean_x, mean_y = x.mean(axis=1), y.mean(axis=1)
    covariance = ((x - mean_x[:, None]) * (y - mean_y[:, None])).sum(axis=1) / (window * window - 1)
    first, second = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    like = (2 * mean_x * mean_y + first) * (2 * covariance + second)
    return float(
        (like / ((mean_x**2 + mean_y**2 + first) * (x.var(axis=1, ddof=1) + y.var(axis=1, ddof=1) + second))).mean()
    )
