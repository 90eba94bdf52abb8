"""Noise for a training step: a function of a seed, the item and the place in it, cheap enough to be drawn every time.

Under XLA on a CPU TensorFlow's stateless generators take 3.4 to 17 ms for a batch of 256 × 784 numbers, longer than the
step that uses them; hashing a counter takes 1.4 ms. And it can be keyed by item, for noise that stays with it.

The mixing function is the 32-bit finaliser "lowbias32" of C. Wellons' Hash Function Prospector (public domain).
"""

from __future__ import annotations

import math

import numpy as np
import tensorflow as tf

from engine.nn.networks import NoiseKeys, Tensor

BELOW_ONE = 1 - 2.0**-24


def uniform(seed: Tensor, rows: Tensor, size: int) -> Tensor:
    """Numbers in (0, 1), shape (rows, size) float32. `seed`: two int32; `rows`: (n,) int32, which rows of the noise."""
    return _unit(_bits(seed, rows, size))


def normal(seed: Tensor, rows: Tensor, size: int) -> Tensor:
    """Standard normal numbers, shape (rows, size) float32, by the transform of Box and Muller (1958)."""
    bits = _bits(seed, rows, (size + 1) // 2)
    radius = tf.sqrt(-2 * tf.math.log(_unit(bits)))
    angle = 2 * math.pi * _unit(_mix(bits + np.uint32(0x9E3779B9)))
    return tf.concat([radius * tf.cos(angle), radius * tf.sin(angle)], axis=1)[:, :size]


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
