from __future__ import annotations

import time
import weakref
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import msgspec
import numpy as np
import pytest
from generators import outcome

from engine import params, registry
from engine.backend import Checkpoint, EpochReport
from engine.datasets.data import Part
from engine.datasets.image_data import ImageData
from engine.errors import BadData
from engine.events import EpochEnded, Progress
from engine.nn import feed as feeds
from engine.nn.feed import Blocks, Sizes, feed
from engine.nn.graph_cache import Graphs
from engine.nn.inputs import Pixels
from engine.nn.order import BlockOrder, Epoch
from engine.nn.trainer import Trainer
from engine.storage import rows as array_rows
from engine.storage.rows import Kept
from engine.storage.shards import writing

ITEM = 16
"""Bytes of the items of `small_data`."""
STREAMED = Sizes(whole=0, block=40 * ITEM)
"""Two batches of 16 in a block."""
HELD = Sizes(whole=2**30, block=40 * ITEM, in_blocks=True)


@pytest.fixture(autouse=True, scope="module")
def on_the_cpu() -> None:
    from engine.nn import runtime

    runtime.load("cpu")


@pytest.fixture(autouse=True)
def small_grains(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(array_rows, "GRAIN", 8 * ITEM)


DENOISING = registry.variant("denoising")
CONFIG = params.configure(
    registry.preset("denoising", "book"),
    {"epochs": 2, "batch_size": 16, "hidden_dim": 8, "shuffle": True, "resample": False},
)
"""Its noise belongs to the items, wherever they lie."""
compiled: list[Graphs] = []
"""Of the first streamed run, for all: the data of all have the same shape."""


def streamed(data: Any, checkpoint: Checkpoint | None = None) -> Trainer:
    graphs = compiled[0] if compiled else Graphs(DENOISING, CONFIG, data)
    compiled[:] = [graphs]
    graphs.begin()
    return Trainer(DENOISING, CONFIG, data, checkpoint, graphs=graphs, sizes=STREAMED)


def figures(training: Trainer) -> list[EpochEnded]:
    reports = [report for report in training.run() if isinstance(report, EpochReport)]
    return [msgspec.structs.replace(report.event, seconds=0, samples_per_second=0) for report in reports]


def sharded(data: ImageData, folder: Path) -> ImageData:
    """The same items in shards whose borders are those of nothing else."""

    def part(of: Part, name: str) -> Any:
        with writing(folder / name, name) as index:
            for start in range(0, len(of.labels), 27):
                index.write(of.items[start : start + 27])
            return Part(index.finish(), of.labels)

    return ImageData(data.key, part(data.train, "train"), part(data.test, "test"), data.classes, None)


@pytest.mark.parametrize("shuffle", [True, False])
def test_every_item_comes_once_and_the_last_block_alone_is_short(shuffle: bool) -> None:
    order = BlockOrder(1_003, 96, 16, shuffle=shuffle)
    blocks = [order.block(Epoch(3, 0, 1), number) for number in range(len(order))]
    assert [len(block.numbers) for block in blocks] == [96] * 10 + [43]
    assert sorted(np.concatenate([block.numbers for block in blocks])) == list(range(1_003))
    for block in blocks:
        lying = np.concatenate([np.arange(run.start, run.stop) for run in block.runs])
        np.testing.assert_array_equal(lying[block.places], block.numbers)
        assert (np.diff(lying) > 0).all()  # a disk is read in one direction


def test_a_block_has_items_from_all_over_and_the_order_is_keyed() -> None:
    order = BlockOrder(1_000, 100, 10, shuffle=True)
    first = order.block(Epoch(3, 0, 1), 0)
    assert np.ptp(first.numbers) > 500
    assert (np.diff(first.numbers) < 0).any()
    np.testing.assert_array_equal(BlockOrder(1_000, 100, 10, shuffle=True).block(Epoch(3, 0, 1), 0).numbers, first[2])
    for other in (Epoch(4, 0, 1), Epoch(3, 1, 1), Epoch(3, 0, 2)):
        assert (order.block(other, 0).numbers != first.numbers).any()
    assert order.whole(Epoch(3, 0, 1))[:100].tolist() == first.numbers.tolist()
    assert BlockOrder(1_000, 100, 10, shuffle=False).whole(Epoch(3, 0, 1)).tolist() == list(range(1_000))


def test_streamed_and_held_losses_are_equal_to_the_bit_wherever_a_run_was_cut(small_data: Any, tmp_path: Path) -> None:
    data = small_data(items=103)
    in_shards = sharded(data, tmp_path)
    held, whole = Trainer(DENOISING, CONFIG, data, sizes=HELD), streamed(in_shards)
    for part in (whole._train, whole._validation):
        assert isinstance(part, Blocks)
    assert not isinstance(held._train, Blocks)
    expected, arrays = figures(held), held.checkpoint().arrays
    assert figures(whole) == expected
    assert_equal(whole.checkpoint().arrays, arrays)
    assert outcome(whole.judged()) == outcome(held.judged())
    cut = streamed(in_shards)
    steps: Any = cut.run()
    while cut.position.step < 3:  # in the second block
        next(steps)
    steps.close()
    assert cut.position.epoch == 1
    rest = streamed(in_shards, cut.checkpoint())
    assert figures(rest) == expected
    assert_equal(rest.checkpoint().arrays, arrays)


def assert_equal(found: Any, expected: Any) -> None:
    for name, array in expected.items():
        np.testing.assert_array_equal(found[name], array, err_msg=name)


class Slow(Kept):
    """Items that lie on a disk which does not answer before `ready`."""

    def __init__(self, items: np.ndarray, ready: Event) -> None:
        self.shape, self.dtype = items.shape, items.dtype
        self._items = items
        self._ready = ready

    def fill(self, start: int, into: np.ndarray) -> None:
        self._ready.wait()
        into[:] = self._items[start : start + len(into)]


def test_a_run_that_waits_for_a_block_can_be_stopped(small_data: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "PATIENCE", 0.01)
    data, ready = small_data(items=103), Event()
    data.train = Part(Slow(data.train.items, ready), data.train.labels)
    training = streamed(data)
    steps: Iterator[Any] = training.run()
    began = time.monotonic()
    assert [next(steps), next(steps)] == [None, None]
    assert time.monotonic() - began < 5
    ready.set()
    while not isinstance(next(steps), Progress):
        pass
    assert training.position.seconds + training.position.epoch_seconds > 0.02  # waiting counts
    steps.close()


def test_items_that_cannot_be_read_any_more_end_the_training_with_the_reason(small_data: Any, tmp_path: Path) -> None:
    training = streamed(sharded(small_data(items=103), tmp_path))
    for path in (tmp_path / "train").glob("*.npy"):
        path.unlink()
    with pytest.raises(BadData, match="cannot be read any more"):
        figures(training)


def test_two_blocks_at_most_lie_on_the_device(small_data: Any) -> None:
    data = small_data(items=203)
    alive: list[Any] = []
    most = 0

    class Watched(Pixels):
        def on_device(self, items: Any) -> Any:
            nonlocal most
            made = super().on_device(items)
            alive.append(weakref.ref(made))
            most = max(most, sum(one() is not None for one in alive))
            return made

    found = feed(data.train.items, Watched(data), 16, STREAMED, shuffle=True)
    for place in range(0, 203, 16):
        while found.held(Epoch(), place) is None:
            pass
    assert len(alive) == 7
    assert most == 2
    found.release()
    assert not any(one() is not None for one in alive)
