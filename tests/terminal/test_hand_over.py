"""Runs that outlive their terminal."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from pseudo_terminal import Terminal, set_epochs

from engine.events import EpochEnded, RunFinished, RunHandedOver, RunResumed
from engine.store import RunRecord, RunStore

PROGRAM = str(Path(sys.executable).with_name("aetui"))
# Epochs of several chunks: the terminal goes in the midst of one.
TRAINING = ["train", "vanilla", "--dataset", "digits", "--epochs", "4", "--set", "batch_size=1", "--seed", "5"]


def detached(home: Path) -> list[psutil.Process]:
    """The processes that train without a terminal for this user."""
    found = []
    for process in psutil.process_iter():
        try:
            if "engine.__main__" in " ".join(process.cmdline()) and process.environ().get("HOME") == str(home):
                found.append(process)
        except psutil.Error:
            continue
    return found


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """No process is left when the test is over."""
    yield tmp_path
    for process in detached(tmp_path):
        process.kill()


def only_run(home: Path) -> RunRecord:
    [record] = RunStore(home / ".local/share/aetui/runs").runs()
    return record


def wait_until_ended(record: RunRecord, timeout: float = 60) -> None:
    until = time.monotonic() + timeout
    while record.status == "running" and time.monotonic() < until:
        time.sleep(0.1)


def figures(record: RunRecord) -> list[object]:
    events = record.events()[0]
    epochs = [(event.epoch, event.train, event.validation) for event in events if isinstance(event, EpochEnded)]
    return [*epochs, *(event.figures for event in events if isinstance(event, RunFinished))]


def test_a_training_whose_terminal_goes_in_mid_epoch_completes_with_the_figures_of_an_undisturbed_one(
    environment: dict[str, str], home: Path
) -> None:
    terminal = Terminal([PROGRAM, *TRAINING], environment, controlling=True)
    terminal.until("epoch 2/4 ")
    began = time.monotonic()
    terminal.process.send_signal(signal.SIGHUP)
    terminal.hang_up()  # some shells send the signal, and the system sends it again
    assert terminal.process.wait(10) == 128 + signal.SIGHUP
    assert time.monotonic() - began < 2
    record = only_run(home)
    assert len(detached(home)) == 1
    undisturbed = {**environment, "AETUI_RUNS": str(home / "undisturbed")}
    subprocess.run([PROGRAM, "--quiet", *TRAINING], env=undisturbed, capture_output=True, check=True)
    wait_until_ended(record)
    events = record.events()[0]
    [left] = [event for event in events if isinstance(event, RunHandedOver)]
    [resumed] = [event for event in events if isinstance(event, RunResumed)]
    assert (resumed.epoch, resumed.step) == (left.epoch, left.step)
    assert left.step > 0
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert figures(record) == figures(RunStore(home / "undisturbed").find("last"))
    assert not [path.name for path in record.folder.rglob("*") if path.name in ("pulse", "request", "events.tmp")]


def test_a_run_that_is_left_running_is_found_again_and_can_be_stopped(environment: dict[str, str], home: Path) -> None:
    terminal = Terminal([PROGRAM], environment)
    set_epochs(terminal, 99_999)
    terminal.press("t")
    terminal.until("step ")
    terminal.press("q")
    terminal.until("Leave it running")
    terminal.press("r")
    assert terminal.wait() == 0
    assert "goes on in process" in terminal.text
    [process] = detached(home)
    process.send_signal(signal.SIGHUP)  # it has no terminal to lose
    again = Terminal([PROGRAM, "open", "last"], environment)
    again.until("training elsewhere")
    again.until("step ")  # what is never recorded is seen, too
    again.press("x")
    again.until("stopped")
    assert only_run(home).status == "stopped"
    again.close()


@pytest.mark.parametrize("how", ["SIGTERM", "hang-up"])
def test_the_workbench_leaves_its_run_to_another_process_when_it_has_to_go(
    environment: dict[str, str], home: Path, how: str
) -> None:
    # Not its controlling terminal, so that it can go without a signal.
    terminal = Terminal([PROGRAM], environment)
    set_epochs(terminal, 99_999)
    terminal.press("t")
    terminal.until("step ")
    if how == "hang-up":
        terminal.hang_up()
    else:
        terminal.process.send_signal(signal.Signals[how])
    assert terminal.process.wait(20) == 128 + (signal.SIGTERM if how == "SIGTERM" else signal.SIGHUP)
    assert only_run(home).status == "running"
    assert len(detached(home)) == 1
