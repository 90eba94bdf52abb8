"""How like two images are to an eye: TensorFlow's structural similarity, a block of images at a time.

Wang, Bovik, Sheikh & Simoncelli, IEEE Transactions on Image Processing 13 (2004) 600-612: means, variances and
covariance under a Gaussian window of 11 × 11 pixels with σ 1.5, K₁ 0.01, K₂ 0.03, data range 1; the mean over all
places at which the window lies within the image, and over channels.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

WINDOW = 11
"""Pixels across; of smaller images the largest odd number that fits."""
SIGMA = 1.5
AT_ONCE = 500
"""Images: what is made on the way takes ten times their memory."""


def ssim(images: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """Of images (count, height, width, channels) in [0, 1] and those at the same places, (count,)."""
    fitting = min(WINDOW, *images.shape[1:3])
    window = fitting - 1 + fitting % 2
    found = [
        tf.image.ssim(
            tf.constant(images[at : at + AT_ONCE]),
            tf.constant(others[at : at + AT_ONCE]),
            max_val=1.0,
            filter_size=window,
            filter_sigma=SIGMA,
        ).numpy()
        for at in range(0, len(images), AT_ONCE)
    ]
    return np.concatenate(found) if found else np.zeros(0, np.float32)
