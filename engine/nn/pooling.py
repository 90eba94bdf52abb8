"""The largest of each 2 × 2 places, and where it was: its gradient in one pass instead of a search for it."""

from __future__ import annotations

import itertools
from functools import reduce
from typing import Any

import numpy as np
import tensorflow as tf

from engine.nn.pieces import Tensor


@tf.custom_gradient
def largest(x: Tensor) -> Any:
    """(batch, *sides, n) → (batch, *halves, n), halves rounded up: `MaxPooling2D(2, padding="same")`, or the same in
    one dimension. Of equal numbers the first gets the gradient. To be compiled by XLA (`engine.nn.pieces`)."""
    *sides, channels = x.shape[1:]
    rank = len(sides)
    apart = _apart(x)
    corners = list(itertools.product(range(2), repeat=rank))
    parts = [apart[(slice(None), *(index for bit in corner for index in (slice(None), bit)))] for corner in corners]
    found = reduce(tf.maximum, parts)
    where = tf.fill(tf.shape(found), np.int8(len(parts) - 1))
    for number in reversed(range(len(parts) - 1)):
        where = tf.where(parts[number] >= found, np.int8(number), where)
    numbers = np.arange(len(parts), dtype=np.int8).reshape([1, *[1, 2] * rank, 1])

    def gradient(upstream: Tensor) -> Tensor:
        spread = (slice(None), *(index for _ in sides for index in (slice(None), None)))
        chosen = where[spread] == tf.constant(numbers)
        back = tf.where(chosen, upstream[spread], tf.zeros([], upstream.dtype))
        whole = tf.reshape(back, [-1, *(side + side % 2 for side in sides), channels])
        return whole[(slice(None), *(slice(side) for side in sides))]

    return found, gradient


def _apart(x: Tensor) -> Tensor:
    """(batch, *sides, n) → (batch, half, 2, …, n), odd sides with one more place that is never the largest."""
    *sides, channels = x.shape[1:]
    if any(side % 2 for side in sides):
        least = tf.constant(x.dtype.min, x.dtype)
        x = tf.pad(x, [[0, 0], *([0, side % 2] for side in sides), [0, 0]], constant_values=least)
    return tf.reshape(x, [-1, *(size for side in sides for size in ((side + 1) // 2, 2)), channels])
