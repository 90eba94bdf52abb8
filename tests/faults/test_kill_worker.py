"""One kill of a worker at a random moment; `python tests/faults/kill_worker.py --kills 20` does twenty."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("kill_worker.py")


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_worker_that_is_killed_leaves_no_trace_in_the_curve() -> None:
    command = [sys.executable, str(PROGRAM), "--kills", "1", "--epochs", "60", "--within", "0.5"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
