"""Real items beside a drawing: some of the run's validation part in memory, and what is known of its test part."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine import params, registry
from engine.errors import RunError

if TYPE_CHECKING:
    from engine.runs.store import RunStore

MOST = 2_000
"""Items: so many are found in a millisecond, and dense networks encode them in a tenth of a second."""
LARGEST = 2**24
"""Bytes of items."""


class Shelf(NamedTuple):
    """Validation items, the first ones of each class, and the labels of the test part."""

    items: NDArray[Any]
    """(n, height, width, channels) in their compact form."""
    labels: NDArray[np.int64]
    numbers: NDArray[np.int64]
    """In the validation part, from 1 on."""
    classes: tuple[str, ...]
    """Names of the labels; fewer than two: there are no classes."""
    test_labels: NDArray[np.int64]

    def label(self, place: int) -> str:
        """What the class of an item here is called; empty without classes."""
        return self._called(int(self.labels[place]))

    def test_label(self, place: int) -> str:
        """What the class of a test item is called; empty without classes."""
        return self._called(int(self.test_labels[place])) if 0 <= place < len(self.test_labels) else ""

    def _called(self, label: int) -> str:
        return self.classes[label] if len(self.classes) > 1 and 0 <= label < len(self.classes) else ""


def read(store: RunStore, run_id: str, data_dir: Path | None) -> Shelf:
    """Items of the data that the run learned from. Takes as long as reading the data set.

    Raises:
        EngineError: the data are gone, or are not those any more.
    """
    from engine import datasets
    from engine.analysis import plane
    from engine.datasets.data import silence
    from engine.kinds import KINDS

    record = store.find(run_id)
    variant = registry.variant(record.variant).opened(record.folder)
    config = params.stored(registry.preset(record.variant, record.preset), record.config)
    source = datasets.load(record.dataset, data_dir, download=False)
    data = KINDS[source.kind].seen(source, variant.reading(config), record.folder, data_dir, silence)
    if data.fingerprint != record.info.fingerprint:
        raise RunError("The data changed", f"{record.dataset} is not what {record.id} learned from any more")
    part = data.validation
    room = max(1, min(MOST, LARGEST // max(1, part.items.nbytes // max(1, len(part.items)))))
    places = plane.items(part.labels, max(1, room // max(1, len(np.unique(part.labels)))))[:room]
    return Shelf(
        items=np.array(part.items[places]),
        labels=part.labels[places],
        numbers=places + 1,
        classes=tuple(data.classes),
        test_labels=np.array(data.test.labels),
    )
