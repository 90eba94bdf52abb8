"""Layers with what they are connected to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.datasets.array_data import as_floats
from engine.plain.activations import Floats
from engine.plain.layers import Layer

GIVEN = -1
"""Among the inputs of a node: the items themselves."""
AT_ONCE = 2**22
"""Numbers that lie in memory between the layers."""


class Node(msgspec.Struct, frozen=True, eq=False):
    """A layer in its place."""

    name: str
    kind: str
    """What the layer is, as Keras calls it."""
    layer: Layer
    inputs: tuple[int, ...]
    """Places of the nodes before it."""
    shape: tuple[int, ...]
    """Of what comes out for an item."""


class Network(msgspec.Struct, frozen=True, eq=False):
    """From items to the output of the last node, the same as the model that it was made of gives in float32."""

    shape: tuple[int, ...]
    """Of an item that it takes."""
    nodes: tuple[Node, ...]
    """Each behind those that it needs."""

    def __call__(self, items: NDArray[Any]) -> Floats:
        """(n, *shape) → (n, *output shape) float32; bytes are seen as numbers from 0 to 1, NaN as 0.

        Raises:
            ValueError: items of another shape.
        """
        return self._in_blocks(items, [len(self.nodes) - 1], GIVEN)[0]

    def through(self, items: NDArray[Any], upto: str) -> Floats:
        """What the layer called `upto` gives, (n, *its shape). Raises KeyError where there is none."""
        return self._in_blocks(items, [self.place(upto)], GIVEN)[0]

    def onwards(self, values: NDArray[Any], after: str) -> Floats:
        """The output for `values`, (n, *its shape), in the place of what the layer called `after` gives.

        Raises:
            ValueError: the output does not depend on that layer alone, or values of another shape.
        """
        return self._in_blocks(values, [len(self.nodes) - 1], self.place(after))[0]

    def activations(self, items: NDArray[Any], names: Sequence[str] = ()) -> dict[str, Floats]:
        """What the layers of `names` (all) give, by name, (n, *its shape) each. Raises KeyError for another name."""
        wanted = list(names) or [node.name for node in self.nodes]
        found = self._in_blocks(items, [self.place(name) for name in wanted], GIVEN)
        return dict(zip(wanted, found, strict=True))

    def place(self, name: str) -> int:
        """Which node is called `name`. Raises KeyError where none is."""
        for at, node in enumerate(self.nodes):
            if node.name == name:
                return at
        raise KeyError(name)

    @property
    def output_shape(self) -> tuple[int, ...]:
        """Of what comes out for an item."""
        return self.nodes[-1].shape if self.nodes else self.shape

    def _in_blocks(self, items: NDArray[Any], wanted: Sequence[int], given: int) -> list[Floats]:
        shape = self.shape if given == GIVEN else self.nodes[given].shape
        if items.shape[1:] != shape:
            raise ValueError(f"expected items of {shape}, got {items.shape[1:]}")
        each = sum(prod(node.shape) + node.layer.scratch * prod(node.shape[:-1]) for node in self.nodes)
        block = max(1, AT_ONCE // max(1, each))
        pieces = [self._values(as_floats(items[at : at + block]), wanted, given) for at in range(0, len(items), block)]
        if not pieces:
            return [np.zeros((0, *(self.nodes[at].shape if at >= 0 else shape)), np.float32) for at in wanted]
        if len(pieces) == 1:
            return pieces[0]
        return [np.concatenate([piece[number] for piece in pieces]) for number in range(len(wanted))]

    def _values(self, items: Floats, wanted: Sequence[int], given: int) -> list[Floats]:
        known: dict[int, Floats] = {given: items}
        for at in self._needed(wanted, known):
            node = self.nodes[at]
            known[at] = node.layer.of(*(known[before] for before in node.inputs)).astype(np.float32, copy=False)
        return [known[at] for at in wanted]

    def _needed(self, wanted: Sequence[int], known: Mapping[int, Any]) -> list[int]:
        """The nodes that have to be computed, in their order."""
        found: set[int] = set()
        left = list(wanted)
        while left:
            at = left.pop()
            if at in known or at in found:
                continue
            if at == GIVEN:
                raise ValueError("expected a layer that all others after it depend on alone, found a way around it")
            found.add(at)
            left += self.nodes[at].inputs
        return sorted(found)
