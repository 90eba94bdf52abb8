"""Networks that are chains of image layers, with the same results in less time on a CPU.

Neighbours are computed together: an enlargement and the convolution after it, a convolution and the pooling after it.
Weights are those of the layers, and the models stay as they are for whoever saves, exports or describes them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras
import tensorflow as tf

from engine.nn import enlarging
from engine.nn.pieces import Tensor, compiled, on_gpu
from engine.nn.pooling import largest

Network = Callable[..., Tensor]
CONVOLUTIONS = {keras.layers.Conv1D: 1, keras.layers.Conv2D: 2}
POOLINGS = (keras.layers.MaxPooling1D, keras.layers.MaxPooling2D)
ENLARGEMENTS = (keras.layers.UpSampling1D, keras.layers.UpSampling2D)
PLAIN = (
    *CONVOLUTIONS,
    *POOLINGS,
    *ENLARGEMENTS,
    keras.layers.Activation,
    keras.layers.Cropping1D,
    keras.layers.Cropping2D,
    keras.layers.Dense,
    keras.layers.Flatten,
    keras.layers.Reshape,
)
"""Layers that do the same in training as at any other time."""
RISING = ("linear", "relu", "sigmoid", "tanh")
"""Activations of which the largest is that of the largest, so that only what is left has to go through them."""
SIDE = 3
"""Of the kernels that are known here."""


def quicker(model: keras.Model) -> Network:
    """`model`, or what computes the same of tensors and of `training`: in less time where XLA may compile it, which is
    in graphs for batches of a known size."""
    together = steps(model)
    if together is None or on_gpu():
        return model

    def network(inputs: Tensor, training: bool = False) -> Tensor:
        if tf.executing_eagerly() or not inputs.shape.is_fully_defined():
            return model(inputs, training=training)
        return through(together, inputs)

    return network


def through(steps: Sequence[Network], tensor: Tensor) -> Tensor:
    """What `steps`, one after the other, make of `tensor`."""
    for step in steps:
        tensor = step(tensor)
    return tensor


def steps(model: keras.Model) -> Sequence[Network] | None:
    """The layers of `model`, some of them together; None where it is no chain of plain ones, or none go together."""
    layers = _chain(model)
    found = _steps(layers) if layers else []
    return found if layers and len(found) < len(layers) else None


def _chain(model: keras.Model) -> list[keras.Layer] | None:
    """The layers one after the other, if that is all that there is and each is plain."""
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        return None
    layers, tensor = [], model.inputs[0]
    for layer in model.layers:
        if isinstance(layer, keras.layers.InputLayer):
            continue
        if type(layer) not in PLAIN or layer.input is not tensor:
            return None
        layers.append(layer)
        tensor = layer.output
    return layers if tensor is model.outputs[0] else None


def _steps(layers: list[keras.Layer]) -> list[Network]:
    steps: list[Network] = []
    at = 0
    while at < len(layers):
        pair = layers[at : at + 2]
        step = _together(*pair) if len(pair) == 2 else None
        steps.append(step or layers[at])
        at += 2 if step else 1
    return steps


def _together(first: keras.Layer, second: keras.Layer) -> Network | None:
    """Both layers in one, if there is a quicker way for them."""
    if _is_enlargement(first) and _is_convolution(second):
        return lambda x: _enlarged(x, second)
    if _is_convolution(first) and _is_pooling(second) and first.activation.__name__ in RISING:
        return lambda x: _pooled(x, first)
    return None


def _enlarged(x: Tensor, layer: keras.layers.Conv2D) -> Tensor:
    x, kernel, bias = _cast(layer, x, layer.kernel, layer.bias)

    def after(found: Tensor) -> Tensor:
        return layer.activation(found if bias is None else found + bias)

    return enlarging.enlarged(x, kernel, same=layer.padding == "same", after=after)


def _pooled(x: Tensor, layer: keras.layers.Conv2D) -> Tensor:
    x, kernel, bias = _cast(layer, x, layer.kernel, layer.bias)
    found = tf.nn.convolution(x, kernel, padding=layer.padding.upper())
    if bias is None:
        return compiled(lambda numbers: layer.activation(largest(numbers)))(found)
    return compiled(lambda numbers, bias: layer.activation(largest(numbers) + bias))(found, bias)


def _cast(layer: keras.Layer, *tensors: Any) -> list[Any]:
    return [None if one is None else tf.cast(one, layer.compute_dtype) for one in tensors]


def _is_convolution(layer: keras.Layer) -> bool:
    """Of three in each direction, by ones, with nothing else about it."""
    rank = CONVOLUTIONS.get(type(layer))
    return rank is not None and (
        layer.kernel_size == (SIDE,) * rank
        and layer.strides == layer.dilation_rate == (1,) * rank
        and layer.groups == 1
        and layer.padding in ("same", "valid")
        and layer.data_format == "channels_last"
        and None not in layer.input.shape[1:]
    )


def _is_pooling(layer: keras.Layer) -> bool:
    if type(layer) not in POOLINGS or layer.data_format != "channels_last":
        return False
    halved = set(layer.pool_size) == set(layer.strides) == {2}
    return halved and (layer.padding == "same" or not any(side % 2 for side in layer.input.shape[1:-1]))


def _is_enlargement(layer: keras.Layer) -> bool:
    if type(layer) is keras.layers.UpSampling1D:
        return bool(layer.size == 2)
    return type(layer) is keras.layers.UpSampling2D and (
        layer.size == (2, 2) and layer.interpolation == "nearest" and layer.data_format == "channels_last"
    )
