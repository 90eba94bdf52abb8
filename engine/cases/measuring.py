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
BYTES = 2**28


class Kept:
    """Noisy items as they were seen, up to `BYTES`: noise belongs to an item's place, and drawing it one by one takes
    some milliseconds each."""

    def __init__(self) -> None:
        self._blocks: dict[int, NDArray[np.float32]] = {}
        self._bytes = 0

    def keep(self, start: int, seen: NDArray[np.float32]) -> None:
        """Those from place `start` on, if there is room."""
        if self._bytes + seen.nbytes <= BYTES:
            self._blocks[start] = seen
            self._bytes += seen.nbytes

    def at(self, place: int, block: int) -> NDArray[np.float32] | None:
        """(1, *shape), of blocks of so many items; None where it is not kept."""
        start = place // block * block
        found = self._blocks.get(start)
        return None if found is None else found[place - start : place - start + 1]


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

    kept: Kept

    def measured(self) -> Steps[tuple[Measure, ...]]:
        """All of them, the error first; what is not a number is infinite: nothing is worse.

        Then `BASELINE`, the baseline's squared error on the same items, and `BEHIND`, how much larger the model's is;
        `SEEN`, where the encoder sees something else than what is to be answered: how far the answer lies from that;
        and what the variant has (`Variant.item_terms`), by the names of its loss terms.
        """
        found: dict[str, list[NDArray[np.float32]]] = {}
        items = self.items.items
        for block in in_blocks(items, self.model.block):
            seen = self.items.seen(self.model, block)
            if self.items.noise:
                self.kept.keep(block.start, seen.inputs)
            for key, values in self._of(seen).items():
                found.setdefault(key, []).append(values)
            yield block.stop, len(items)
        labels = self._labels()
        columns = {key: _finite(np.concatenate(values)) for key, values in found.items()}
        return tuple(Measure(key, labels.get(key, key), values) for key, values in columns.items())

    def _of(self, seen: Seen) -> dict[str, NDArray[np.float32]]:
        found = {ERROR: self.scorer.score(seen)}
        if self.baseline is not None:
            found[BASELINE] = mean_squared_errors(self.baseline.answer(seen.inputs), seen.targets, seen.known)
            found[BEHIND] = mean_squared_errors(seen.outputs, seen.targets, seen.known) - found[BASELINE]
        if self.differs:
            found[SEEN] = mean_squared_errors(seen.outputs, seen.inputs, seen.known)
        found |= self.model.item_terms(seen.inputs, seen.targets, seen.known)
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


def seen_at(model: Model, items: Items, places: NDArray[np.int64], kept: Kept) -> Steps[Seen]:
    """What `model` makes of the items at `places`, in their order. Their noise, which belongs to the place, is that
    which they have in a pass over all."""
    parts = []
    for number, place in enumerate(places.tolist(), 1):  # they may lie far apart, in a file
        clean, targets, known = items.read(items.items[place : place + 1])
        inputs = clean
        if items.noise:
            before = kept.at(place, model.block)
            inputs = model.corrupted(clean, place) if before is None else before
        parts.append((inputs, targets, np.ones(targets.shape, bool) if known is None else known))
        yield number, len(places)
    if not parts:
        nothing = np.zeros((0, *model.shape), np.float32)
        return Seen(nothing, nothing, None, np.zeros((0, model.code_size), np.float32), nothing)
    inputs, targets, known = (np.concatenate(of) for of in zip(*parts, strict=True))
    codes = model.encode(inputs)
    return Seen(inputs, targets, None if known.all() else known, codes, model.decode(codes))
