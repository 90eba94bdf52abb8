"""What reading hostile input may come to, and what it may cost."""

from __future__ import annotations

import os
import time
import tracemalloc
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import HealthCheck, Phase, settings

from engine.errors import EngineError

EXAMPLES = int(os.environ.get("AETUI_HOSTILE", "40"))
"""Hostile inputs for each reader."""
SECONDS = 5.0
"""Of processor time, for one input."""
BYTES = 64 * 2**20
"""For one input; all of them are much smaller."""

hostile = settings(
    max_examples=EXAMPLES,
    deadline=None,  # by the clock on the wall, which tells more of the machine than of the reader
    database=None,
    phases=[Phase.explicit, Phase.generate],  # to shrink what takes seconds takes hours
    print_blob=True,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
        HealthCheck.function_scoped_fixture,
    ],
)

_STATUS, _RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


class Cost(NamedTuple):
    """What one reading took: processor time, and the most memory above what there was before."""

    seconds: float
    allocated: int
    """Asked for by Python and NumPy, touched or not."""
    resident: int
    """Touched by anything in the process; 0 where the system does not tell."""


readings: list[Cost] = []
"""Of the present test."""


def outcome(read: Callable[[], Any]) -> Any:
    """What `read` returns, or the project's own error that it raises; anything else is a fault, and so is its cost."""
    found, cost = measured(read)
    readings.append(cost)
    assert cost.seconds < SECONDS, cost
    assert max(cost.allocated, cost.resident) < BYTES, cost
    if isinstance(found, EngineError):
        assert str(found)
    return found


def measured(read: Callable[[], Any]) -> tuple[Any, Cost]:
    """What `read` came to, and what it cost."""
    resident = _resident_from_now()
    tracemalloc.start()
    began = time.process_time()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = _tried(read)
        cost = Cost(time.process_time() - began, tracemalloc.get_traced_memory()[1], resident())
    finally:
        tracemalloc.stop()
    return found, cost


def _tried(read: Callable[[], Any]) -> Any:
    try:
        return read()
    except EngineError as error:
        return error


def _resident_from_now() -> Callable[[], int]:
    """A function that tells by how much the process has grown at most since."""
    try:
        _RESET.write_text("5")  # sets the peak back to what there is
        before = _kilobytes("VmRSS")
    except OSError:
        return lambda: 0
    return lambda: max(0, _kilobytes("VmHWM") - before) * 1024


def _kilobytes(name: str) -> int:
    line = next(line for line in _STATUS.read_text().splitlines() if line.startswith(name))
    return int(line.split()[1])
