"""What is copied leaves the program by OSC 52."""

from __future__ import annotations

import base64
import re
import sys
import time
from pathlib import Path

from fakes import FakeRun, fake_store
from pseudo_terminal import Terminal

from engine.runs.jobs import TrainJob


def test_the_command_of_a_run_leaves_as_osc_52(environment: dict[str, str], tmp_path: Path) -> None:
    job = TrainJob(variant="vanilla", dataset="digits", preset="small", config={"epochs": 2})
    run = FakeRun(fake_store(tmp_path / "runs"), "20260101T000000Z-vanilla-0001", job)
    for event in (run.started(), run.epoch(1), run.epoch(2), run.finished("completed", 2)):
        run.stamp(event)
    outside = {name: value for name, value in environment.items() if name not in ("TMUX", "STY")}
    command = [sys.executable, "-m", "aetui", "--runs-dir", str(tmp_path / "runs"), "open", "last"]
    terminal = Terminal(command, outside)
    try:
        terminal.until("completed")
        terminal.send("Y")
        written, end = b"", time.monotonic() + 20
        while not (found := re.search(rb"\x1b]52;c;([\w+/=]+)\x07", written)) and time.monotonic() < end:
            written += terminal.read(0.1)
        assert found, written[-500:]
    finally:
        terminal.close()
    told = "aetui train vanilla --dataset digits --preset small --epochs 2 --seed 11"
    assert base64.b64decode(found[1]).decode() == told
