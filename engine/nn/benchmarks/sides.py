"""Which sides there are in a comparison."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from engine.benchmarks.turns import Side
from engine.nn.benchmarks.fit import Fit
from engine.nn.benchmarks.ours import Ours
from engine.nn.benchmarks.products import Products
from engine.nn.benchmarks.task import Task
from engine.nn.recurrent import on_gpu


def sides(
    task: Task, precisions: Sequence[str], against: Sequence[str], missing: Callable[[str], None]
) -> Iterator[Side]:
    """Ours first, then who is asked for, then the products alone. `missing` is told of those that are not there.

    `fit` comes in float32, which are its defaults, and in the precisions that are asked for.
    """
    for precision in precisions:
        yield Ours(task, precision)
    if "fit" in against:
        for precision in dict.fromkeys(("float32", *precisions)):
            yield Fit(task, precision)
    for precision in precisions:
        yield Products(task.operations, precision)


def halves() -> bool:
    """Whether this device has instructions for bfloat16, so that `auto` may choose it."""
    told = Path("/proc/cpuinfo")
    return on_gpu() or (told.exists() and "_bf16" in told.read_text())
