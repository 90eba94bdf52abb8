"""One pass over a part of the data: all that can be measured of a single item."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.analysis.baselines import Fitted
from engine.anomalies.scores import Items, Scorer, Seen, Steps, mean_squared_errors
from engine.backend import Model
from engine.datasets.data import in_blocks

ERROR = "error"
"""The key of what is measured of every item."""
SEEN = "seen"
BASELINE, BEHIND = "baseline", "behind"


class Measure(NamedTuple):
    """A number of each item."""

    key: str
    label: str
    values: NDArray[np.float32]
    """(n,)"""


class Measuring(NamedTuple):
    """What is asked of each item."""

    model: Model
    items: Items
    scorer: Scorer
    """Tells `ERROR`."""
    label: str
    """What `ERROR` is, in words."""
    baseline: Fitted | None
    """Answers the same items."""
    differs: bool
    """Whether the encoder sees something else than what is to be answered."""

    def measured(self) -> Steps[tuple[Measure, ...]]:
        """All of them, the error first; what is not a number is infinite: nothing is worse.

        Between them what the variant has (`Variant.item_terms`), by the names of its loss terms; `SEEN`, where the
        encoder sees something else than what is to be answered: how far the answer lies from that. `BASELINE`: the
        baseline's squared error on the same items, `BEHIND`: how much larger the model's is.
        """
        found: dict[str, list[NDArray[np.float32]]] = {}
        items = self.items.items
        for block in in_blocks(items, self.model.block):
            for key, values in self._of(self.items.seen(self.model, block)).items():
                found.setdefault(key, []).append(values)
            yield block.stop, len(items)
        labels = self._labels()
        columns = {key: _finite(np.concatenate(values)) for key, values in found.items()}
        return tuple(Measure(key, labels.get(key, key), values) for key, values in columns.items())

    def _of(self, seen: Seen) -> dict[str, NDArray[np.float32]]:
        found = {ERROR: self.scorer.score(seen)}
        if self.differs:
            found[SEEN] = mean_squared_errors(seen.outputs, seen.inputs, seen.known)
        found |= self.model.item_terms(seen.inputs, seen.targets, seen.known)
        if self.baseline is not None:
            found[BASELINE] = mean_squared_errors(self.baseline.answer(seen.inputs), seen.targets, seen.known)
            found[BEHIND] = mean_squared_errors(seen.outputs, seen.targets, seen.known) - found[BASELINE]
        return {key: np.asarray(values, np.float32) for key, values in found.items()}

    def _labels(self) -> dict[str, str]:
        name = self.baseline.name if self.baseline else ""
        return {
            ERROR: self.label,
            SEEN: "error against what was seen",
            BASELINE: f"error of {name}",
            BEHIND: f"error beyond that of {name}",
        }


def _finite(values: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.where(np.isnan(values), np.float32(np.inf), values)


def seen_at(model: Model, items: Items, places: NDArray[np.int64]) -> Steps[Seen]:
    """What `model` makes of the items at `places`, in their order. Their noise, which belongs to the place, is that
    which they have in a pass over all."""
    inputs, targets, known = {}, {}, {}
    for number, start in enumerate(firsts := np.unique(places // model.block * model.block).tolist(), 1):
        here = sorted({place for place in places.tolist() if start <= place < start + model.block})
        clean, wanted, there = items.read(items.items[start : here[-1] + 1]) if items.noise else _some(items, here)
        rows = [place - start for place in here] if items.noise else range(len(here))
        seen = model.corrupted(clean, start) if items.noise else clean
        for place, row in zip(here, rows, strict=True):
            inputs[place], targets[place] = seen[row], wanted[row]
            known[place] = np.ones(wanted[row].shape, bool) if there is None else there[row]
        yield number, len(firsts)
    ordered = places.tolist()
    if not ordered:
        nothing = np.zeros((0, *model.shape), np.float32)
        return Seen(nothing, nothing, None, np.zeros((0, model.code_size), np.float32), nothing)
    stacked = [np.stack([of[place] for place in ordered]) for of in (inputs, targets, known)]
    codes = model.encode(stacked[0])
    all_known = bool(stacked[2].all())
    return Seen(stacked[0], stacked[1], None if all_known else stacked[2], codes, model.decode(codes))


def _some(items: Items, places: list[int]) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_] | None]:
    """Read one by one: they may lie far apart, in a file."""
    return items.read(np.concatenate([items.items[place : place + 1] for place in places]))
