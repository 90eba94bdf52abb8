"""The items that a run of the store was chosen by, from its data."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import params, registry
from engine.datasets import data_dir_from
from engine.datasets.cache import DatasetCache
from engine.errors import RunError, UsageError
from engine.estimator.recipes import ENOUGH
from engine.runs.store import RunRecord


def chosen_by(record: RunRecord) -> NDArray[Any]:
    """At most `ENOUGH` items of the validation part of the run's data, spread evenly.

    Raises:
        UsageError: they are pairs: how far an answer is from what was seen says nothing of them.
        EngineError: they are gone, or other ones.
    """
    variant = registry.variant(record.variant)
    config = params.stored(registry.preset(record.variant, record.preset), record.config)
    data = DatasetCache(data_dir_from(None)).load(
        record.dataset, variant.reading(config), record.folder, download=False
    )
    if data.fingerprint != record.info.fingerprint:
        told = f"{record.id} learned from other data than {record.dataset} holds now; set offset_, or fit anew"
        raise RunError("The data changed", told)
    if data.paired:
        raise UsageError("Pairs", f"{record.id} answers with something else than it sees: nothing is an anomaly")
    count = len(data.validation.labels)
    places = np.arange(count) if count <= ENOUGH else np.linspace(0, count - 1, ENOUGH).astype(np.int64)
    return np.asarray(data.validation.at(places).items[:])
