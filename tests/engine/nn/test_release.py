"""Trainings that are over leave nothing behind, and giving it back changes no figure."""

from __future__ import annotations

import gc
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest

from engine import params, registry
from engine.backend import EpochReport, Training
from engine.datasets.data import Data
from engine.events import EpochEnded
from engine.nn.tensorflow_backend import KerasBackend

pytestmark = pytest.mark.slow

KINDS = ("FuncGraph", "AtomicFunction", "Functional", "ResourceVariable", "EagerTensor", "Trainer", "Adam")


@pytest.fixture(scope="module")
def backend() -> KerasBackend:
    return KerasBackend("cpu")


def training(backend: KerasBackend, variant: str, data: Data, **settings: Any) -> Training:
    settings = {"epochs": 2, "batch_size": 16, "precision": "float32", **settings}
    config = params.configure(registry.preset(variant, "book"), settings)
    return backend.training(registry.variant(variant), config, data, None)


def figures(run: Training, release_at: Any = lambda: None) -> list[EpochEnded]:
    """The epochs, without what depends on the clock; after each, `release_at` is called."""
    found = []
    for report in run.run():
        if isinstance(report, EpochReport):
            found.append(msgspec.structs.replace(report.event, seconds=0, samples_per_second=0))
            release_at()
    return found


def left_over() -> tuple[Counter[str], int, int]:
    """Objects of TensorFlow's and ours that are alive, threads, open files."""
    process = psutil.Process()
    alive = Counter(kind for kind in (type(one).__name__ for one in gc.get_objects()) if kind in KINDS)
    return alive, process.num_threads(), process.num_fds()


def mappings() -> int:
    return len(Path("/proc/self/maps").read_text().splitlines())


def test_runs_leave_no_objects_no_threads_and_no_files(backend: KerasBackend, small_data: Any) -> None:
    images, found = small_data(), []
    for _ in range(2):
        figures(training(backend, "vanilla", images, epochs=1))
        backend.release()
        found.append(left_over())
    (before, threads, files), (after, more_threads, more_files) = found
    assert after == before
    assert more_threads <= threads
    assert more_files <= files


@pytest.mark.skipif(sys.platform != "linux", reason="mappings are counted in /proc")
def test_compiled_code_is_given_back_and_a_run_that_still_trains_goes_on_with_the_same_figures(
    backend: KerasBackend, small_data: Any
) -> None:
    data = small_data()
    backend.release()
    before = mappings()
    expected = figures(training(backend, "vanilla", data))
    compiled = mappings() - before
    assert compiled > 50, "XLA's code lies in mappings of its own; otherwise this test shows nothing"
    backend.release()
    assert mappings() - before < 0.2 * compiled
    assert figures(training(backend, "vanilla", data), backend.release) == expected
