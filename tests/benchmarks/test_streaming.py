"""Data that are larger than memory: how fast they are trained on, and what memory that takes.

Run with `pytest -m benchmark -s tests/benchmarks/test_streaming.py`; 6,000,000 images take 5 GB of disk below the
temporary folder (AETUI_STREAMED sets another number). Images are tiles of 60,000 patterns with noise, in shards.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from benchmarks import clocks
from benchmarks.clocks import Ended, Side

from engine import params, registry
from engine.backend import EpochReport
from engine.datasets.data import Part
from engine.datasets.image_data import ImageData
from engine.storage.rows import Array
from engine.storage.shards import open_shards, writing

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(7200)]

MANY = int(os.environ.get("AETUI_STREAMED", "6000000"))
SHARD = 20_480
KEY = "tiles with noise"
SLOWER = 1.1
"""Times what an epoch in memory takes: a streamed one may take no more."""
FLAT, FIRST = 100, 3.0
"""MiB by which memory may grow with ten times as many images; seconds to the first step."""


def made(folder: Path, items: int) -> Any:
    """Images of MNIST's size, the same for the same number."""
    random = np.random.default_rng(0)
    patterns = random.integers(0, 200, (60_000, 28, 28, 1), np.uint8)
    noise = random.integers(0, 56, (59_999, 28, 28, 1), np.uint8)  # no two of 3,600,000,000 are the same
    with writing(folder, KEY) as index:
        for start in range(SHARD * len(index.done), items, SHARD):
            places = np.arange(start, min(start + SHARD, items))
            index.write(patterns[places % len(patterns)] + noise[places % len(noise)])
        return index.finish()


def data(images: Array) -> ImageData:
    labels = np.zeros(len(images), np.int64)
    return ImageData("tiles", Part(images, labels), Part(images[:1_000], labels[:1_000]), (), None)


def training(images: Array, **sizes: Any) -> Any:
    from engine.nn import runtime
    from engine.nn.feed import Sizes
    from engine.nn.trainer import Trainer

    runtime.load("cpu")
    variant = registry.variant("vanilla")
    config = params.configure(registry.preset("vanilla", "book"), {"epochs": 10_000, "learning_rate": 1e-4})
    return Trainer(variant, config, data(images), sizes=Sizes(**sizes))


def side(run: Iterator[Any]) -> Side:
    reports = (report for report in run if isinstance(report, EpochReport))

    def epochs(count: int, ended: Ended) -> None:
        for _ in range(count):
            ended(next(reports).event.train["loss"])

    return epochs


@pytest.mark.parametrize("items", [60_000, 600_000])
def test_a_streamed_epoch_takes_hardly_longer_than_one_in_memory(items: int, tmp_path: Path) -> None:
    items = clocks.items(items)
    streamed = made(tmp_path, items)
    whole = streamed[:]
    # In blocks of an eighth, so that the smaller set has some, too.
    block = min(2**26, items * 784 // 8)
    ours = side(training(streamed, whole=0, block=block).run())
    held = side(training(whole, whole=2**40, block=block, in_blocks=True).run())
    # An epoch of the larger set is as long as a block of four of the smaller.
    found = clocks.race(ours, {"in memory": held}, epochs=clocks.EPOCHS if items <= 60_000 else 1)
    print("", *clocks.rows(f"vanilla, {items:,} images", found, -(-items // 256)), sep="\n")
    both = min(len(one.losses) for one in found.values())
    assert found["ours"].losses[:both] == found["in memory"].losses[:both]
    clocks.held(found["in memory"], 1 / SLOWER)


def trained(folder: Path, steps: int) -> None:
    """So many steps in a process of its own: prints seconds to the first one, images a second, and MiB at most."""
    images = open_shards(folder, KEY)
    assert images is not None
    from engine.nn import runtime

    runtime.load("cpu")
    began = time.perf_counter()
    run = training(images)
    reports = run.run()
    first: float | None = None
    while run.position.epoch == 1 and run.position.step < steps:
        report = next(reports)
        if first is None and report is not None:
            first = time.perf_counter() - began
    rate = 256 * run.position.step / run.position.epoch_seconds if run.position.step else 0
    peak = next(line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line)
    print(first, rate, int(peak) / 1024)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_memory_does_not_grow_with_the_images_and_the_first_step_comes_soon(tmp_path: Path) -> None:
    peaks = []
    print("\n| images | s to the first step | images/s | MiB at most |\n|---|---|---|---|")
    for items in (600_000, MANY):
        folder = tmp_path / str(items)
        made(folder, clocks.items(items))
        steps = clocks.items(600_000) // 256  # of both: blocks of the larger come from all of it
        code = (
            "from benchmarks.test_streaming import trained; from pathlib import Path; "
            f"trained(Path({str(folder)!r}), {steps})"
        )
        path = os.pathsep.join([str(Path(__file__).parent.parent), *sys.path])
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONPATH": path},
            capture_output=True,
            text=True,
            check=True,
        )
        first, rate, peak = map(float, done.stdout.split()[-3:])
        print(f"| {items:,} | {first:.1f} | {rate:,.0f} | {peak:,.0f} |")
        peaks.append(peak)
        if not clocks.MOST_ITEMS:
            assert first <= FIRST
    assert clocks.MOST_ITEMS or peaks[1] - peaks[0] <= FLAT
