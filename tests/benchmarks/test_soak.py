"""Fifty short runs of mixed variants in one process: what stays in memory, threads, files, memory mappings.

Run with `pytest -m benchmark -s tests/benchmarks/test_soak.py`; a soak takes two to four minutes on two cores. Each is
a process of its own, so that what the others left does not count. `repeating`: each variant with one configuration;
`different`: no two runs alike, so that nothing could be taken from an earlier one; `isolated`: the same, trained in
other processes, of which what is taken does not count. `AETUI_SOAK` is another number of runs.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from queue import SimpleQueue
from random import Random
from typing import Any, NamedTuple

import psutil
import pytest

from engine.events import EngineFailed, Event, RunFinished
from engine.runs.jobs import TrainJob
from engine.runs.store import RunStore
from engine.session import Engine

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(3600)]

RUNS = int(os.environ.get("AETUI_SOAK", "50"))
MOST = {"repeating": 1.1, "different": 1.8, "isolated": 1.1}
"""Resident memory after the last run, times that after the fifth. TensorFlow keeps the graph of every function that XLA
compiled; only runs like one of the last few do without new ones."""
SENTENCES = {"vocabulary": 20, "vectors": "corpus", "dimensions": 8, "length": 10, "units": 32, "batch_size": 64}
CASES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("vanilla", "book", {}),
    ("stacked", "book", {"layers": "60-20-2"}),
    ("convolutional", "book", {"precision": "float32", "filters": 8}),
    ("sentence", "small", SENTENCES),
    ("variational", "book", {}),
    ("sparse", "book", {}),
    ("denoising", "book", {}),
)
SIZES: dict[str, Any] = {
    "vanilla": lambda n: {"hidden_dim": 16 + n},
    "stacked": lambda n: {"layers": f"{60 + n}-20-2"},
    "convolutional": lambda n: {"filters": 8 + n},
    "sentence": lambda n: {"units": 16 + n},
    "variational": lambda n: {"hidden": f"{100 + n}"},
    "sparse": lambda n: {"hidden_dim": 16 + n},
    "denoising": lambda n: {"hidden_dim": 16 + n},
}


class Taken(NamedTuple):
    """By the process after a run."""

    resident: int
    threads: int
    files: int
    mappings: int


def job(n: int, different: bool) -> TrainJob:
    variant, preset, settings = CASES[n % len(CASES)]
    if different:
        settings = {**settings, "batch_size": 32 + n, **SIZES[variant](n)}
    dataset = "text" if variant == "sentence" else "digits"
    return TrainJob(variant=variant, preset=preset, dataset=dataset, config={"epochs": 1, **settings})


def write_text(path: Path) -> None:
    draw, words = Random(1), ("cats", "dogs", "ships", "trains", "see", "chase", "and", "old", "red", "water", "stone")
    path.write_text("\n".join(f"The {' '.join(draw.choices(words, k=draw.randint(3, 9)))}." for _ in range(600)))


def taken() -> Taken:
    process = psutil.Process()
    mappings = len(Path("/proc/self/maps").read_text().splitlines())
    return Taken(process.memory_info().rss, process.num_threads(), process.num_fds(), mappings)


def until_ended(heard: SimpleQueue[Event]) -> RunFinished:
    while not isinstance(event := heard.get(timeout=600), RunFinished):
        assert not isinstance(event, EngineFailed), event
    return event


def soak(folder: Path, kind: str) -> None:
    """Prints what is taken after each run."""
    folder.mkdir()
    write_text(folder / "text.txt")
    heard: SimpleQueue[Event] = SimpleQueue()
    engine = Engine(heard.put, RunStore(folder / "runs"), device="cpu", data_dir=folder, isolate=kind == "isolated")
    engine.start()
    for n in range(RUNS):
        began = time.perf_counter()
        engine.submit(job(n, kind != "repeating"))
        assert until_ended(heard).outcome == "completed"
        seconds = time.perf_counter() - began
        time.sleep(1)  # the engine tidies up after it has told of the end
        print(*taken(), f"{seconds:.2f}", CASES[n % len(CASES)][0], flush=True)
    engine.close()


@pytest.mark.skipif(sys.platform != "linux", reason="mappings are counted in /proc")
@pytest.mark.parametrize("kind", ["repeating", "different", "isolated"])
def test_fifty_runs_take_little_more_than_five(kind: str, tmp_path: Path) -> None:
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    command = [sys.executable, __file__, str(tmp_path / kind), kind]
    printed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    lines = [line.split() for line in printed.splitlines()]
    after = [Taken(*map(int, line[:4])) for line in lines]
    assert len(after) == RUNS
    fifth, last = after[4], after[-1]
    for number, line in enumerate(lines, start=1):
        print(f"{kind} {number:2} {int(line[0]) / 2**20:7.1f} MiB  {' '.join(line[1:])}")
    print(f"{kind}: {last.resident / fifth.resident - 1:+.1%} of memory from run 5 to run {RUNS}")
    assert last.resident <= MOST[kind] * fifth.resident
    assert last.threads <= fifth.threads
    assert last.files <= fifth.files
    assert last.mappings <= 1.2 * fifth.mappings


if __name__ == "__main__":
    soak(Path(sys.argv[1]), sys.argv[2])
