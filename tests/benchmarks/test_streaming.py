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
FLAT, LATER = 100, 1.0
"""MiB by which memory may grow with ten times as many images; seconds by which the first step may come later than with
a hundredth of them in memory: the rest is compiling."""
HELD = 60_000


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


def trained(folder: Path, steps: int, held: int) -> None:
    """So many steps in a process of its own: prints seconds to the first one, images a second, and MiB at most; with
    `held`, of so many images in memory."""
    images: Any = open_shards(folder, KEY)
    from engine.nn import runtime

    runtime.load("cpu")
    images = images[:held] if held else images
    began = time.perf_counter()
    run = training(images)
    reports = run.run()
    while next(reports) is None:
        pass
    first = time.perf_counter() - began
    while run.position.epoch == 1 and run.position.step < steps:
        next(reports)
    trained_on = len(images) if run.position.epoch > 1 else 256 * run.position.step
    seconds = run.position.seconds + run.position.epoch_seconds
    peak = next(line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line)
    print(first, trained_on / seconds, int(peak) / 1024)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_memory_does_not_grow_with_the_images_and_the_first_step_comes_as_soon(tmp_path: Path) -> None:
    print("\n| images | s to the first step | images/s | MiB at most |\n|---|---|---|---|")
    few, many = (tmp_path / str(items) for items in (600_000, MANY))
    made(few, clocks.items(600_000))
    made(many, clocks.items(MANY))
    firsts, peaks = [], []
    for name, folder, held in (("60,000 in memory", few, HELD), ("600,000", few, 0), (f"{MANY:,}", many, 0)):
        steps = clocks.items(600_000) // 256 - 1  # of both: blocks of the larger come from all of it
        work = f"trained(Path({str(folder)!r}), {steps}, {held})"
        path = os.pathsep.join([str(Path(__file__).parent.parent), *sys.path])
        done = subprocess.run(
            [sys.executable, "-c", f"from pathlib import Path; from benchmarks.test_streaming import trained; {work}"],
            env={**os.environ, "PYTHONPATH": path},
            capture_output=True,
            text=True,
            check=True,
        )
        first, rate, peak = map(float, done.stdout.split()[-3:])
        print(f"| {name} | {first:.1f} | {rate:,.0f} | {peak:,.0f} |")
        firsts.append(first)
        peaks.append(peak)
    if not clocks.MOST_ITEMS:
        assert max(firsts[1:]) <= firsts[0] + LATER
        assert peaks[2] - peaks[1] <= FLAT
