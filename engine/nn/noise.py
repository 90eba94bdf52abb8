"""Noise for a training step: a function of a seed, the item and the place in it, cheap enough to be drawn every time.

Under XLA on a CPU TensorFlow's stateless generators take several times as long for a batch of 256 × 784 numbers as the
step that uses them. Here a counter is hashed, and the normal distribution's quantile of the hash takes a fifth of the
time of the sines and cosines of Box and Muller (docs/measurements.md). And it can be keyed by item, for noise that
stays with it.

The mixing function is the 32-bit finaliser "lowbias32" of C. Wellons' Hash Function Prospector (public domain).
"""

from __future__ import annotations

import math

import numpy as np
import tensorflow as tf

from engine.nn.networks import NoiseKeys, Tensor
from engine.nn.pieces import compiled

BELOW_ONE = 1 - 2.0**-24
MIDDLE = (
    2.81022636e-08,
    3.43273939e-07,
    -3.5233877e-06,
    -4.39150654e-06,
    2.1858087e-04,
    -1.25372503e-03,
    -4.17768164e-03,
    2.46640727e-01,
    1.50140941e00,
)
"""Of the inverse error function, divided by its argument x, as a polynomial of -ln(1 - x²) - 2.5 where that is below
2.5 (M. Giles, Approximating the erfinv function, GPU Computing Gems 2, 2011)."""
TAILS = (
    -2.00214257e-04,
    1.00950558e-04,
    1.34934322e-03,
    -3.67342844e-03,
    5.73950773e-03,
    -7.6224613e-03,
    9.43887047e-03,
    1.00167406e00,
    2.83297682e00,
)
"""The same beyond, of √(-ln(1 - x²)) - 3."""


def uniform(seed: Tensor, rows: Tensor, size: int) -> Tensor:
    """Numbers in (0, 1), shape (rows, size) float32. `seed`: two int32; `rows`: (n,) int32, which rows of the noise."""
    return compiled(lambda seed, rows: _unit(_bits(seed, rows, size)))(seed, rows)


def normal(seed: Tensor, rows: Tensor, size: int) -> Tensor:
    """Standard normal numbers, shape (rows, size) float32, none beyond ±5.42: as far as 24 bits reach."""
    return compiled(lambda seed, rows: _quantiles(_bits(seed, rows, size)))(seed, rows)


def _quantiles(bits: Tensor) -> Tensor:
    """The upper 24 bits, evenly in (-1, 1) and none of them 0, as numbers of the standard normal distribution."""
    # With the sign, so that a half more is exact. Not tf.math.erfinv: without XLA it is infinite at the last step.
    steps = tf.bitwise.right_shift(tf.bitcast(bits, tf.int32), 8)
    even = (tf.cast(steps, tf.float32) + 0.5) * 2.0**-23
    depth = -tf.math.log((1 - even) * (1 + even))
    middle = depth < 5
    place = tf.where(middle, depth - 2.5, tf.sqrt(depth) - 3)
    found = tf.zeros([])
    for inside, outside in zip(MIDDLE, TAILS, strict=True):
        found = found * place + tf.where(middle, np.float32(inside), np.float32(outside))
    return math.sqrt(2) * even * found


def rows_of(keys: NoiseKeys, like: Tensor) -> Tensor:
    """(batch,) int32, the places in the batch of the items of `like`: what noise is keyed by that is new every step."""
    places = tf.range(tf.shape(like)[0])
    return places if keys.first is None else places + keys.first


def _bits(seed: Tensor, rows: Tensor, size: int) -> Tensor:
    """32 random bits for each row and column."""
    first, second = tf.unstack(tf.cast(seed, tf.uint32))
    key = _mix(first + _mix(second))
    row = _mix(tf.cast(rows, tf.uint32) + key)
    column = _mix(tf.cast(tf.range(size), tf.uint32) ^ _mix(key))
    return _mix(row[:, None] ^ column[None, :])


def _mix(x: Tensor) -> Tensor:
    x = (x ^ tf.bitwise.right_shift(x, np.uint32(16))) * np.uint32(0x7FEB352D)
    x = (x ^ tf.bitwise.right_shift(x, np.uint32(15))) * np.uint32(0x846CA68B)
    return x ^ tf.bitwise.right_shift(x, np.uint32(16))


def _unit(bits: Tensor) -> Tensor:
    """The upper 24 bits as a number in (0, 1): what float32 can hold. The largest would round to 1."""
    return tf.minimum((tf.cast(tf.bitwise.right_shift(bits, np.uint32(8)), tf.float32) + 0.5) * 2.0**-24, BELOW_ONE)
