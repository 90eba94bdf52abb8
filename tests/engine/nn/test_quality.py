"""Structural similarity: what the formula says of images for which it is known."""

from __future__ import annotations

import numpy as np
import pytest

from engine.nn.quality import ssim

C1, C2 = 0.01**2, 0.03**2


def test_of_flat_images_it_is_what_their_brightness_says() -> None:
    first, second = np.full((1, 16, 12, 1), 0.25, np.float32), np.full((1, 16, 12, 1), 0.75, np.float32)
    expected = (2 * 0.25 * 0.75 + C1) / (0.25**2 + 0.75**2 + C1)
    assert ssim(first, second) == pytest.approx([expected], abs=3e-4)  # variances in float32


@pytest.mark.parametrize("side", [8, 11, 28])
def test_it_is_one_for_the_same_image_and_negative_for_its_opposite_at_every_size(side: int) -> None:
    images = np.random.default_rng(side).random((3, side, side, 3), np.float32)
    assert ssim(images, images) == pytest.approx([1, 1, 1], abs=1e-6)
    assert (ssim(images, 1 - images) < -0.5).all()


def test_under_one_window_it_is_the_formula_with_gaussian_weights() -> None:
    one, other = np.random.default_rng(0).random((2, 11, 11), np.float32).astype(np.float64)
    axis = np.arange(11) - 5.0
    weights = np.exp(-(axis[:, None] ** 2 + axis**2) / (2 * 1.5**2))
    weights /= weights.sum()
    means = (weights * one).sum(), (weights * other).sum()
    variances = [(weights * image**2).sum() - mean**2 for image, mean in zip((one, other), means, strict=True)]
    together = (weights * one * other).sum() - means[0] * means[1]
    light = (2 * means[0] * means[1] + C1) / (means[0] ** 2 + means[1] ** 2 + C1)
    shape = (2 * together + C2) / (sum(variances) + C2)
    found = ssim(one[None, ..., None].astype(np.float32), other[None, ..., None].astype(np.float32))
    assert found == pytest.approx([light * shape], abs=1e-4)
