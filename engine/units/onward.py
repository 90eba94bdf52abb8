"""From the activations of a layer to the output, so that one of them can be changed at little cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.plain.activations import ACTIVATIONS
from engine.plain.layers import Activation, Dense, Nothing, Rectified, Reshape
from engine.plain.network import GIVEN, Network

Floats = NDArray[np.float32]


class Entry(NamedTuple):
    """A dense layer that the activations go straight into."""

    dense: Dense
    rest: Callable[[Floats], Floats]
    """From what it gives to the output."""
    last: bool = False
    """Whether nothing comes after it but activations and other shapes."""

    def sums(self, values: Floats) -> Floats:
        """Before its activation, (n, its units) of (n, units)."""
        found: Floats = values @ self.dense.kernel
        return found if self.dense.bias is None else found + self.dense.bias

    def output(self, sums: Floats) -> Floats:
        """(n, …) of (n, its units)."""
        activated: Floats = ACTIVATIONS[self.dense.activation](sums)
        return self.rest(activated)


class Onward(NamedTuple):
    """What becomes of a layer's activations."""

    run: Callable[[Floats], Floats]
    """(n, units) → (n, …), the output."""
    entry: Entry | None = None
    """The same in two steps, where a dense layer comes next; None: another one does."""

    @property
    def adds(self) -> Floats | None:
        """(units, numbers of the output): what each unit adds to the output for each 1 of its activation, before the
        output's activation; None where more than one layer lies between."""
        entry = self.entry
        return entry.dense.kernel if entry is not None and entry.last else None


def of_code(decoder: Network) -> Onward:
    """From the code, (n, code size), through the decoder."""
    return Onward(lambda values: decoder(_shaped(values, decoder.shape)), _entry(decoder, GIVEN, None))


def of_layer(encoder: Network, name: str, decoder: Network) -> Onward:
    """From what the encoder's layer `name` gives, through the rest of the encoder and the decoder."""

    def run(values: Floats) -> Floats:
        return decoder(_shaped(encoder.onwards(values, name), decoder.shape))

    return Onward(run, _entry(encoder, encoder.place(name), decoder))


def _shaped(values: Floats, shape: tuple[int, ...]) -> Floats:
    return values.reshape(len(values), *shape)


def _entry(network: Network, given: int, then: Network | None) -> Entry | None:
    """The dense layer that comes next in `network`, if one does and nothing goes around it."""
    at = given
    while True:
        users = [place for place, node in enumerate(network.nodes) if at in node.inputs]
        if len(users) != 1 or network.nodes[users[0]].inputs != (at,):
            return None
        at = users[0]
        layer = network.nodes[at].layer
        if isinstance(layer, Dense):
            break
        if not isinstance(layer, Reshape | Nothing):
            return None
    if len(network.nodes[at].shape) != 1:
        return None
    name, shape = network.nodes[at].name, network.output_shape
    after = [node.layer for node in network.nodes[at + 1 :]]
    last = then is None and all(isinstance(each, Reshape | Nothing | Activation | Rectified) for each in after)

    def rest(values: Floats) -> Floats:
        found = network.onwards(values, name).reshape(len(values), *shape)
        return found if then is None else then(_shaped(found, then.shape))

    return Entry(layer, rest, last)


def first_layer(encoder: Network) -> str | None:
    """The name of the layer that gives what the first one with weights does, after its activation; None where that is
    the code itself, or no dense layer that sees the whole item, or something goes around it."""
    weighted = [place for place, node in enumerate(encoder.nodes) if _has_weights(node.layer)]
    if len(weighted) < 2:
        return None
    first = encoder.nodes[weighted[0]]
    if not isinstance(first.layer, Dense) or len(first.shape) != 1:
        return None
    at = weighted[0]
    while True:
        users = [place for place, node in enumerate(encoder.nodes) if at in node.inputs]
        if len(users) != 1 or encoder.nodes[users[0]].inputs != (at,) or _has_weights(encoder.nodes[users[0]].layer):
            break
        at = users[0]
    if at == len(encoder.nodes) - 1:
        return None
    node = encoder.nodes[at]
    try:
        encoder.onwards(np.zeros((1, *node.shape), np.float32), node.name)
    except ValueError:  # something goes around it
        return None
    return node.name


def _has_weights(layer: Any) -> bool:
    return any(name == "kernel" for name in type(layer).__struct_fields__)
