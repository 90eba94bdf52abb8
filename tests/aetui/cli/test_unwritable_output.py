"""What becomes of a command whose output cannot be written: a full disk, a reader that has gone, closed streams."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from fakes import FakeRun

from engine.runs.jobs import TrainJob
from engine.runs.store import RunStore

AETUI = f"{sys.executable} -m aetui"
TRAIN = "train vanilla --set hidden_dim=4 --epochs"


def shell(command: str, home: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """As a user types it; the exit status is the first command's of a pipe."""
    line = f"{AETUI} {command}; exit ${{PIPESTATUS[0]}}"
    return subprocess.run(["bash", "-c", line], env=home, capture_output=True, text=True, timeout=400, check=False)


COMMANDS = ("--help", "data", "variants vanilla", "runs")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_whose_results_cannot_be_written_says_so_in_a_line_and_ends_with_1(
    command: str, home: dict[str, str]
) -> None:
    if command == "runs":
        store = RunStore(Path(home["HOME"], ".local/share/aetui/runs"))
        run = FakeRun(store, "run", TrainJob(variant="vanilla", dataset="digits"))
        run.stamp(run.started())
    done = shell(f"-q {command} > /dev/full", home)
    assert done.returncode == 1
    assert done.stderr == "aetui: standard output cannot be written: No space left on device\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("target", "became"),
    [
        ("> /dev/full", "(No space left on device); the training was stopped before it began, and nothing new"),
        pytest.param(
            ">&-",
            "(Bad file descriptor); the training was stopped before it began, and nothing new",
            marks=pytest.mark.long,
        ),
        ("| grep -m1 epoch_ended", "was stopped, its weights are kept: `aetui resume"),
    ],
)
def test_a_training_whose_events_cannot_be_written_is_stopped_and_says_what_became_of_it(
    home: dict[str, str], target: str, became: str
) -> None:
    done = shell(f"-q {TRAIN} 5000 --json {target}", home)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("aetui: Events lost: the JSON lines could not be written")
    assert became in done.stderr


@pytest.mark.slow
def test_without_standard_error_or_with_one_on_a_full_disk_the_work_goes_on(home: dict[str, str]) -> None:
    for nowhere in ("2>&-", "2>/dev/full"):
        done = shell(f"{TRAIN} 1 --json {nowhere}", home)
        assert (done.returncode, done.stderr) == (0, "")
        *_, last = map(json.loads, done.stdout.splitlines())
        assert (last["type"], last["outcome"]) == ("run_finished", "completed")
    assert shell("runs show nothing 2>&-", home).returncode == 2
