"""The installed program in a real terminal, driven by its keys, on real handwritten digits."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pseudo_terminal import Terminal

ENTER, LEFT, END = "\r", "\x1b[D", "\x1b[F"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "AETUI_", "NO_COLOR"))}
    return {**kept, "HOME": str(tmp_path), "TERM": "xterm-256color", "LANG": "C.UTF-8"}


@pytest.fixture
def terminal(environment: dict[str, str]) -> Iterator[Terminal]:
    program = Path(sys.executable).with_name("aetui")
    made = Terminal([str(program)], environment)
    yield made
    made.close()


def set_epochs(terminal: Terminal, epochs: int) -> None:
    """Type into the settings, wherever the field stands."""
    terminal.until("ready")
    terminal.press("s")
    for _ in range(20):
        if re.search(r"▸ epochs", terminal.text):
            break
        terminal.press("j")
    terminal.press(*str(epochs), ENTER)
    terminal.until(re.compile(f"epochs +{epochs}").search)


def test_choose_train_two_epochs_look_back_and_quit(terminal: Terminal, tmp_path: Path) -> None:
    assert "digits" in terminal.until("Vanilla")
    set_epochs(terminal, 2)
    terminal.press("t")
    screen = terminal.until("completed")
    assert "epoch 2/2" in screen
    terminal.until("Digits · epoch 2 of 2")
    terminal.until(lambda text: text.count("▀") > 300)
    terminal.until(lambda text: any(0x2800 < ord(cell) < 0x2900 for cell in text))  # a curve in braille
    terminal.press(LEFT)
    terminal.until("Digits · epoch 1 of 2")
    terminal.press(END)
    terminal.until("Digits · epoch 2 of 2")
    terminal.press("q")
    assert terminal.wait() == 0
    [run] = (tmp_path / ".local/share/aetui/runs").iterdir()
    assert {path.name for path in run.iterdir()} == {
        "run.json",
        "events.jsonl",
        "checkpoint.safetensors",
        "best.safetensors",
        "samples",
    }


def test_quitting_in_mid_run_asks_and_saves(terminal: Terminal, environment: dict[str, str]) -> None:
    set_epochs(terminal, 99_999)
    terminal.press("t")
    terminal.until("step ")
    terminal.press("q")
    terminal.until("Stop and save")
    terminal.press(ENTER)
    assert terminal.wait() == 0
    again = Terminal([sys.executable, "-m", "aetui", "runs"], environment)
    assert again.wait() == 0
    assert "stopped" in again.until("stopped")
    again.close()


@pytest.mark.parametrize("how", ["SIGHUP", "SIGTERM", "hang-up"])
def test_a_run_is_saved_when_the_terminal_goes_or_the_process_is_told_to_end(
    environment: dict[str, str], how: str
) -> None:
    program = str(Path(sys.executable).with_name("aetui"))
    # Not its controlling terminal, so that it can go without a signal.
    terminal = Terminal([program], environment)
    set_epochs(terminal, 99_999)
    terminal.press("t")
    terminal.until("step ")
    if how == "hang-up":
        terminal.hang_up()
    else:
        terminal.process.send_signal(signal.Signals[how])
    assert terminal.process.wait(20) == 128 + (signal.SIGTERM if how == "SIGTERM" else signal.SIGHUP)
    runs = subprocess.run([program, "runs"], env=environment, capture_output=True, text=True, check=True).stdout
    assert "stopped" in runs
