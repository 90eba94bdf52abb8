"""How soon a key in the latent explorer brings another picture, while a run trains and afterwards.

Measured from outside, in a real pseudo-terminal: from a key's byte going in until the line below the picture, which is
written after it in the same frame, has come out.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from key_delays import DOWN, LEFT, RIGHT, UP, Delays, delay, environment, train_on_digits
from pseudo_terminal import ENTER, Terminal

KEYS = 150

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(300)]


def walked(terminal: Terminal, when: str) -> Delays:
    walk = (RIGHT, UP, LEFT, DOWN)
    return Delays.told(f"key to picture {when}", [delay(terminal, walk[at // 4 % 4], "z1 = ") for at in range(KEYS)])


@pytest.mark.parametrize("model", ["vanilla", "variational", "convolutional"])
def test_a_key_brings_its_picture_within_25_ms_and_seldom_later_than_60_while_a_run_trains(
    model: str, tmp_path: Path
) -> None:
    terminal = Terminal([sys.executable, "-m", "aetui"], environment(tmp_path))
    try:
        train_on_digits(terminal, model)
        terminal.until("/5,000 ")
        terminal.press("c")
        terminal.until("codes ·")
        terminal.pump(0.5)
        terminal.send(ENTER)
        terminal.until("nearest:")
        delays = walked(terminal, f"while {model} trains")
        assert "training" in terminal.text
        terminal.press("x")
        terminal.until("stopped")
        walked(terminal, "at rest")
    finally:
        terminal.close()
    assert delays.middle <= 25
    assert delays.late <= 60
