"""Our networks in the layers and operations that everybody's Keras has, with the same weights.

    RULES       what stands in the place of a layer of ours

Everything else is Keras's own and is made again as it is, in float32.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import keras
import numpy as np
from keras import ops

from engine.errors import UsageError
from engine.exports.format import Part, Subject
from engine.nn import coding, menu, recurrent
from engine.nn.networks import Tensor

if TYPE_CHECKING:
    from engine.nn.model import KerasModel

Call = Callable[..., Tensor]
"""Takes what the layer takes."""
Weights = list[tuple[keras.Layer, list[Any]]]
"""Layers, and the arrays that they get once they are built."""

RENAMED: dict[Part, str] = {"encoder": "encoder", "decoder": "decoder", "whole": "autoencoder"}
"""What each part is called in names of files and models."""


class Making(NamedTuple):
    """How layers are made."""

    simple: bool
    """Whether there are to be no loops (a recurrent layer is as many copies as there are steps) and no functions but
    those that other formats have, too."""
    weights: Weights


def parts(subject: Subject, *, simple: bool = False) -> dict[str, keras.Model]:
    """The networks that are to be written, by their names in `RENAMED`.

    They take items or codes (batch, …) float32, and give all outputs of an encoder, or items.

    Raises:
        UsageError: a layer has no standard one in its place.
    """
    networks = cast("KerasModel", subject.model).networks
    encoder, decoder = (standard(model, simple=simple) for model in (networks.encoder, networks.decoder))
    if subject.inside:
        encoder, decoder = _with_scaling(encoder, decoder, subject.preprocessing["input"].get("scaling"))
    items = keras.Input(encoder.input_shape[1:], name="items")
    found = encoder(items)
    codes = found[0] if isinstance(found, list) else found
    models = {
        "encoder": encoder,
        "decoder": decoder,
        "autoencoder": keras.Model(items, decoder(codes), name="autoencoder"),
    }
    return {RENAMED[part]: models[RENAMED[part]] for part in subject.parts}


def standard(model: keras.Model, *, simple: bool = False) -> keras.Model:
    """`model` with the same inputs, outputs and weights, of Keras's own layers. Raises UsageError as `parts`."""
    making = Making(simple, [])
    made: keras.Model = keras.models.clone_model(
        model,
        clone_function=lambda layer: _in_its_place(layer, making),
        call_function=lambda call, *args, **kwargs: call(*args, **kwargs),
    )
    for layer, arrays in making.weights:
        layer.set_weights(arrays)
    return made


def _in_its_place(layer: Any, making: Making) -> Call:
    rule = next((RULES[kind] for kind in type(layer).__mro__ if kind in RULES), None)
    if rule is not None:
        return rule(layer, making)
    if not type(layer).__module__.startswith("keras."):
        told = f"{layer.name} is a {type(layer).__name__}, in whose place no layer of Keras can stand"
        raise UsageError("No standard layer", f"{told}; add a rule to engine/nn/exporting/standard.py")
    config = layer.get_config()
    if not isinstance(layer, keras.Layer):  # an operation
        return cast("Call", type(layer).from_config(config))
    spelt_out = making.simple and getattr(layer, "activation", None) is keras.activations.gelu
    config |= {"dtype": "float32"} | ({"activation": "linear"} if spelt_out else {})
    again = type(layer).from_config(config)
    making.weights.append((again, layer.get_weights()))
    return (lambda inputs: _gelu(again(inputs))) if spelt_out else cast("Call", again)


def _gelu(x: Tensor) -> Tensor:
    """Keras's calls erfc, which ONNX and TensorFlow Lite do not have."""
    return 0.5 * x * (1.0 + ops.erf(x * (0.5**0.5)))


# What stands in the place of a layer of ours.


def _recurrent(kind: type[keras.layers.RNN]) -> Callable[[Any, Making], Call]:
    """Our loop gives what Keras's gives, with weights of the same shape and order."""

    def rule(layer: Any, making: Making) -> Call:
        config = {name: value for name, value in layer.get_config().items() if name != "products"}
        # Keras has halves of a pair make what is masked 0, and unrolled in the wrong places; ours keep the last state.
        config |= {"dtype": "float32", "unroll": making.simple, "zero_output_for_mask": False}
        made = kind.from_config(config)
        making.weights.append((made, layer.get_weights()))
        return cast("Call", made)

    return rule


def _both_ways(layer: Any, making: Making) -> Call:
    """Two layers and their sum: Keras's `Bidirectional` would make what is masked 0."""
    halves = layer.forward_layer, layer.backward_layer
    forward, backward = (_in_its_place(half, making) for half in halves)

    def call(sequences: Tensor, mask: Tensor | None = None) -> Tensor:
        ahead, back = forward(sequences, mask=mask), backward(sequences, mask=mask)
        if layer.backward_layer.return_sequences:
            back = ops.flip(back, axis=1)
        return _named(layer.name, ahead + back)

    return call


