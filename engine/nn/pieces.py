"""Pieces of a step that XLA compiles while TensorFlow's own kernels compute the rest.

On a CPU XLA is slow at large convolutions and good at what surrounds them: it makes one pass over memory of many small
operations. So in variants that XLA does not compile as a whole (`Variant.xla`) it compiles these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import tensorflow as tf

Tensor = Any
"""A TensorFlow tensor; TensorFlow ships no types that a checker could use."""

Piece = Callable[..., Tensor]

_whole: ContextVar[bool] = ContextVar("whole", default=False)


@contextmanager
def as_a_whole(by_xla: bool) -> Iterator[None]:
    """A graph is being made that XLA compiles from its beginning to its end, if `by_xla`: no pieces of it again. The
    gradient of a loop of its own size would not be known to XLA then."""
    before = _whole.set(by_xla)
    try:
        yield
    finally:
        _whole.reset(before)


def compiled(function: Piece) -> Piece:
    """`function` of tensors, by XLA where a graph is being made for a CPU and all shapes are known, for each of which
    XLA compiles anew; elsewhere, and in what is compiled `as_a_whole`, as it is.

    Made anew for each graph, so that its gradients are found in it, and end with it (`engine.nn.release`).
    """
    if tf.executing_eagerly() or on_gpu() or _whole.get():
        return function
    piece = tf.function(function, jit_compile=True, autograph=False)

    def chosen(*tensors: Tensor) -> Tensor:
        known = all(tf.convert_to_tensor(one).shape.is_fully_defined() for one in tensors)
        return (piece if known else function)(*tensors)

    return chosen


def on_gpu() -> bool:
    """Whether TensorFlow may use a GPU."""
    return bool(tf.config.get_visible_devices("GPU"))
