"""A network as the lines of a program in plain Keras that builds it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

import keras

from engine.errors import UsageError
from engine.nn import coding, menu

PLAIN: dict[type, str] = {menu.Dropout: "Dropout", menu.GaussianNoise: "GaussianNoise"}
"""Layers of ours that draw as Keras's do, by other keys."""

ELSEWHERE = ("self", "name", "dtype", "kwargs", "seed", "activity_regularizer", "data_format")
"""Arguments that are written in another place, or that none of our layers has."""


def function(model: keras.Model) -> str:
    """`def encoder(): …`, which returns the model; weights begin as ours did before training.

    Raises:
        UsageError: it has a layer that Keras does not.
    """
    names: dict[int, str] = {}
    lines = []
    for number, layer in enumerate(model.operations):
        name = f"x{number}"
        node = layer._inbound_nodes[0]
        given = [names[id(tensor)] for tensor in node.input_tensors]
        names |= {id(tensor): name for tensor in node.outputs}
        lines.append(f"    {name} = {_call(layer, given)}")
    outputs = [names[id(tensor)] for tensor in model.outputs]
    found = outputs[0] if len(outputs) == 1 else f"[{', '.join(outputs)}]"
    lines.append(f'    return keras.Model({names[id(model.inputs[0])]}, {found}, name="{model.name}")')
    return "\n".join([f"def {model.name}():", *lines])


def _call(layer: Any, given: list[str]) -> str:
    if isinstance(layer, keras.layers.InputLayer):
        return f"keras.Input({tuple(layer.batch_shape[1:])!r}, name={layer.name!r})"
    if isinstance(layer, coding.TopK):
        return f"largest({given[0]}, {layer.k}, {layer.name!r})"
    kind = next((PLAIN[each] for each in PLAIN if isinstance(layer, each)), type(layer).__name__)
    if type(layer) not in PLAIN and not type(layer).__module__.startswith("keras.src.layers."):
        told = f"{layer.name} is a {kind}, which plain Keras has not; export keras, which has the trained networks"
        raise UsageError("No script", told)
    arguments = given[0] if len(given) == 1 else f"[{', '.join(given)}]"
    return f"keras.layers.{kind}({', '.join(_settings(layer, kind))})({arguments})"


def _settings(layer: Any, kind: str) -> Iterator[str]:
    """Arguments that differ from what the layer does by itself."""
    taken = inspect.signature(getattr(keras.layers, kind).__init__).parameters
    config = {"rate": getattr(layer, "rate", None), "stddev": getattr(layer, "stddev", None), **layer.get_config()}
    for name, parameter in taken.items():
        value = config.get(name)
        if name in ELSEWHERE or value is None:
            continue
        if name.endswith("_initializer"):
            if (text := _initialiser(value, parameter.default)) is not None:
                yield f"{name}={text}"
        elif value != parameter.default and _pair(value) != _pair(parameter.default):
            yield f"{name}={value!r}"
    yield f"name={layer.name!r}"


def _initialiser(value: dict[str, Any], default: Any) -> str | None:
    settings = {name: each for name, each in value["config"].items() if each is not None}
    if not settings.get("seed") and isinstance(default, str) and _words(value["class_name"]) == default:
        return None
    said = ", ".join(f"{name}={each!r}" for name, each in settings.items())
    return f"keras.initializers.{value['class_name']}({said})"


def _words(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def _pair(value: Any) -> Any:
    """(2, 2) is what 2 becomes."""
    alike = isinstance(value, list | tuple) and len(set(map(str, value))) == 1
    return value[0] if alike else value
