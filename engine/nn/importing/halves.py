"""A chain of layers cut in two at its code, and put together again from a description."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

import keras

from engine.errors import RunError, UsageError
from engine.nn.importing import description
from engine.nn.networks import Networks

Shape = tuple[int, ...]


def rebuilt(text: bytes, shape: Shape) -> Networks:
    """The networks that `described` wrote, for items of `shape`.

    Raises:
        RunError: they are none, or do not belong together.
        UsageError: they are not of standard layers.
    """
    encoder, decoder = map(model_of, description.unpacked(text))
    fits = tuple(encoder.input_shape[1:]) == shape == tuple(decoder.output_shape[1:])
    if not fits or encoder.output_shape != decoder.input_shape or len(decoder.input_shape) != 2:
        told = f"expected an encoder of items of {shape} and a decoder that fits it"
        raise RunError("No network", f"{told}, found {encoder.input_shape} to {encoder.output_shape}")
    return Networks(encoder, decoder)


def described(networks: Networks) -> bytes:
    """What `rebuilt` makes them of again; their weights are kept elsewhere."""
    halves = (keras.saving.serialize_keras_object(each) for each in (networks.encoder, networks.decoder))
    return description.packed(*(_bare(half) for half in halves))


def model_of(described: dict[str, Any]) -> keras.Model:
    """The model that a description means, which was checked. Raises RunError where it means none."""
    try:
        found = keras.saving.deserialize_keras_object(_bare(described), safe_mode=True)
    except MemoryError:
        raise
    except Exception as error:  # Keras raises whatever the arguments of a layer led to
        raise RunError("No network", f"expected layers that Keras can make, but: {str(error)[:300]}") from error
    if not isinstance(found, keras.Model) or not found.built:
        raise RunError("No network", "expected a whole network, of which the shape of an item is known")
    return found


def _bare(described: dict[str, Any]) -> dict[str, Any]:
    """Without what it was compiled with."""
    return {name: described.get(name) for name in ("module", "class_name", "config", "registered_name")}


def chain(model: keras.Model) -> list[keras.Layer]:
    """Its layers one after the other, with those of networks inside it; a network inside that branches is one of them.

    Raises:
        UsageError: it has several inputs or outputs, or its layers are no chain.
    """
    if isinstance(model, keras.Sequential):
        layers = list(model.layers)
    elif len(model.inputs) == len(model.outputs) == 1 and _is_chain(model):
        layers = [layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]
    else:
        told = f"expected layers one after the other, but those of {model.name} branch, or it has several inputs"
        raise UsageError("Not imported", f"{told}; what branches has to lie in a network inside, as encoder or decoder")
    return [each for layer in layers for each in _expanded(layer)]


def _expanded(layer: keras.Layer) -> list[keras.Layer]:
    if not isinstance(layer, keras.Model):
        return [layer]
    try:
        return chain(layer)
    except UsageError:
        return [layer]


def _is_chain(model: keras.Model) -> bool:
    before = None
    for layer in model.get_config()["layers"]:
        nodes = layer["inbound_nodes"]
        if before is None:
            if nodes:
                return False
        elif len(nodes) != 1 or _feeding(nodes[0]) != [before]:
            return False
        before = layer["name"]
    return True


def _feeding(node: dict[str, Any]) -> list[str]:
    """The names of the layers whose outputs a layer gets."""
    found: list[str] = []

    def look(part: Any) -> None:
        if isinstance(part, dict) and part.get("class_name") == "__keras_tensor__":
            found.append(str(part["config"]["keras_history"][0]))
        elif isinstance(part, dict):
            for each in part.values():
                look(each)
        elif isinstance(part, list | tuple):
            for each in part:
                look(each)

    look(json.loads(json.dumps(node, default=str)))
    return found


def cut(layers: Sequence[keras.Layer], given: Shape, code: str | None) -> tuple[int, Shape]:
    """After which of `layers` (its place) the code is, for items of the shape `given`; and the shape of the code.

    It is the first of the narrowest outputs, or what layers without weights and of the same size make of it; or that of
    the layer called `code`.

    Raises:
        UsageError: there is no such layer, or nothing is left to decode.
    """
    tensor = keras.Input(given)
    shapes: list[Shape] = []
    for layer in layers:
        tensor = layer(tensor)
        shapes.append(tuple(tensor.shape[1:]))
    if any(size is None for shape in shapes for size in shape):
        raise UsageError("Not imported", "expected outputs of known sizes between its layers, found some of any size")
    names = [layer.name for layer in layers]
    if code is not None:
        if code not in names[:-1]:
            told = f"expected --code to name one of its layers but the last: {', '.join(names[:-1])}"
            raise UsageError("No such layer", f"{told}; got {code!r}")
        place = names.index(code)
        return place, shapes[place]
    sizes = [math.prod(shape) for shape in shapes]
    least = min(sizes[:-1], default=math.prod(given))
    if least >= math.prod(given):
        told = f"none of its layers is narrower than an item ({math.prod(given):,} numbers)"
        raise UsageError("No code", f"{told}; --code says which gives the code: {', '.join(names[:-1])}")
    place = sizes.index(least)
    while place + 2 < len(layers) and not layers[place + 1].weights and sizes[place + 1] == least:
        place += 1
    return place, shapes[place]


def joined(layers: Sequence[keras.Layer], place: int, given: Shape, code: Shape, shape: Shape) -> Networks:
    """Both halves, for items of `shape`, which have as many numbers as those `given` to the first layer."""
    items = keras.Input(shape, name="encoder_input")
    tensor = items if shape == given else keras.layers.Reshape(given, name="item_in")(items)
    for layer in layers[: place + 1]:
        tensor = layer(tensor)
    if len(code) != 1:
        tensor = keras.layers.Flatten(name="code_out")(tensor)
    codes = keras.Input((math.prod(code),), name="decoder_input")
    back = codes if len(code) == 1 else keras.layers.Reshape(code, name="code_in")(codes)
    for layer in layers[place + 1 :]:
        back = layer(back)
    if shape != given:
        back = keras.layers.Reshape(shape, name="item_out")(back)
    back = keras.layers.Activation("linear", name="as_it_is", dtype="float32")(back)
    networks = Networks(keras.Model(items, tensor, name="encoder"), keras.Model(codes, back, name="decoder"))
    weights = sum(len(model.weights) for model in (networks.encoder, networks.decoder))
    if len(networks.variables) != weights:
        raise UsageError("Not imported", "expected layers of different names, found weights of the same name")
    return networks
