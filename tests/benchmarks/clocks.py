"""A clock for sides that do the same work in turns, on a machine whose speed drifts.

A side is timed as its users run it: several epochs in one go, from the end of one to the end of the next. The first
epoch of each go, with all that starting takes, does not count. Ours and a peer take turns, a block of epochs each, and
a ratio is one of two neighbouring blocks.
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import NamedTuple

Ended = Callable[[float], None]
"""Called at the end of each epoch with its loss."""
Side = Callable[[int, Ended], None]
"""Trains so many epochs in one go; the next call goes on with the same weights."""

ROUNDS = int(os.environ.get("AETUI_ROUNDS", "5"))
"""Blocks of each peer."""
EPOCHS = 4
"""That count in a block; one more goes before them."""
MOST_ITEMS = int(os.environ.get("AETUI_ITEMS", "0"))
"""To see whether a benchmark runs at all: with so few items its figures mean nothing, and nothing is held against them;
0: as many as it asks for."""


class Figures(NamedTuple):
    """What was found of one side."""

    seconds: list[float]
    """Of each epoch that counts."""
    losses: list[float]
    """Of each epoch."""
    ratios: list[float]
    """How many times the time of ours it takes, for each two neighbouring blocks; of ours, nothing."""


def items(wanted: int) -> int:
    return min(wanted, MOST_ITEMS or wanted)


def race(
    ours: Side,
    peers: Mapping[str, Side],
    rounds: int = ROUNDS,
    epochs: int = EPOCHS,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, Figures]:
    """Ours, a peer, ours, the next peer, …, ours: `rounds` blocks of each peer, every one between two of ours."""
    found = {name: Figures([], [], []) for name in ("ours", *peers)}

    def block(name: str, side: Side) -> float:
        ends = []

        def ended(loss: float) -> None:
            ends.append(clock())
            found[name].losses.append(loss)

        side(epochs + 1, ended)
        seconds = [end - begin for begin, end in pairwise(ends)]
        found[name].seconds.extend(seconds)
        return median(seconds)

    before = block("ours", ours)
    for _ in range(rounds):
        for name, peer in peers.items():
            theirs, after = block(name, peer), block("ours", ours)
            found[name].ratios.extend([theirs / before, theirs / after])
            before = after
    return found


def last_losses(found: Mapping[str, Figures]) -> dict[str, float]:
    """Each side's loss after as many epochs as all have trained, as a ratio against ours: who does the same work, from
    the same weights, has about the same."""
    last = min(len(side.losses) for side in found.values()) - 1
    return {name: side.losses[last] / found["ours"].losses[last] for name, side in found.items()}


def rows(what: str, found: Mapping[str, Figures], steps: int, *more: str) -> Iterator[str]:
    """The lines of a Markdown table, ready for docs/measurements.md; an epoch has `steps` steps."""
    machine, losses = f"{device()}; {versions(*more)}", last_losses(found)
    yield "| what | ms a step | s an epoch | against ours (from–to) | its loss against ours | epochs | machine |"
    yield "|---|---|---|---|---|---|---|"
    for name, side in found.items():
        seconds = median(side.seconds)
        against, loss = "", ""
        if side.ratios:
            against = f"{median(side.ratios):.2f} × ({min(side.ratios):.2f}–{max(side.ratios):.2f})"
            loss = f"{losses[name]:.4f} ×"
        times = f"{1e3 * seconds / steps:.2f} | {seconds:.3f}"
        yield f"| {what}, {name} | {times} | {against} | {loss} | {len(side.seconds)} | {machine} |"


def held(side: Figures, least: float) -> None:
    """That ours is so many times faster than `side`, unless there were too few items to tell."""
    if not MOST_ITEMS:
        assert median(side.ratios) >= least


def device() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    cores = len(os.sched_getaffinity(0))
    return f"{cores} cores of {names[0] if names else platform.machine()}"


def versions(*more: str) -> str:
    """Of Python, TensorFlow, Keras and `more` packages where they are installed."""
    found = [f"Python {platform.python_version()}"]
    for name in ("tensorflow", "keras", *more):
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)