def _as_it_is(layer: Any, making: Making) -> Call:
    """The mask that such a layer gives stands in the graph already, as operations."""
    del making
    return cast("Call", keras.layers.Identity(name=layer.name, dtype="float32"))


def _reversed(layer: Any, making: Making) -> Call:
    del making
    return lambda states: _named(layer.name, ops.flip(states, axis=1))


def _attention(layer: Any, making: Making) -> Call:
    score = keras.layers.Dense(1, use_bias=False, name=f"{layer.name}_scores", dtype="float32")
    making.weights.append((score, layer.get_weights()))

    def call(states: Tensor, mask: Tensor | None = None) -> Tensor:
        scores = score(states)
        if mask is not None:
            scores = ops.where(ops.expand_dims(mask, -1), scores, -1e9)
        return _named(layer.name, ops.sum(ops.softmax(scores, axis=1) * states, axis=1))

    return call


def _largest(layer: Any, making: Making) -> Call:
    del making

    def call(units: Tensor) -> Tensor:
        least = ops.min(ops.top_k(units, layer.k)[0], axis=-1, keepdims=True)
        return _named(layer.name, ops.where(units >= least, units, 0.0))

    return call


def _nearest(layer: Any, making: Making) -> Call:
    """|x − e|² less |x|² is a dense layer of x; which is the least chooses a row of a table."""
    entries = np.asarray(layer.entries)
    distances = keras.layers.Dense(len(entries), name=f"{layer.name}_distances", dtype="float32")
    table = keras.layers.Embedding(*entries.shape, name=f"{layer.name}_entries", dtype="float32")
    making.weights.append((distances, [-2 * entries.T, np.square(entries).sum(axis=1)]))
    making.weights.append((table, [entries]))

    def call(vectors: Tensor, training: bool = False) -> Tensor:
        del training
        nearest = ops.top_k(-distances(vectors), 1)[1]  # Keras's argmin takes bits apart, which TensorFlow Lite cannot
        return _named(layer.name, table(ops.squeeze(nearest, axis=-1)))

    return call


def _normalised(layer: Any, making: Making) -> Call:
    """Only where it learns does the kind differ: by what it goes."""
    made = keras.layers.BatchNormalization.from_config(layer.get_config() | {"dtype": "float32"})
    making.weights.append((made, layer.get_weights()))
    return cast("Call", made)


def _dropout(layer: Any, making: Making) -> Call:
    del making
    return cast("Call", keras.layers.Dropout(layer.rate, name=layer.name, dtype="float32"))


def _noise(layer: Any, making: Making) -> Call:
    del making
    return cast("Call", keras.layers.GaussianNoise(layer.stddev, name=layer.name, dtype="float32"))


def _named(name: str, tensor: Tensor) -> Tensor:
    """Outputs have the names of layers."""
    return keras.layers.Identity(name=name, dtype="float32")(tensor)


RULES: dict[type, Callable[[Any, Making], Call]] = {
    recurrent.Lstm: _recurrent(keras.layers.LSTM),
    recurrent.Gru: _recurrent(keras.layers.GRU),
    keras.layers.Bidirectional: _both_ways,
    recurrent.UntilLastWord: _as_it_is,
    recurrent.AttentionPooling: _attention,
    recurrent.ReversedSteps: _reversed,
    coding.TopK: _largest,
    coding.Codebook: _nearest,
    coding.BatchNormalization: _normalised,
    menu.Dropout: _dropout,
    menu.GaussianNoise: _noise,
}


# Preprocessing.


def _with_scaling(
    encoder: keras.Model, decoder: keras.Model, scaling: dict[str, Any] | None
) -> tuple[keras.Model, keras.Model]:
    """Both in the units of the data: value = mean + scale · number, along the last axis; NaN is what is not known."""
    if scaling is None:
        told = "what becomes of such data is no scaling of numbers"
        raise UsageError("No preprocessing inside", f"{told}; export without it and do as preprocessing.json says")
    mean, scale = (np.asarray(scaling[name], np.float32).reshape(-1) for name in ("mean", "scale"))
    width = encoder.input_shape[-1]
    mean, variance = np.broadcast_to(mean, width), np.square(np.broadcast_to(scale, width).astype(np.float64))
    said = {"axis": -1, "mean": mean.tolist(), "variance": variance.tolist(), "dtype": "float32"}
    values = keras.Input(encoder.input_shape[1:], name="items")
    numbers = keras.layers.Normalization(name="scaled", **said)(values)
    known = ops.where(ops.isnan(numbers), 0.0, numbers)
    found = encoder(known)
    outputs = found if isinstance(found, list) else [found]
    outputs = [_named(name, one) for name, one in zip(encoder.output_names, outputs, strict=True)]
    codes = keras.Input(decoder.input_shape[1:], name="codes")
    answers = keras.layers.Normalization(name="in_units", invert=True, **said)(decoder(codes))
    return (
        keras.Model(values, outputs if len(outputs) > 1 else outputs[0], name="encoder"),
        keras.Model(codes, answers, name="decoder"),
    )
