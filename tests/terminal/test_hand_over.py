"""Runs that the workbench leaves to another process."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from detached_runs import PROGRAM, detached, only_run
from pseudo_terminal import Terminal, set_epochs

pytestmark = pytest.mark.slow


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
