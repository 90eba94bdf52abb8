"""How much is sent to the terminal while a run goes on: counted at the other end of a real pseudo-terminal.

Truecolour and pictures that are nothing but noise are the dearest; an epoch takes half a second, so that curves and
pictures are always due.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest
from pseudo_terminal import Terminal

SECONDS = 30.0
SETTLING = 5.0
"""Seconds from the first step, in which the screen is filled."""
SIZES = ((80, 24), (120, 40), (200, 60), (240, 70))

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(300)]


@pytest.mark.parametrize(("columns", "rows"), SIZES)
@pytest.mark.parametrize(("bandwidth", "most"), [("full", 20_000), ("low", 4_000)])
def test_the_bytes_a_second_stay_below_the_promise(
    tmp_path: Path, columns: int, rows: int, bandwidth: str, most: int
) -> None:
    script = Path(__file__).with_name("played.py")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "AETUI_", "NO_COLOR"))}
    told = {"HOME": str(tmp_path), "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
    path = os.pathsep.join([str(script.parent.parent), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, str(script), str(tmp_path / "runs"), bandwidth]
    terminal = Terminal(command, {**kept, **told, "PYTHONPATH": path}, columns, rows)
    try:
        terminal.until("ready")
        terminal.press("t")
        terminal.until("training")
        bytes_in(terminal, SETTLING)
        written, most_in_a_second = bytes_in(terminal, SECONDS)
        assert terminal.process.poll() is None
    finally:
        terminal.close()
    print(
        f"{columns}×{rows} {bandwidth}: {written / SECONDS / 1e3:.1f} kB/s over {SECONDS:.0f} s, "
        f"at most {most_in_a_second / 1e3:.0f} kB in one"
    )
    assert 0 < written / SECONDS <= most


def bytes_in(terminal: Terminal, seconds: float) -> tuple[int, int]:
    """What came in so many seconds, and in the fullest of them."""
    began = time.monotonic()
    counts = [0] * (int(seconds) + 1)
    while (passed := time.monotonic() - began) < seconds:
        counts[int(passed)] += len(terminal.read(0.05))
    return sum(counts), max(counts)
