from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from aetui.render import sheet


@pytest.mark.parametrize("channels", [1, 3])
def test_a_sheet_holds_every_image_enlarged_by_a_whole_factor(channels: int) -> None:
    row = np.zeros((2, 28, 28, channels), np.float32)
    row[1] = 1
    file = BytesIO()
    sheet.write(file, [row, row])
    with Image.open(file) as image:
        pixels = np.asarray(image)
    assert pixels.shape[:2] == (2 * (84 + 2) + 2, 2 * (84 + 2) + 2)
    assert (pixels == 255).sum() == 2 * 84 * 84 * channels
    assert (pixels == 0).sum() == 2 * 84 * 84 * channels


def test_values_outside_the_range_and_nan_become_pixels_all_the_same() -> None:
    row = np.array([-1, 2, np.nan, 0.5], np.float32).reshape(1, 2, 2, 1)
    pixels = sheet.compose([row])
    assert {0, 128, 255} <= set(pixels.flat)
