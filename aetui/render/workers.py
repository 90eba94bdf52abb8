"""The workers that train a run together, a line for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from aetui.render import numbers

if TYPE_CHECKING:
    from engine.workers.worker import Worker

LATE_SECONDS = 10.0
"""After which a worker that says nothing is said to be silent: it reports about once a second."""


def lines(workers: Sequence[Worker], now: float, *, going: bool) -> list[tuple[str, str]]:
    """Name and what is known of each at the time `now`: host, device, rate, and while the run is `going` how long ago
    it was heard of."""
    return [(f"worker {worker.index}", _line(worker, now, going)) for worker in workers]


def _line(worker: Worker, now: float, going: bool) -> str:
    told = f"{worker.host}, {worker.device}, {numbers.rate(worker.items_per_second, 'items')}"
    silent = max(0.0, now - worker.at)
    if not going:
        return told
    return f"{told}, heard of {silent:.0f} s ago{' ▲ silent' if silent > LATE_SECONDS else ''}"
