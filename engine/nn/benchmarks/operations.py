"""The products that a step of training consists of, and how many floating-point operations they take.

They are counted from the layers, as the layers say it: a kernel times every place of the output, forward and in both
gradients (2 operations for a multiplication and an addition). Biases, activations, pooling, optimiser and what a loss
computes of its own are left out. Whoever gets the same result with fewer operations has a higher rate.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import keras

from engine.nn.networks import Networks


class Product(NamedTuple):
    """left (rows, inner) · right (inner, columns), `times` one after the other; and its gradients, that of `right` by
    one product over all times."""

    layer: str
    rows: int
    inner: int
    columns: int
    times: int = 1
    input_gradient: bool = True

    @property
    def operations(self) -> int:
        """Of forward and gradients."""
        return 2 * self.rows * self.inner * self.columns * self.times * (2 + self.input_gradient)


class Convolution(NamedTuple):
    """From `inside` places of `channels` numbers to `outside` places of `filters`, with its gradients."""

    layer: str
    batch: int
    inside: tuple[int, ...]
    channels: int
    outside: tuple[int, ...]
    filters: int
    kernel: tuple[int, ...]
    strides: tuple[int, ...]
    padding: str
    dilation: tuple[int, ...]
    input_gradient: bool = True
    transposed: bool = False
    """Whether the layer goes from `outside` to `inside`: the gradient of this convolution."""

    @property
    def operations(self) -> int:
        """Of forward and gradients."""
        places = self.batch * math.prod(self.outside)
        return 2 * places * math.prod(self.kernel) * self.channels * self.filters * (2 + self.input_gradient)


Operation = Product | Convolution


def operations(networks: Networks, batch: int) -> list[Operation]:
    """Those of a step on `batch` items."""
    encoder, decoder, head = networks.encoder, networks.decoder, networks.head
    learned = bool(encoder.trainable_variables)
    found = list(_of_model(encoder, batch, learned=False))
    for model in (decoder, head):
        if model is not None:
            found += _of_model(model, batch, learned=learned)
    return found


def gflop(found: Sequence[Operation]) -> float:
    """10⁹ operations."""
    return sum(one.operations for one in found) / 1e9


def _of_model(model: keras.Model, batch: int, *, learned: bool) -> Iterator[Operation]:
    """`learned`: whether anything before its input is learned, so that the gradient of that is asked for."""
    makers: dict[int, bool] = {}
    for operation in model.operations:
        given = [makers.get(id(tensor), learned) for tensor in keras.tree.flatten(operation.input)]
        before = any(given)
        own = bool(getattr(operation, "trainable_variables", ()))
        if own:
            yield from _of_layer(operation, batch, before)
        for tensor in keras.tree.flatten(operation.output):
            makers[id(tensor)] = learned if isinstance(operation, keras.layers.InputLayer) else before or own


def _of_layer(layer: Any, batch: int, before: bool) -> Iterator[Operation]:
    if hasattr(layer, "forward_layer"):
        for half in (layer.forward_layer, layer.backward_layer):
            yield from _recurrent(half, layer, batch, before)
    elif hasattr(layer, "cell"):
        yield from _recurrent(layer, layer, batch, before)
    elif getattr(layer, "kernel", None) is not None:
        kernel = tuple(layer.kernel.shape)
        if len(kernel) == 2:
            rows = batch * math.prod(layer.input.shape[1:-1])
            yield Product(layer.name, rows, kernel[0], kernel[1], input_gradient=before)
        else:
            yield _convolution(layer, kernel, batch, before)


def _recurrent(half: Any, whole: Any, batch: int, before: bool) -> Iterator[Operation]:
    """The inputs of all steps by one product, and the states step by step."""
    steps = whole.input.shape[1]
    width, gates = half.cell.kernel.shape
    yield Product(f"{half.name}, inputs", batch * steps, width, gates, input_gradient=before)
    yield Product(f"{half.name}, states", batch, half.cell.recurrent_kernel.shape[0], gates, times=steps)


def _convolution(layer: Any, kernel: tuple[int, ...], batch: int, before: bool) -> Convolution:
    rank = len(kernel) - 2
    given, answered = tuple(layer.input.shape[1:-1]), tuple(layer.output.shape[1:-1])
    strides = _each(getattr(layer, "strides", 1), rank)
    transposed = "Transpose" in type(layer).__name__
    inside, outside = (answered, given) if transposed else (given, answered)
    padding = str(getattr(layer, "padding", "same"))
    if padding == "same" and tuple(-(-a // b) for a, b in zip(inside, strides, strict=True)) != outside:
        inside = tuple(a * b for a, b in zip(outside, strides, strict=True))  # it enlarges what it convolves
    return Convolution(
        layer=layer.name,
        batch=batch,
        inside=inside,
        channels=kernel[-2],
        outside=outside,
        filters=kernel[-1],
        kernel=kernel[:-2],
        strides=strides,
        padding=padding,
        dilation=_each(getattr(layer, "dilation_rate", 1), rank),
        input_gradient=before,
        transposed=transposed,
    )


def _each(setting: Any, rank: int) -> tuple[int, ...]:
    return tuple(setting) if isinstance(setting, tuple | list) else (int(setting),) * rank
