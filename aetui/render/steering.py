"""One unit of one item moved: which activation it has, and the pictures that belong to it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from aetui.render.pixels import Bytes, to_grey
from aetui.render.tiles import pictured, signed_grey, symmetric_scale
from aetui.render.unit_rows import number
from engine.queries.messages import UnitsRead
from engine.units.ablation import difference, steered
from engine.units.dossier import Dossier

STEPS = 20
"""From the lowest activation of a unit to its highest."""

Floats = NDArray[np.float32]


class Material(NamedTuple):
    """What was found out of a unit, and the items of its quantiles, (n, *shape)."""

    dossier: Dossier
    items: Floats
    adds: Floats | None
    """(*shape): what the decoder adds for it; None where it runs in the engine alone."""
    by: str
    """How that is meant."""


def material(answer: UnitsRead, dossier: Dossier) -> Material:
    """Reads the items; not for the screen's loop."""
    activations, table, unit = answer.activations, answer.table, dossier.unit
    items = np.asarray(answer.look(activations.places[dossier.examples[:, 0]]), np.float32)
    if answer.onward is None:
        return Material(dossier, items, None, "")
    weights = answer.onward.adds
    if weights is not None:
        return Material(dossier, items, weights[unit].reshape(answer.shape), "for each 1")
    low, high = float(table.lowest[unit]), float(table.highest[unit])
    adds = difference(answer.onward, table.mean, unit, low, high).reshape(answer.shape)
    return Material(dossier, items, adds, "from lowest to highest")


class Steering:
    """Where the unit stands. `example`: which of the quantiles' items it is moved in."""

    def __init__(self, answer: UnitsRead, found: Material, example: int) -> None:
        self.answer = answer
        self.found = found
        self.example = max(0, min(example, len(found.items) - 1))
        self.own = float(answer.activations.values[self.unit, self.position])
        """Its activation for the item."""
        self.value = self.own
        self.pair: Floats | None = None
        """(2, *shape): the output for the item as it is, and with the unit at `value`; None: still to come."""
        self.decode()

    @property
    def unit(self) -> int:
        """Counted from 0."""
        return self.found.dossier.unit

    @property
    def position(self) -> int:
        """Of the item among the kept activations."""
        return int(self.found.dossier.examples[self.example, 0])

    @property
    def codes(self) -> Floats:
        """(2, units): as the item has them, and with the unit moved."""
        both = np.tile(self.answer.activations.values[:, self.position], (2, 1))
        both[1, self.unit] = self.value
        return both

    def move(self, steps: int) -> None:
        """So many twentieths of the unit's range, at most a range beyond it."""
        low, high = float(self.answer.table.lowest[self.unit]), float(self.answer.table.highest[self.unit])
        reach = high - low if high > low else max(1.0, abs(high))
        self.value = max(low - reach, min(high + reach, self.value + steps * reach / STEPS))
        self.decode()

    def put(self, value: float) -> None:
        """Where it was before."""
        self.value = value
        self.decode()

    def back(self) -> None:
        """As the item has it."""
        self.value = self.own
        self.decode()

    def decode(self) -> None:
        """A few milliseconds, unless the engine has to."""
        onward = self.answer.onward
        if onward is not None:
            values = self.answer.activations.values[:, self.position]
            self.pair = steered(onward, values, self.unit, (self.own, self.value)).reshape(2, *self.answer.shape)

    @property
    def names(self) -> list[str]:
        """Of its pictures."""
        adds = ["adds"] if self.found.adds is not None else []
        return [*adds, "item", "output", f"at {number(self.value)}"][: len(adds) + (3 if self.pair is not None else 1)]

    @property
    def told(self) -> str:
        """How the picture of what it adds is meant."""
        return "" if self.found.adds is None else f"adds: ±{self.scale:g} {self.found.by}"

    @property
    def scale(self) -> float:
        """What black and white stand for in the picture of what it adds."""
        return symmetric_scale(self.found.adds) if self.found.adds is not None else 1.0

    @property
    def shown(self) -> Bytes:
        """(n, height, width, 1 or 3), of items that are images: what it adds, the item, both outputs."""
        parts = [to_grey(self.found.items[self.example][None])]
        if self.found.adds is not None:
            parts.insert(0, signed_grey(self.found.adds[None], self.scale))
        if self.pair is not None:
            parts.append(to_grey(self.pair))
        both = np.concatenate(parts)
        return both if both.ndim == 4 else both[..., None]

    @property
    def rows(self) -> Floats:
        """(n, numbers), of other items: the same, a line each."""
        parts = [self.found.items[self.example][None]]
        if self.found.adds is not None:
            parts.insert(0, self.found.adds[None])
        if self.pair is not None:
            parts.append(self.pair)
        return np.concatenate(parts).reshape(sum(map(len, parts)), -1)


def is_image(shape: tuple[int, ...]) -> bool:
    """Whether items of `shape` are images."""
    return len(shape) == 3 and shape[-1] in (1, 3)


def lines(rows: Floats) -> tuple[Bytes, float]:
    """One picture of rows of numbers, a line each, and what black and white stand for in it."""
    scale = symmetric_scale(rows)
    return signed_grey(pictured(rows), scale), scale
