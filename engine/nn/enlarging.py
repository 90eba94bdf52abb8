"""Convolutions of 3 after a nearest-neighbour enlargement by 2, as convolutions of 2 of the image before it.

Of the three weights along a side two fall on the same pixel of the small image, so that their sum does (W. Shi et al.,
arXiv:1609.05158, call the result a sub-pixel convolution): 4 products in the place of 9, and the large image is never
written. Inputs, results and gradients are those of `UpSampling2D` and `Conv2D`, or of both in one dimension.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import reduce

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from engine.nn.pieces import Tensor, compiled

ALONG: NDArray[np.float32] = np.array([[[1, 1, 0], [0, 0, 1]], [[1, 0, 0], [0, 1, 1]]], np.float32)
"""(phase, place of the small image, weight): which weights fall on which place, for pixels of either phase."""
FEW = 16
"""Filters, counted for each phase, up to which shifted sums are cheaper than a convolution."""
SMALL = 32
"""Places of a small image up to which XLA's product is quicker than a call of the library's convolution."""


def enlarged(x: Tensor, kernel: Tensor, *, same: bool, after: Callable[[Tensor], Tensor]) -> Tensor:
    """(batch, *small, n) and (3, …, n, m) → (batch, *large, m): large are twice small, without `same` 2 less.

    `after`: what follows, number by number, without a pass over memory of its own.
    """
    sides, filters = x.shape[1:-1], kernel.shape[-1]
    if filters * 2 ** len(sides) <= FEW:
        return compiled(lambda x, kernel: after(_interleaved(_sums(x, kernel, same=same), same)))(x, kernel)
    if np.prod(sides) <= SMALL and kernel.dtype == tf.float32:
        return compiled(lambda x, kernel: after(_interleaved(convolved(*_small(x, kernel, same=same)), same)))(
            x, kernel
        )
    phases = tf.nn.convolution(*_small(x, kernel, same=same), padding="VALID")
    return compiled(lambda phases: after(_interleaved(phases, same)))(phases)


def _small(x: Tensor, kernel: Tensor, *, same: bool) -> tuple[Tensor, Tensor]:
    """The image and the kernel (2, …, n, phases · m) of a convolution that fits into it."""
    rank, (channels, filters) = len(x.shape) - 2, kernel.shape[-2:]
    order = [*range(rank, 2 * rank), 2 * rank, *range(rank), 2 * rank + 1]
    folded = tf.reshape(tf.transpose(_folded(kernel), order), [*[2] * rank, channels, 2**rank * filters])
    return tf.pad(x, _around(rank)) if same else x, folded


def _sums(x: Tensor, kernel: Tensor, *, same: bool) -> Tensor:
    """What `_small` makes of both: a product gives what a pixel adds to each neighbour; shifted, these are added up."""
    rank, (channels, filters) = len(x.shape) - 2, kernel.shape[-2:]
    order = [2 * rank, *range(rank, 2 * rank), *range(rank), 2 * rank + 1]
    folded = tf.reshape(tf.transpose(_folded(kernel), order), [channels, 4**rank * filters])
    columns = tf.reshape(tf.matmul(tf.reshape(x, [-1, channels]), folded), [-1, *x.shape[1:-1], 4**rank * filters])
    if same:
        columns = tf.pad(columns, _around(rank))
    each = 2**rank * filters
    parts = [
        columns[(slice(None), *window, slice(at * each, (at + 1) * each))]
        for at, window in enumerate(_windows(columns, 2))
    ]
    return reduce(tf.add, parts)


def convolved(x: Tensor, kernel: Tensor) -> Tensor:
    """(batch, *sides, n) and (k, …, n, m) → (batch, *sides less k − 1, m), as one product."""
    patches = tf.concat([x[(slice(None), *window)] for window in _windows(x, kernel.shape[0])], -1)
    filters = kernel.shape[-1]
    product = tf.matmul(tf.reshape(patches, [-1, patches.shape[-1]]), tf.reshape(kernel, [-1, filters]))
    return tf.reshape(product, [-1, *patches.shape[1:-1], filters])


def _windows(x: Tensor, size: int) -> list[tuple[slice, ...]]:
    """Where a kernel of `size` sees its first place, its second, …, in all of `x` that it fits in."""
    fitting = [side - size + 1 for side in x.shape[1:-1]]
    places = itertools.product(range(size), repeat=len(fitting))
    return [tuple(slice(at, at + count) for at, count in zip(place, fitting, strict=True)) for place in places]


def _folded(kernel: Tensor) -> Tensor:
    """(3, …, n, m) → (phases along each side …, places along each …, n, m)."""
    rank = len(kernel.shape) - 2
    every = ALONG if rank == 1 else np.einsum("pia,qjb->pqijab", ALONG, ALONG)
    fold = tf.constant(every.reshape(4**rank, 3**rank), kernel.dtype)
    return tf.reshape(tf.matmul(fold, tf.reshape(kernel, [3**rank, -1])), [*[2] * (2 * rank), *kernel.shape[-2:]])


def _around(rank: int) -> list[list[int]]:
    return [[0, 0], *[[1, 1]] * rank, [0, 0]]


def _interleaved(phases: Tensor, same: bool) -> Tensor:
    """(batch, *sides, phases · m) → (batch, twice the sides, m); with `same` without the outermost."""
    *sides, width = phases.shape[1:]
    rank, filters = len(sides), width // 2 ** len(sides)
    apart = tf.reshape(phases, [-1, *sides, *[2] * rank, filters])
    order = [0, *(axis for side in range(rank) for axis in (1 + side, 1 + rank + side)), 1 + 2 * rank]
    large = tf.reshape(tf.transpose(apart, order), [-1, *(2 * side for side in sides), filters])
    return large[(slice(None), *[slice(1, -1)] * rank)] if same else large
