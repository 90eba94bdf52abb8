"""Which sides there are in a comparison."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from engine.benchmarks.turns import Side
from engine.nn.benchmarks.by_jax import Jax
from engine.nn.benchmarks.by_torch import Torch
from engine.nn.benchmarks.counterparts import Halves, Lacking
from engine.nn.benchmarks.fit import Fit
from engine.nn.benchmarks.ours import Ours
from engine.nn.benchmarks.products import Products
from engine.nn.benchmarks.tape import Tape
from engine.nn.benchmarks.task import Task
from engine.nn.recurrent import on_gpu
from engine.storage.packages import install_extra


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
    if "fit32" in against:
        for precision in precisions:
            yield Fit(task, precision, many=32)
    if "tape" in against:
        for precision in precisions:
            yield Tape(task, precision)
    for name, make in OTHERS.items():
        if name in against:
            yield from _others(name, make, task, precisions, missing)
    for precision in precisions:
        yield Products(task.operations, precision)


OTHERS: dict[str, Callable[[Halves, str], Side]] = {
    "jax": Jax,
    "torch": Torch,
    "torch.compile": partial(Torch, compiled=True),
}
"""Sides in other libraries, by the names that they are asked for with."""


def _others(
    name: str,
    make: Callable[[Halves, str], Side],
    task: Task,
    precisions: Sequence[str],
    missing: Callable[[str], None],
) -> Iterator[Side]:
    try:
        halves = Halves(task)
        for precision in precisions:
            yield make(halves, precision)
    except Lacking as lacking:
        missing(f"{name}: {lacking}")
    except ImportError:
        missing(f"{name}: not installed; {install_extra('bench')}")


def halves() -> bool:
    """Whether this device has instructions for bfloat16, so that `auto` may choose it."""
    told = Path("/proc/cpuinfo")
    return on_gpu() or (told.exists() and "_bf16" in told.read_text())
