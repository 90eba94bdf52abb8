"""What each of several processes gets of the machine: cores in equal parts, GPUs by their free memory."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from engine.errors import UsageError

MOST_JOBS = 64

THREADS = (
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
)
"""Read by TensorFlow, oneDNN and NumPy when they are loaded."""


def cores() -> int:
    """That this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def threads_of(place: int, jobs: int, available: int) -> int:
    """For the process at `place` (from 0) of so many at once; the first ones get what does not come out even."""
    return max(1, available // jobs + (place < available % jobs))


def environment(place: int, jobs: int, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What to set for that process; what the user has set counts, and one alone may use everything."""
    if jobs == 1:
        return {}
    share = str(threads_of(place, jobs, cores()))
    return {name: share for name in THREADS if name not in environ}


def check_jobs(jobs: int) -> None:
    """Raises UsageError where `jobs` is no number of runs to train at once."""
    if not 1 <= jobs <= MOST_JOBS:
        raise UsageError("Bad number of jobs", f"expected 1 to {MOST_JOBS} runs at once, got {jobs}")


def step_back(niceness: int) -> None:
    """Let every other thread go first. On Linux a priority belongs to a thread, and TensorFlow's threads inherit it
    from the one that loads it: a screen in this process is then drawn at once, though a training uses every core.
    """
    if sys.platform == "linux" and niceness:
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), niceness)


class Gpu(NamedTuple):
    """One that programs here may use."""

    uuid: str
    free: int
    """Bytes."""


class Gpus:
    """Those that NVIDIA's library tells of; it is loaded when it is first asked, and not again where that fails."""

    def __init__(self, library: Callable[[], Any] | None = None, environ: Mapping[str, str] = os.environ) -> None:
        self._load = library or _nvml
        self._visible = environ.get("CUDA_VISIBLE_DEVICES")
        self._nvml: Any = None
        self._absent = False

    def found(self) -> list[Gpu]:
        """In the order of their numbers; none where there is no library, no driver, or where it fails."""
        if self._absent:
            return []
        try:
            if self._nvml is None:
                nvml = self._load()
                nvml.nvmlInit()
                self._nvml = nvml
            return [self._gpu(handle) for handle in self._handles()]
        except Exception:  # whatever is wrong with a driver, TensorFlow chooses by itself then
            self._absent = True
            return []

    def _handles(self) -> list[Any]:
        nvml = self._nvml
        if self._visible is None:
            return [nvml.nvmlDeviceGetHandleByIndex(n) for n in range(nvml.nvmlDeviceGetCount())]
        names = [name.strip() for name in self._visible.split(",") if name.strip()]
        return [
            nvml.nvmlDeviceGetHandleByIndex(int(name)) if name.isdigit() else nvml.nvmlDeviceGetHandleByUUID(name)
            for name in names
        ]

    def _gpu(self, handle: Any) -> Gpu:
        uuid = self._nvml.nvmlDeviceGetUUID(handle)
        named = uuid.decode("ascii") if isinstance(uuid, bytes) else str(uuid)
        return Gpu(named, int(self._nvml.nvmlDeviceGetMemoryInfo(handle).free))


def _nvml() -> Any:
    import pynvml

    return pynvml


def chosen(device: str, found: Iterable[Gpu], taken: Iterable[str]) -> str:
    """The GPU for one more process, by its UUID: the one that fewest of ours work on, of these that with the most free
    memory. Empty where `device` leaves no choice, or there is none."""
    if device not in ("auto", "gpu"):
        return ""
    at_work = Counter(taken)
    best = min(found, key=lambda gpu: (at_work[gpu.uuid], -gpu.free), default=None)
    return best.uuid if best else ""
