"""Ten million codes on the map: how fast it is made, what it takes, how soon a key is answered and by how many bytes.

Counts are held against those of looking at every point.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from pseudo_terminal import Terminal

from engine.density.building import build
from engine.density.pyramid import Grid, Pyramid

COUNT = 10_000_000
CLASSES = 10
GIB = 2**30
SIZES = ((80, 24), (120, 40), (200, 60))
QUIET = 0.15
"""Seconds without a byte after which a frame has come to its end."""

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Ten clouds of several widths round a circle, with what belongs to which: .npy and .npz."""
    folder, random = tmp_path_factory.mktemp("codes"), np.random.default_rng(17)
    points = np.lib.format.open_memmap(folder / "points.npy", "w+", np.float32, (COUNT, 2))
    labels = np.empty(COUNT, np.uint8)
    for start in range(0, COUNT, 2**20):
        these = slice(start, min(COUNT, start + 2**20))
        labels[these] = own = random.integers(0, CLASSES, these.stop - start)
        centre = 5 * np.stack([np.cos(own * 0.628), np.sin(own * 0.628)], axis=1)
        points[these] = random.normal(size=centre.shape) * (0.2 + 0.15 * own)[:, None] + centre
    points.flush()
    np.savez(folder / "codes.npz", codes=points, labels=labels)
    np.save(folder / "labels.npy", labels)
    return folder / "points.npy", folder / "codes.npz"


def _memory(name: str = "VmRSS") -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))


def _one_by_one(points: NDArray[np.float32], pyramid: Pyramid, grid: Grid) -> NDArray[np.int64]:
    x, y = pyramid.edges(grid)
    counts = np.zeros(grid.rows * grid.columns, np.int64)
    for start in range(0, len(points), 2**20):
        block = points[start : start + 2**20].astype(np.float64)
        column = np.searchsorted(x, block[:, 0], "right") - 1
        row = np.searchsorted(y, block[:, 1], "right") - 1
        inside = (column >= 0) & (column < grid.columns) & (row >= 0) & (row < grid.rows)
        counts += np.bincount(row[inside] * grid.columns + column[inside], minlength=len(counts))
    return counts.reshape(grid.rows, grid.columns)


@pytest.mark.parametrize("with_classes", [False, True])
def test_ten_million_are_counted_in_flat_memory_exactly_and_at_once(
    files: tuple[Path, Path], with_classes: bool
) -> None:
    labels = np.load(files[0].with_name("labels.npy")) if with_classes else None
    names = tuple(map(str, range(CLASSES))) if with_classes else ()
    source = np.load(files[0], mmap_mode="r")
    base = _memory()
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    began = time.perf_counter()
    pyramid = build(source, labels, names)
    seconds = time.perf_counter() - began
    peak, after = _memory("VmHWM") - base, _memory() - base
    points = np.load(files[0], mmap_mode="r")
    low, high = pyramid.whole()
    about, took = np.array([4.0, 3.0]), []
    for zoom in range(24):
        near = about + (low - about) / 2**zoom, about + (high - about) / 2**zoom
        grid = pyramid.grid(tuple(near[0]), tuple(near[1]), 190, 55)
        at = time.perf_counter()
        counts = pyramid.counts(grid)
        if with_classes:
            assert (pyramid.by_class(grid).sum(axis=0) == counts).all()
        pyramid.edges(grid)
        took.append(time.perf_counter() - at)
        if zoom in (0, 1, 4, 6, 8, 12):
            assert (counts == _one_by_one(points, pyramid, grid)).all()
            assert counts.sum() > 0 or zoom > 8
    print(
        f"{COUNT:,} points, {len(names)} classes: {seconds:.1f} s, {COUNT / seconds / 1e6:.2f} million a second; "
        f"{peak / 1e6:.0f} MB above the base at most, {after / 1e6:.0f} MB after; "
        f"a window of 190 × 55 cells {np.median(took) * 1e3:.1f} ms, at most {max(took) * 1e3:.1f} ms"
    )
    assert peak <= GIB
    assert max(took) <= 0.05


@pytest.mark.parametrize(("columns", "rows"), SIZES)
@pytest.mark.parametrize("colouring", ["class", "count"])
def test_keys_are_answered_at_once_by_few_bytes(
    files: tuple[Path, Path], tmp_path: Path, columns: int, rows: int, colouring: str
) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "AETUI_", "NO_COLOR"))}
    told = {"HOME": str(tmp_path), "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
    command = [sys.executable, "-m", "aetui", "map", str(files[1])]
    terminal = Terminal(command, {**kept, **told}, columns, rows)
    times, sizes = [], []
    try:
        terminal.until("10,000,000 in sight")
        if colouring == "count":
            terminal.send("c")
        frame(terminal)
        for key in keys() * 3:
            terminal.send(key)
            seconds, size = frame(terminal)
            times.append(seconds)
            sizes.append(size)
        assert terminal.process.poll() is None
    finally:
        terminal.close()
    print(
        f"{columns}×{rows} by {colouring}: key to the end of the frame p50 {np.percentile(times, 50) * 1e3:.1f}, "
        f"p99 {np.percentile(times, 99) * 1e3:.1f} ms over {len(times)} keys; "
        f"bytes p50 {np.percentile(sizes, 50):,.0f}, at most {max(sizes):,}"
    )
    assert np.percentile(times, 99) <= 0.05
    assert max(sizes) <= 20_000


def keys() -> list[str]:
    """Into a cloud and out again, with steps of the window to all sides on the way."""
    right, left, up, down = ("\x1b[1;2C", "\x1b[1;2D", "\x1b[1;2A", "\x1b[1;2B")
    into = ["L", "K", "+", right, "+", "+", up, "+", "+", left, "+", down, "+", "+", right, "+", "+", "+"]
    return [*into, left, *"---", up, *"---", down, *"----", right, "0"]


def frame(terminal: Terminal) -> tuple[float, int]:
    """Seconds until its last byte, from now on, and how many there were."""
    began = last = time.perf_counter()
    size = 0
    while time.perf_counter() < (last if size else began + 2) + QUIET:
        if read := terminal.read(QUIET):
            size, last = size + len(read), time.perf_counter()
    return last - began, size
