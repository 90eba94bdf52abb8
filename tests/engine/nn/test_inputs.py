"""What a network gets of compact items: pairs, and numbers that are not known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine import params, registry
from engine.backend import EpochReport
from engine.datasets.array_data import ArrayData
from engine.datasets.data import Part
from engine.datasets.image_data import ImageData

RANDOM = np.random.default_rng(0)


class Rows(ArrayData):
    """Six numbers an item, some of them not known."""

    kind = "image"
    bounded = False


@pytest.fixture(autouse=True, scope="module")
def on_the_cpu() -> None:
    from engine.nn import runtime

    runtime.load("cpu")


def part(items: np.ndarray) -> Part:
    return Part(items, np.zeros(len(items), np.int64))


def pairs(count: int) -> ImageData:
    """What is to be answered is the negative of what is seen."""
    seen = RANDOM.integers(0, 256, (count, 4, 4, 1), np.uint8)
    items = np.stack([seen, 255 - seen], axis=1)
    return ImageData("pairs", part(items), part(items[: count // 2]), ("all",), None)


def last_loss(data: Any, **settings: Any) -> float:
    from engine.nn.trainer import Trainer

    base = registry.preset("vanilla", "tuned")
    config = params.configure(base, {"batch_size": 16, "hidden_dim": 16, "validation": 0, **settings})
    reports = Trainer(registry.variant("vanilla"), config, data).run()
    return [report.event.validation["loss"] for report in reports if isinstance(report, EpochReport)][-1]


def test_of_a_pair_one_is_seen_and_the_other_answered() -> None:
    from engine.nn.inputs import of

    data = pairs(8)
    items = of(data)
    seen = items.seen(items.on_device(data.test.items))
    assert data.shape == (4, 4, 1)
    assert np.allclose(seen.input, data.as_floats(data.test.items), atol=1e-6)
    assert np.allclose(seen.target, 1 - seen.input, atol=1e-6)
    assert seen.weights is None


def test_a_network_learns_what_is_to_be_answered_and_not_what_it_sees() -> None:
    data = pairs(200)
    untrained = float(np.square(data.as_floats(data.test.items) - data.targets(data.test.items)).mean())
    assert last_loss(data, epochs=40, learning_rate=0.03) < untrained / 10


def test_what_is_not_known_counts_in_no_loss_and_is_seen_as_nothing() -> None:
    from engine.nn.inputs import Numbers

    items = RANDOM.standard_normal((9, 6)).astype(np.float32)
    items[2, 3] = items[7, 0] = np.nan
    data = Rows("rows", part(items), part(items[:3]), ("all",), None)
    numbers = Numbers(data)
    seen = numbers.seen(numbers.on_device(items))
    assert np.array_equal(seen.weights, ~np.isnan(items))
    assert np.array_equal(seen.input, np.nan_to_num(items))
    assert np.array_equal(seen.input, data.as_floats(items))
    whole = np.nan_to_num(items)
    assert Numbers(Rows("rows", part(whole), part(whole[:3]), ("all",), None)).seen(whole).weights is None


def test_the_error_is_the_mean_over_what_is_known() -> None:
    from engine.nn.layers import Blocks

    blocks = Blocks(0, "float32")
    target, output = np.array([[0.0, 2.0], [4.0, 0.0]], "f4"), np.zeros((2, 2), "f4")
    assert float(blocks.squared_error(target, output)) == 5
    assert float(blocks.squared_error(target, output, np.array([[1.0, 1.0], [0.0, 0.0]], "f4"))) == 2
