"""How fast a device multiplies matrices and folds images: floating-point operations a second."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple

import tensorflow as tf

ENOUGH_SECONDS = 0.03
"""A call that takes this long is measured well."""
SPENT_SECONDS = 0.6
"""On repetitions of it."""
SIDES = (512, 1024, 2048, 4096, 8192)
BATCHES = (32, 128, 512, 2048, 8192)
CHANNELS, PIXELS = 32, 28


class Rate(NamedTuple):
    """The best of several calls."""

    shape: str
    operations: float
    seconds: float

    @property
    def gflops(self) -> float:
        """GFLOP/s."""
        return self.operations / self.seconds / 1e9


def product(device: str, dtype: str) -> Rate:
    """A product of square matrices, as large as it takes for the time to be measured well."""

    def of(side: int) -> tuple[Rate, Callable[[], Any]]:
        left, right = (tf.cast(tf.random.stateless_normal([side, side], [1, at]), dtype) for at in (1, 2))
        compiled = tf.function(lambda: tf.matmul(left, right)[0, 0])
        return Rate(f"{side}³ {dtype}", 2.0 * side**3, 0), compiled

    return _fastest(device, SIDES, of)


def convolution(device: str, dtype: str) -> Rate:
    """A convolution 3×3 of images 28×28 with 32 channels in and out: the middle of a convolutional autoencoder."""

    def of(batch: int) -> tuple[Rate, Callable[[], Any]]:
        images = tf.cast(tf.random.stateless_normal([batch, PIXELS, PIXELS, CHANNELS], [1, 1]), dtype)
        kernel = tf.cast(tf.random.stateless_normal([3, 3, CHANNELS, CHANNELS], [1, 2]), dtype)
        compiled = tf.function(lambda: tf.nn.conv2d(images, kernel, 1, "SAME")[0, 0, 0, 0])
        operations = 2.0 * batch * PIXELS**2 * 9 * CHANNELS**2
        return Rate(f"{batch} × {PIXELS}×{PIXELS}×{CHANNELS} → {CHANNELS} {dtype}", operations, 0), compiled

    return _fastest(device, BATCHES, of)


def _fastest(device: str, sizes: tuple[int, ...], of: Callable[[int], tuple[Rate, Callable[[], Any]]]) -> Rate:
    with tf.device(device):
        for size in sizes:
            rate, call = of(size)
            _timed(call)  # traced, and the library's choice of kernel made
            if min(_timed(call), _timed(call)) > ENOUGH_SECONDS:
                break
        until, best = time.monotonic() + SPENT_SECONDS, _timed(call)
        while time.monotonic() < until:
            best = min(best, _timed(call))
    return rate._replace(seconds=best)


def _timed(call: Callable[[], Any]) -> float:
    began = time.perf_counter()
    call().numpy()  # waits for the device
    return time.perf_counter() - began
