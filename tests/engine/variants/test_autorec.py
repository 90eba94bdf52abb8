"""AutoRec: only what was rated counts, and the penalty as in the paper."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine import params
from engine.nn import inputs
from engine.nn.model import built
from engine.nn.networks import Batch, NoiseKeys
from engine.ratings.rating_data import RatingsData
from engine.registry import VARIANTS

AUTOREC = VARIANTS["autorec"]


def terms(data: RatingsData, rows: np.ndarray, *, learning: bool, **changes: Any) -> dict[str, Any]:
    from dataclasses import replace

    config = params.configure(AUTOREC.presets["book"], {"hidden_dim": 3, **changes})
    model = replace(built(AUTOREC, config, data.shape), learning=learning)
    items = inputs.of(data)
    clean, target, weights = items.seen(items.on_device(rows))
    keys = NoiseKeys(np.array([1, 2], np.int32), np.array([3, 4], np.int32), np.arange(len(rows), dtype=np.int32))
    return {**AUTOREC.loss_terms(model, Batch(clean, target, keys, 0.0, "training", None, weights)), "model": model}


@pytest.fixture
def data(small_ratings: Any) -> RatingsData:
    return RatingsData(small_ratings(), "items")


def test_the_error_is_the_mean_over_what_is_asked_and_nothing_else(data: RatingsData) -> None:
    rows = data.test.items[:8]
    found = terms(data, rows, learning=False)
    model = found["model"]
    answers = np.asarray(model.decode(model.encode(data.as_floats(rows))))
    known = data.known(rows)
    expected = np.square(answers - data.targets(rows))[known].mean()
    assert float(found["reconstruction"]) == pytest.approx(expected, rel=1e-5)


def test_weights_count_half_the_penalty_over_the_ratings_of_the_batch_and_nothing_in_validation(
    data: RatingsData,
) -> None:
    rows = data.train.items[:8]
    found = terms(data, rows, learning=True, weight_penalty=6.0)
    weights = found["model"].networks.variables
    kernels = [np.asarray(array) for name, array in weights.items() if name.endswith("kernel")]
    assert float(found["weights"].value) == pytest.approx(sum(np.square(kernel).sum() for kernel in kernels), rel=1e-5)
    assert float(found["weights"].weight) == pytest.approx(3 / data.known(rows).sum(), rel=1e-6)
    assert float(terms(data, rows, learning=False, weight_penalty=6.0)["weights"].weight) == 0
