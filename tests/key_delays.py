"""How soon a key is answered, measured from outside, in a real pseudo-terminal: from the key's byte going in until the
last words of what it brings have come out.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import quantiles
from typing import NamedTuple

from pseudo_terminal import ENTER, Terminal

LEFT, RIGHT, UP, DOWN, HOME = "\x1b[D", "\x1b[C", "\x1b[A", "\x1b[B", "\x1b[H"
PAUSES = 0.02, 0.12
"""Seconds before a key, drawn: anywhere between two repaints."""


class Delays(NamedTuple):
    """Milliseconds."""

    middle: float
    late: float
    """The 99th percentile."""
    worst: float

    @classmethod
    def told(cls, what: str, found: Sequence[float]) -> Delays:
        """Of as many keys as there are in `found`, printed."""
        percentiles = quantiles(found, n=100)
        delays = cls(percentiles[49], percentiles[98], max(found))
        print(
            f"{what}, {len(found)} times: p50 {delays.middle:.1f} ms, p99 {delays.late:.1f} ms, "
            f"worst {delays.worst:.1f} ms"
        )
        return delays


def environment(home: Path) -> dict[str, str]:
    """That of a user who starts the program for the first time."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    return {**kept, "HOME": str(home), "TERM": "xterm-256color", "AETUI_RUNS": str(home / "runs")}


def delay(terminal: Terminal, key: str, *words: str) -> float:
    """Milliseconds from `key` until all `words`, of which the frame it brings has the last, are out."""
    time.sleep(random.uniform(*PAUSES))
    while terminal.read(0.002):
        pass
    since = time.perf_counter()
    terminal.send(key)
    return 1000 * terminal.seconds_until(*words, since=since)


def train_on_digits(terminal: Terminal, model: str) -> None:
    """Begin a run that does not end while keys are measured."""
    terminal.until("ready", timeout=120)
    for command in (f"model {model}", "dataset digits", "preset small", "set epochs 5000"):
        terminal.press(":")
        terminal.pump(0.5)
        terminal.send(command + ENTER)
        terminal.pump(0.5)
    terminal.press("t")


def idle(terminal: Terminal, seconds: float) -> None:
    """Read what comes for a while."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        terminal.read(0.01)


def wait_for(terminal: Terminal, path: Path) -> None:
    """Until the program has written `path`."""
    end = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < end, f"expected {path}"
        terminal.read(0.05)
