"""Weights as NumPy arrays, with a program beside them that runs chains of dense layers with NumPy alone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import keras
import numpy as np

from engine.errors import UsageError
from engine.exports.format import Subject, Written
from engine.nn import coding, menu

if TYPE_CHECKING:
    from engine.nn.model import KerasModel

PROGRAM = Path(__file__).parent / "run.py"
ACTIVATIONS = ("linear", "relu", "sigmoid", "tanh", "gelu")
"""That the program knows."""
USAGE = """
    python run.py encode items.npy codes.npy
    python run.py decode codes.npy items.npy
    python run.py reconstruct items.npy reconstructions.npy

    import numpy as np
    weights = np.load("weights.npz")        # weights["layers"] says as JSON which array belongs to which layer
"""

Step = dict[str, Any]
"""Of the program: its `kind`, and what that needs."""
Arrays = dict[str, Any]


def write(subject: Subject, place: Path) -> Written:
    """`weights.npz` and `run.py` in the folder `place`.

    Raises:
        UsageError: a layer is none that the program knows, or the network is no chain.
    """
    networks = cast("KerasModel", subject.model).networks
    models = {"encoder": networks.encoder, "decoder": networks.decoder}
    wanted = [name for name in models if subject.parts[-1] == "whole" or name in subject.parts]
    arrays: Arrays = {}
    layers = {name: [*_steps(models[name], arrays)] for name in wanted}
    np.savez(place / "weights.npz", allow_pickle=False, layers=np.array(json.dumps(layers)), **arrays)
    shutil.copyfile(PROGRAM, place / "run.py")
    return Written(USAGE)


def _steps(model: keras.Model, arrays: Arrays) -> Iterator[Step]:
    """What the program is to do, one after the other, from the input to the first output; `arrays` gets the weights."""
    for layer in _chain(model):
        maker = next((RULES[kind] for kind in type(layer).__mro__ if kind in RULES), None)
        if maker is None:
            told = f"its program runs chains of dense layers, but {layer.name} of the {model.name} is a"
            raise UsageError("Not dense", f"{told} {type(layer).__name__}; export keras, onnx or savedmodel")
        yield from maker(layer, f"{model.name}/{layer.name}", arrays)


def _chain(model: keras.Model) -> list[keras.Layer]:
    """The layers on the way to the first output. Raises UsageError where they do not stand one after the other."""
    found, tensor, given = [], model.outputs[0], {id(tensor) for tensor in model.inputs}
    while id(tensor) not in given:
        layer = tensor._keras_history.operation
        before = layer._inbound_nodes[tensor._keras_history.node_index].input_tensors
        if len(before) != 1:
            told = f"its program runs chains of dense layers, but {layer.name} of the {model.name} joins several"
            raise UsageError("Not dense", f"{told}; export keras, onnx or savedmodel")
        found.append(layer)
        tensor = before[0]
    return found[::-1]


def _activation(function: Any, name: str) -> Iterator[Step]:
    key = keras.activations.serialize(function)
    if key not in ACTIVATIONS:
        told = f"its program knows {', '.join(ACTIVATIONS)}, but {name} has {key}"
        raise UsageError("Not dense", f"{told}; export keras, onnx or savedmodel")
    if key != "linear":
        yield {"kind": key}


def _dense(layer: Any, name: str, arrays: Arrays) -> Iterator[Step]:
    arrays[f"{name}/kernel"] = layer.kernel.numpy()
    arrays[f"{name}/bias"] = layer.bias.numpy() if layer.use_bias else np.zeros(layer.units, np.float32)
    yield {"kind": "dense", "kernel": f"{name}/kernel", "bias": f"{name}/bias"}
    yield from _activation(layer.activation, name)


def _normalisation(layer: Any, name: str, arrays: Arrays) -> Iterator[Step]:
    """As outside training: by the running mean and variance."""
    scale = 1 / np.sqrt(layer.moving_variance.numpy().astype(np.float64) + layer.epsilon)
    if layer.scale:
        scale = scale * layer.gamma.numpy()
    shift = -layer.moving_mean.numpy() * scale + (layer.beta.numpy() if layer.center else 0)
    arrays[f"{name}/scale"], arrays[f"{name}/shift"] = scale.astype(np.float32), shift.astype(np.float32)
    yield {"kind": "affine", "scale": f"{name}/scale", "shift": f"{name}/shift"}


def _shape(layer: Any, name: str, arrays: Arrays) -> Iterator[Step]:
    del name, arrays
    yield {"kind": "reshape", "shape": list(layer.output.shape[1:])}


def _nothing(layer: Any, name: str, arrays: Arrays) -> Iterator[Step]:
    """Acts in training alone."""
    del layer, name, arrays
    yield from ()


RULES: dict[type, Callable[[Any, str, Arrays], Iterator[Step]]] = {
    keras.layers.Dense: _dense,
    keras.layers.Flatten: _shape,
    keras.layers.Reshape: _shape,
    keras.layers.Activation: lambda layer, name, arrays: _activation(layer.activation, name),
    keras.layers.BatchNormalization: _normalisation,
    coding.TopK: lambda layer, name, arrays: iter([{"kind": "top_k", "k": layer.k}]),
    menu.Dropout: _nothing,
    menu.GaussianNoise: _nothing,
}
"""What each layer is to the program."""
