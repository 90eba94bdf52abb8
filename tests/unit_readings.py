"""Units whose answers are known, as a pass over items brings them: for tests of screen and command line."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import msgspec
import numpy as np

from engine.plain.layers import Dense, Reshape
from engine.plain.network import GIVEN, Network, Node
from engine.queries.messages import UnitsRead
from engine.units import onward
from engine.units.ablation import Asked
from engine.units.collecting import Collector
from engine.units.table import tabulated

UNITS, ITEMS, SIDE = 12, 90, 4


def ended(steps: Generator[Any, None, Any]) -> Any:
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def reading(epoch: int = 3, units: int = UNITS, **changes: Any) -> UnitsRead:
    """Unit 1 answers to class a alone, unit 2 to class b, unit 3 is dead, unit 4 is the opposite of unit 5; one item in
    three is of each class. The decoder is one dense layer."""
    random = np.random.default_rng(7)
    labels = np.arange(ITEMS) % 3
    codes = np.maximum(random.normal(0, 1, (ITEMS, units)), 0).astype(np.float32)
    codes[:, 0], codes[:, 1] = (labels == 0) * 2.0, (labels == 1) * np.linspace(0.5, 1, ITEMS)
    codes[:, 2], codes[:, 3] = 0, 3 - codes[:, 4]
    kernel = random.normal(0, 0.5, (units, SIDE * SIDE)).astype(np.float32)
    nodes = (
        Node("pixels", "Dense", Dense(kernel, None, "sigmoid"), (GIVEN,), (SIDE * SIDE,)),
        Node("shape", "Reshape", Reshape((SIDE, SIDE, 1)), (0,), (SIDE, SIDE, 1)),
    )
    decoder = Network((units,), nodes)
    collector = Collector(units, ITEMS)
    collector.add(codes)
    activations = collector.finished(np.arange(ITEMS), labels, ("a", "b", "c"), ITEMS)
    items = decoder(codes)
    found = UnitsRead(
        layer="code",
        part="validation",
        activations=activations,
        table=ended(tabulated(activations)),
        compared=Asked(positions=np.arange(0, ITEMS, 2), targets=items[::2] * np.float32(0.9)),
        onward=onward.of_code(decoder),
        look=lambda places: items[places],
        error=0.01,
        explained_variance=0.8,
        shrinkage=0.05,
        epoch=epoch,
        weights="best",
        held_out=True,
    )
    return msgspec.structs.replace(found, **changes)
