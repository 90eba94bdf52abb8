"""The published recipe on the real data. Set AETUI_DATA to a folder with mnist.npz."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine import datasets, params, registry
from engine.datasets.image_data import ImageData
from engine.events import EpochEnded
from engine.training import EpochReport

pytestmark = [pytest.mark.data, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def mnist() -> ImageData:
    if "AETUI_DATA" not in os.environ:
        pytest.skip("set AETUI_DATA to a folder with mnist.npz")
    return datasets.load("mnist", Path(os.environ["AETUI_DATA"]), download=False)


def epochs(data: ImageData, count: int) -> list[EpochEnded]:
    from engine.nn.backend import KerasBackend

    config = params.configure(registry.preset("vanilla", "book"), {"epochs": count})
    training = KerasBackend("cpu").training(registry.variant("vanilla"), config, data, None)
    return [report.event for report in training.run() if isinstance(report, EpochReport)]


def test_the_book_recipe_ends_where_the_published_run_ended(mnist: ImageData) -> None:
    last = epochs(mnist, 50)[-1]
    assert last.steps == 235
    assert last.train["loss"] * last.steps <= 2.79


def test_the_same_seed_gives_the_same_figures(mnist: ImageData) -> None:
    first, second = (
        [(event.train, event.validation) for event in epochs(mnist, 2)],
        [(event.train, event.validation) for event in epochs(mnist, 2)],
    )
    assert first == second
