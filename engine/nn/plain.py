"""Networks of Keras as those that NumPy runs (`engine.plain`), with copies of their weights.

    RULES       what a layer becomes

What is only there for training (dropout, noise) becomes nothing. Layers are float32 whatever the run is trained in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from engine.backend import PlainHalves
from engine.nn import coding, menu
from engine.plain import images, layers
from engine.plain.activations import ACTIVATIONS
from engine.plain.network import GIVEN, Network, Node

Shape = tuple[int, ...]


class NotPlain(Exception):
    """A layer that NumPy has nothing for; the argument is a sentence."""


def halves(encoder: keras.Model, decoder: keras.Model) -> PlainHalves:
    """Both as far as they have plain layers."""
    why: list[str] = []

    def half(model: keras.Model) -> Network | None:
        try:
            return plain(model)
        except NotPlain as reason:
            why.append(str(reason))
            return None

    both = half(encoder), half(decoder)
    return PlainHalves(*both, "; ".join(why))


def plain(model: keras.Model) -> Network:
    """From the model's input to its first output. Raises NotPlain."""
    nodes: list[Node] = []
    if len(model.inputs) != 1:
        raise NotPlain(f"the {model.name} takes several inputs, which only the engine can give it")
    _add(model, GIVEN, nodes, "")
    return Network(tuple(model.inputs[0].shape[1:]), tuple(nodes))


def _add(model: keras.Model, given: int, nodes: list[Node], within: str) -> int:
    """The way from the input of `model`, which is node `given`, to its first output, behind `nodes`; its place."""
    places: dict[int, int] = {id(model.inputs[0]): given}

    def place(tensor: Any) -> int:
        if id(tensor) not in places:
            layer, node_index = tensor._keras_history.operation, tensor._keras_history.node_index
            before = tuple(place(each) for each in layer._inbound_nodes[node_index].input_tensors)
            places[id(tensor)] = _put(layer, before, tuple(tensor.shape[1:]), nodes, within)
        return places[id(tensor)]

    return place(model.outputs[0])


def _put(layer: Any, before: tuple[int, ...], shape: Shape, nodes: list[Node], within: str) -> int:
    name = within + layer.name
    if isinstance(layer, keras.Model) and len(layer.inputs) == len(before) == 1:
        return _add(layer, before[0], nodes, f"{name}/")
    if not before or None in shape:
        raise NotPlain(f"the size of what {name} gives is not known")
    rule = next((RULES[kind] for kind in type(layer).__mro__ if kind in RULES), None)
    if rule is None:
        raise NotPlain(f"{name} is a layer {type(layer).__name__}, which only the engine can run")
    nodes.append(Node(name, type(layer).__name__, rule(layer, shape), before, shape))
    return len(nodes) - 1


def _array(variable: Any) -> NDArray[np.float32]:
    """A copy: on a CPU `numpy()` shares the memory of a weight that training changes."""
    return np.array(variable.numpy(), np.float32)


def _activation(layer: Any) -> str:
    key = keras.activations.serialize(layer.activation)
    if not isinstance(key, str) or key not in ACTIVATIONS:
        raise NotPlain(f"{layer.name} has the activation {key}, which only the engine can compute")
    return key


def _biased(layer: Any) -> dict[str, Any]:
    return {
        "kernel": _array(layer.kernel),
        "bias": _array(layer.bias) if layer.use_bias else None,
        "activation": _activation(layer),
    }


def _last(layer: Any) -> None:
    if getattr(layer, "data_format", "channels_last") != "channels_last":
        raise NotPlain(f"{layer.name} has its channels first, which only the engine can compute")


def _same(layer: Any) -> bool:
    _last(layer)
    if layer.padding not in ("same", "valid"):
        raise NotPlain(f"{layer.name} has the padding {layer.padding}, which only the engine can compute")
    return bool(layer.padding == "same")


def _convolution(layer: Any, _shape: Shape) -> layers.Layer:
    if layer.groups != 1:
        raise NotPlain(f"{layer.name} is a convolution in groups, which only the engine can compute")
    strides, dilation = tuple(layer.strides), tuple(layer.dilation_rate)
    return images.Convolution(**_biased(layer), strides=strides, dilation=dilation, same=_same(layer))


def _transposed(layer: Any, _shape: Shape) -> layers.Layer:
    if layer.output_padding is not None or set(layer.dilation_rate) != {1}:
        raise NotPlain(f"{layer.name} has a dilation or a padding of its output, which only the engine can compute")
    return images.Transposed(**_biased(layer), strides=tuple(layer.strides), same=_same(layer))


def _pooling(layer: Any, _shape: Shape) -> layers.Layer:
    mean = isinstance(layer, keras.layers.AveragePooling1D | keras.layers.AveragePooling2D)
    return images.Pooling(tuple(layer.pool_size), tuple(layer.strides), _same(layer), mean)


