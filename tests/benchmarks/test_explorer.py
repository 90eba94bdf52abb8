"""How soon a key in the latent explorer brings another picture, while a run trains and afterwards.

Measured from outside, in a real pseudo-terminal: from a key's byte going in until the line below the picture, which is
written after it in the same frame, has come out.
"""

from __future__ import annotations

import os
import random
import sys
import time
from pathlib import Path
from statistics import quantiles

import pytest
from pseudo_terminal import ENTER, Terminal

LEFT, RIGHT, UP, DOWN = "\x1b[D", "\x1b[C", "\x1b[A", "\x1b[B"
KEYS = 150

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(300)]


def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    return {**kept, "HOME": str(home), "TERM": "xterm-256color", "AETUI_RUNS": str(home / "runs")}


def picture(terminal: Terminal, key: str) -> float:
    """Milliseconds from a key until what it brings is out."""
    time.sleep(random.uniform(0.05, 0.12))  # anywhere between two repaints
    while terminal.read(0.002):
        pass
    since = time.perf_counter()
    terminal.send(key)
    return 1000 * terminal.seconds_until("z1 = ", since=since)


def percentiles(terminal: Terminal, when: str) -> tuple[float, float]:
    walk = (RIGHT, UP, LEFT, DOWN)
    delays = [picture(terminal, walk[at // 4 % 4]) for at in range(KEYS)]
    found = quantiles(delays, n=100)
    print(
        f"key to picture {when}, {KEYS} keys: p50 {found[49]:.1f} ms, p99 {found[98]:.1f} ms, worst {max(delays):.1f}"
    )
    return found[49], found[98]


@pytest.mark.parametrize("model", ["vanilla", "variational", "convolutional"])
def test_a_key_brings_its_picture_within_25_ms_and_seldom_later_than_60_while_a_run_trains(
    model: str, tmp_path: Path
) -> None:
    terminal = Terminal([sys.executable, "-m", "aetui"], environment(tmp_path))
    try:
        terminal.until("ready")
        for command in (f"model {model}", "dataset digits", "preset small", "set epochs 5000"):
            terminal.press(":")
            terminal.pump(0.5)
            terminal.send(command + ENTER)
            terminal.pump(0.5)
        terminal.press("t")
        terminal.until("/5,000 ")
        terminal.press("c")
        terminal.until("codes ·")
        terminal.pump(0.5)
        terminal.send(ENTER)
        terminal.until("nearest:")
        middle, late = percentiles(terminal, f"while {model} trains")
        assert "training" in terminal.text
        terminal.press("x")
        terminal.until("stopped")
        percentiles(terminal, "at rest")
    finally:
        terminal.close()
    assert middle <= 25
    assert late <= 60
