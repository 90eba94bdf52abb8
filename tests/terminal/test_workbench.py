"""The installed program in a real terminal, driven by its keys, on real handwritten digits."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pseudo_terminal import ENTER, Terminal, set_epochs

LEFT, END = "\x1b[D", "\x1b[F"


@pytest.fixture
def terminal(environment: dict[str, str]) -> Iterator[Terminal]:
    program = Path(sys.executable).with_name("aetui")
    made = Terminal([str(program)], environment)
    yield made
    made.close()


def test_choose_train_two_epochs_look_back_and_quit(terminal: Terminal, tmp_path: Path) -> None:
    terminal.until(lambda text: "Vanilla" in text and "digits" in text)
    set_epochs(terminal, 2)
    terminal.press("t")
    screen = terminal.until("completed")
    assert "epoch 2/2" in screen
    terminal.until("digits · 2/2")
    terminal.until(lambda text: sum(text.count(cell) for cell in "▀▄▌▐▖▗▘▝▚▞▙▟▛▜█") > 300)
    terminal.until(lambda text: any(0x2800 < ord(cell) < 0x2900 for cell in text))  # a curve in braille
    terminal.press(LEFT)
    terminal.until("digits · 1/2")
    terminal.press(END)
    terminal.until("digits · 2/2")
    terminal.press("q")
    assert terminal.wait() == 0
    [run] = (tmp_path / ".local/share/aetui/runs").glob("[!.]*")  # the index stands beside
    assert {path.name for path in run.iterdir()} == {
        "run.json",
        "events.jsonl",
        "checkpoint.safetensors",
        "best.safetensors",
        "snapshots.bin",
        "steps.npz",
        "weights",
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