def _overall(layer: Any, _shape: Shape) -> layers.Layer:
    _last(layer)
    if layer.keepdims:
        raise NotPlain(f"{layer.name} keeps its sides, which only the engine can compute")
    return images.Overall(isinstance(layer, keras.layers.GlobalAveragePooling1D | keras.layers.GlobalAveragePooling2D))


def _enlarged(layer: Any, _shape: Shape) -> layers.Layer:
    _last(layer)
    if getattr(layer, "interpolation", "nearest") != "nearest":
        raise NotPlain(f"{layer.name} enlarges by {layer.interpolation} interpolation, which only the engine can")
    return images.Enlarged(tuple(layer.size) if isinstance(layer.size, tuple | list) else (layer.size,))


def _margins(layer: Any, by: Any) -> images.Margins:
    _last(layer)
    pairs = by if isinstance(by[0], tuple | list) else (by,)
    return tuple((int(first), int(last)) for first, last in pairs)


def _normalised(layer: Any, shape: Shape) -> layers.Layer:
    """By the running mean and variance, as outside training."""
    if layer.axis not in (-1, len(shape)):
        raise NotPlain(f"{layer.name} normalises along an axis that is not the last, which only the engine can")
    scale = 1 / np.sqrt(_array(layer.moving_variance).astype(np.float64) + layer.epsilon)
    if layer.scale:
        scale = scale * _array(layer.gamma)
    shift = -_array(layer.moving_mean) * scale + (_array(layer.beta) if layer.center else 0)
    return layers.Affine(scale.astype(np.float32), shift.astype(np.float32))


def _rescaled(layer: Any, _shape: Shape) -> layers.Layer:
    return layers.Affine(np.asarray(layer.scale, np.float32), np.asarray(layer.offset, np.float32))


def _rectified(layer: Any, _shape: Shape) -> layers.Layer:
    if getattr(layer, "threshold", 0):
        raise NotPlain(f"{layer.name} has a threshold, which only the engine can compute")
    ceiling = getattr(layer, "max_value", None)
    return layers.Rectified(float(layer.negative_slope), None if ceiling is None else float(ceiling))


def _reshaped(layer: Any, shape: Shape) -> layers.Layer:
    _last(layer)
    return layers.Reshape(shape)


def _nothing(_layer: Any, _shape: Shape) -> layers.Layer:
    return layers.Nothing()


Rule = Callable[[Any, Shape], layers.Layer]
"""Of a layer of Keras and the shape of what it gives for an item."""

RULES: dict[type, Rule] = {
    keras.layers.Dense: lambda layer, _: layers.Dense(**_biased(layer)),
    keras.layers.Activation: lambda layer, _: layers.Activation(_activation(layer)),
    keras.layers.ReLU: _rectified,
    keras.layers.LeakyReLU: _rectified,
    keras.layers.Flatten: _reshaped,
    keras.layers.Reshape: _reshaped,
    keras.layers.Permute: lambda layer, _: layers.Permute(tuple(layer.dims)),
    keras.layers.RepeatVector: lambda layer, _: layers.Repeat(layer.n),
    keras.layers.Add: lambda layer, _: layers.Sum(),
    keras.layers.Concatenate: lambda layer, _: layers.Joined(layer.axis),
    keras.layers.BatchNormalization: _normalised,
    keras.layers.Rescaling: _rescaled,
    keras.layers.Conv1D: _convolution,
    keras.layers.Conv2D: _convolution,
    keras.layers.Conv1DTranspose: _transposed,
    keras.layers.Conv2DTranspose: _transposed,
    keras.layers.MaxPooling1D: _pooling,
    keras.layers.MaxPooling2D: _pooling,
    keras.layers.AveragePooling1D: _pooling,
    keras.layers.AveragePooling2D: _pooling,
    keras.layers.GlobalAveragePooling1D: _overall,
    keras.layers.GlobalAveragePooling2D: _overall,
    keras.layers.GlobalMaxPooling1D: _overall,
    keras.layers.GlobalMaxPooling2D: _overall,
    keras.layers.UpSampling1D: _enlarged,
    keras.layers.UpSampling2D: _enlarged,
    keras.layers.Cropping1D: lambda layer, _: images.Cropped(_margins(layer, layer.cropping)),
    keras.layers.Cropping2D: lambda layer, _: images.Cropped(_margins(layer, layer.cropping)),
    keras.layers.ZeroPadding1D: lambda layer, _: images.Surrounded(_margins(layer, layer.padding)),
    keras.layers.ZeroPadding2D: lambda layer, _: images.Surrounded(_margins(layer, layer.padding)),
    coding.TopK: lambda layer, _: layers.TopK(layer.k),
    coding.Codebook: lambda layer, _: layers.Codebook(_array(layer.entries)),
    menu.Dropout: _nothing,
    menu.GaussianNoise: _nothing,
    keras.layers.Dropout: _nothing,
    keras.layers.GaussianNoise: _nothing,
    keras.layers.SpatialDropout1D: _nothing,
    keras.layers.SpatialDropout2D: _nothing,
    keras.layers.ActivityRegularization: _nothing,
    keras.layers.Identity: _nothing,
}
