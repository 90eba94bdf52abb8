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
        self._guess = 0.0

    def reached(self, steps: int) -> None:
        """As `Side`; nothing is learned."""
        del steps
        for call in self._calls:
            call.seconds(1)  # compiles it
        self._guess = sum(call.times * call.seconds(FEW) for call in self._calls)

    def block(self, seconds: float) -> Block:
        """As `Side`; each call is made as often as in so many steps, and that twice."""
        steps = max(1, round(seconds / 2 / self._guess))
        each = sum(call.times * call.seconds(call.times * steps) for call in self._calls)
        self._guess = each
        return Block(steps, steps * each)


class _Call:
    """One kernel, that a step calls `times`: alone, or two at once where that is faster. A step has products that do
    not wait for each other, and two threads that have one each need not wait for each other either."""

    def __init__(
        self, call: Callable[..., Tensor], shapes: Sequence[Sequence[int]], dtype: Any, times: int = 1
    ) -> None:
        self.times = times
        # Different numbers: what is done twice with the same is done once.
        self._tensors = [[_random(shape, dtype, seed) for shape in shapes] for seed in range(2)]
        self._functions = [_repeated(call, width) for width in (1, 2)]

    def seconds(self, count: int) -> float:
        """Of one, when so many are called in a row, in the faster of both ways."""
        return min(self._taken(count, width) for width in (1, 2))

    def _taken(self, count: int, width: int) -> float:
        number = tf.constant(-(-count // width))
        began = time.perf_counter()
        self._functions[width - 1](number, *self._tensors[:width]).numpy()
        return max(time.perf_counter() - began, 1e-9) / (width * int(number))


def _repeated(call: Callable[..., Tensor], width: int) -> Any:
    """Calls it for `width` lists of tensors at once, as often as its first argument says."""

    @tf.function(autograph=False)
    def repeated(count: Tensor, *tensors: list[Tensor]) -> Tensor:
        def body(done: Tensor, total: Tensor) -> tuple[Tensor, Tensor]:
            # A number of each is used: what nobody uses is not computed.
            found = [tf.cast(tf.reshape(call(*each), [-1])[0], tf.float32) for each in tensors[:width]]
            return done + 1, total + tf.add_n(found)

        start = (tf.constant(0), tf.constant(0.0))
        return tf.while_loop(lambda done, _: done < count, body, start, parallel_iterations=1)[1]

    return repeated


def _calls(operation: Operation, dtype: Any) -> Iterator[_Call]:
    return _of_product(operation, dtype) if isinstance(operation, Product) else _of_convolution(operation, dtype)


def _of_product(one: Product, dtype: Any) -> Iterator[_Call]:
    left, right, answer = (one.rows, one.inner), (one.inner, one.columns), (one.rows, one.columns)
    yield _Call(tf.matmul, [left, right], dtype, one.times)
    if one.input_gradient and one.times > 1:  # the kernel is the same every time: it is turned over once
        yield _Call(tf.matmul, [answer, right[::-1]], dtype, one.times)
    elif one.input_gradient:
        yield _Call(lambda a, b: tf.matmul(a, b, transpose_b=True), [answer, right], dtype)
    every = [(one.rows * one.times, width) for width in (one.inner, one.columns)]
    yield _Call(lambda a, b: tf.matmul(a, b, transpose_a=True), every, dtype)


def _of_convolution(one: Convolution, dtype: Any) -> Iterator[_Call]:
    rank = len(one.kernel)
    ones = (1,) * (rank == 1)  # in one dimension as in two, of which one has one place
    inside = (one.batch, *ones, *one.inside, one.channels)
    kernel = (*ones, *one.kernel, one.channels, one.filters)
    outside = (one.batch, *ones, *one.outside, one.filters)
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
        yield _Call(forward, [inside, kernel], dtype)
    if one.input_gradient or one.transposed:
        yield _Call(back, [kernel, outside], dtype)
    yield _Call(along, [inside, outside], dtype)


def _random(shape: Sequence[int], dtype: Any, seed: int) -> Tensor:
    """Small enough for sums to stay finite."""
    return tf.cast(tf.random.stateless_uniform(shape, [seed, math.prod(shape) % 2**31], -0.1, 0.1), dtype)
