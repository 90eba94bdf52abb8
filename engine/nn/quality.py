"""How like two images are to an eye: TensorFlow's structural similarity, a block of images at a time.

Wang, Bovik, Sheikh & Simoncelli, IEEE Transactions on Image Processing 13 (2004) 600-612: means, variances and
covariance under a Gaussian window of 11 × 11 pixels with σ 1.5, K₁ 0.01, K₂ 0.03, data range 1; the mean over all
places at which the window lies within the image, and over channels.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from engine.nn.networks import Tensor

WINDOW = 11
"""Pixels across; of smaller images the largest odd number that fits."""
SIGMA = 1.5
AT_ONCE = 500
"""Images: what is made on the way takes ten times their memory."""


def ssim(images: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """Of images (count, height, width, channels) in [0, 1] and those at the same places, (count,)."""
    compare = _comparing(tuple(images.shape[1:]))
    pieces = (slice(at, at + AT_ONCE) for at in range(0, len(images), AT_ONCE))
    found = [compare(tf.constant(images[piece]), tf.constant(others[piece])).numpy() for piece in pieces]
    return np.concatenate(found) if found else np.zeros(0, np.float32)


@lru_cache(4)
def _comparing(shape: tuple[int, ...]) -> Callable[[Tensor, Tensor], Tensor]:
    """As one graph: called operation by operation it takes twice as long."""
    fitting = min(WINDOW, *shape[:2])
    window = fitting - 1 + fitting % 2

    def compare(images: Tensor, others: Tensor) -> Tensor:
        return tf.image.ssim(images, others, max_val=1.0, filter_size=window, filter_sigma=SIGMA)

    signature = [tf.TensorSpec((None, *shape), tf.float32)] * 2
    compiled: Callable[[Tensor, Tensor], Tensor] = tf.function(compare, input_signature=signature, autograph=False)
    return compiled
