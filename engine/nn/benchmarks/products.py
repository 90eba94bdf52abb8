"""The products and convolutions of a network alone: how fast this machine could do what a step has to do at least."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import tensorflow as tf

from engine.benchmarks.results import PRODUCTS
from engine.benchmarks.turns import Block
from engine.nn.benchmarks.operations import Convolution, Operation, Product
from engine.nn.networks import Tensor

FEW = 3
"""Repetitions to learn how long one takes."""


class Products:
    """TensorFlow's own kernels on random numbers, each called many times in a row; a step is the sum over all."""

    name, note = PRODUCTS, "the network's products and convolutions alone, with gradients"

    def __init__(self, operations: Sequence[Operation], precision: str) -> None:
        self.precision = precision
        dtype = tf.float32 if precision == "float32" else tf.bfloat16
        self._calls = [call for one in operations for call in _calls(one, dtype)]
        self._paces: list[float] = []

    def reached(self, steps: int) -> None:
        """As `Side`; nothing is learned."""
        del steps
        for call in self._calls:
            call.seconds(1)
        self._paces = [call.seconds(FEW) for call in self._calls]

    def block(self, seconds: float) -> Block:
        """As `Side`; each call gets the same share of `seconds`."""
        share = seconds / len(self._calls)
        self._paces = [
            call.seconds(max(1, int(share / pace))) for call, pace in zip(self._calls, self._paces, strict=True)
        ]
        return Block(1, sum(call.times * pace for call, pace in zip(self._calls, self._paces, strict=True)))


class _Call:
    """One kernel, that a step calls `times`."""

    def __init__(self, call: Callable[..., Tensor], tensors: Sequence[Tensor], times: int = 1) -> None:
        self.times = times
        self._tensors = tensors

        @tf.function(autograph=False)
        def repeated(count: Tensor, *tensors: Tensor) -> Tensor:
            def body(done: Tensor, total: Tensor) -> tuple[Tensor, Tensor]:
                # A number of it is used: what nobody uses is not computed.
                return done + 1, total + tf.cast(tf.reshape(call(*tensors), [-1])[0], tf.float32)

            start = (tf.constant(0), tf.constant(0.0))
            return tf.while_loop(lambda done, _: done < count, body, start, parallel_iterations=1)[1]

        self._repeated = repeated

    def seconds(self, count: int) -> float:
        """Of one, when so many are called in a row."""
        number = tf.constant(count)
        began = time.perf_counter()
        self._repeated(number, *self._tensors).numpy()
        return max(time.perf_counter() - began, 1e-9) / count


def _calls(operation: Operation, dtype: Any) -> Iterator[_Call]:
    return _of_product(operation, dtype) if isinstance(operation, Product) else _of_convolution(operation, dtype)


def _of_product(one: Product, dtype: Any) -> Iterator[_Call]:
    left, right, answer = (
        _random(shape, dtype) for shape in ((one.rows, one.inner), (one.inner, one.columns), (one.rows, one.columns))
    )
    yield _Call(tf.matmul, [left, right], one.times)
    if one.input_gradient:
        yield _Call(lambda a, b: tf.matmul(a, b, transpose_b=True), [answer, right], one.times)
    every = [_random((one.rows * one.times, width), dtype) for width in (one.inner, one.columns)]
    yield _Call(lambda a, b: tf.matmul(a, b, transpose_a=True), every)


def _of_convolution(one: Convolution, dtype: Any) -> Iterator[_Call]:
    rank = len(one.kernel)
    ones = (1,) * (rank == 1)  # in one dimension as in two, of which one has one place
    inside = (one.batch, *ones, *one.inside, one.channels)
    kernel = (*ones, *one.kernel, one.channels, one.filters)
    outside = (one.batch, *ones, *one.outside, one.filters)
    given, weights, answer = (_random(shape, dtype) for shape in (inside, kernel, outside))
    settings = {
        "strides": [1, *ones, *one.strides, 1],
        "padding": one.padding.upper(),
        "dilations": [1, *ones, *one.dilation, 1],
    }
    raw, deep = tf.raw_ops, rank == 3

    def forward(x: Tensor, k: Tensor) -> Tensor:
        return (raw.Conv3D if deep else raw.Conv2D)(input=x, filter=k, **settings)

    def back(k: Tensor, y: Tensor) -> Tensor:
        call = raw.Conv3DBackpropInputV2 if deep else raw.Conv2DBackpropInput
        return call(input_sizes=list(inside), filter=k, out_backprop=y, **settings)

    def along(x: Tensor, y: Tensor) -> Tensor:
        call = raw.Conv3DBackpropFilterV2 if deep else raw.Conv2DBackpropFilter
        return call(input=x, filter_sizes=list(kernel), out_backprop=y, **settings)

    if one.input_gradient or not one.transposed:
        yield _Call(forward, [given, weights])
    if one.input_gradient or one.transposed:
        yield _Call(back, [weights, answer])
    yield _Call(along, [given, answer])


def _random(shape: Sequence[int], dtype: Any) -> Tensor:
    """Small enough for sums to stay finite."""
    return tf.cast(tf.random.stateless_uniform(shape, [math.prod(shape) % 2**31, 1], -0.1, 0.1), dtype)
