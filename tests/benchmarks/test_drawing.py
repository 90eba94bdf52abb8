"""How soon what is drawn comes back from the model while a training uses the whole machine."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import pytest
from key_delays import Delays, environment, idle, wait_for
from pseudo_terminal import Terminal

ROUNDS = 60
STROKE = 20
LEFT, TOP = 42, 22
"""A cell of the pad on a screen of 120 × 40."""

pytestmark = [pytest.mark.benchmark, pytest.mark.data, pytest.mark.timeout(300)]


def test_a_key_or_the_mouse_brings_the_reconstruction_within_25_ms_while_mnist_trains(tmp_path: Path) -> None:
    """From a key that was read to the output on the screen: every second key changes a stroke, every second all of the
    pad; then strokes of the mouse."""
    if "AETUI_DATA" not in os.environ:
        pytest.skip("set AETUI_DATA to a folder with mnist.npz")
    result = tmp_path / "delays"
    script = Path(__file__).with_name("drawing_delay.py")
    terminal = Terminal([sys.executable, str(script), str(result)], environment(tmp_path))
    try:
        terminal.until("ready")
        terminal.press("t")
        terminal.until("epoch 2/")
        terminal.press("D")
        wait_for(terminal, result.with_suffix(".ready"))
        idle(terminal, 4.0)  # the codes of real items are there then
        for _ in range(ROUNDS):
            for key in (" ", "I"):
                terminal.send(key)
                idle(terminal, random.uniform(0.03, 0.12))
        keys = lines(result)
        for _ in range(ROUNDS // STROKE):
            terminal.send(f"\x1b[<0;{LEFT};{TOP}M")
            for step in range(STROKE):
                idle(terminal, 0.03)
                terminal.send(f"\x1b[<32;{LEFT + step};{TOP + step // 3}M")
            terminal.send(f"\x1b[<0;{LEFT + STROKE};{TOP}m")
            idle(terminal, 0.3)
        assert "training" in terminal.text
    finally:
        terminal.close()
    mouse = lines(result)[len(keys) :]
    assert len(keys) > ROUNDS
    assert len(mouse) > ROUNDS // 2
    for name, found in (("key", keys), ("mouse", mouse)):
        delays = Delays.told(f"{name} to output", [delay for delay, _ in found])
        Delays.told("the model's part of it", [took for _, took in found])
        assert delays.middle <= 25
        assert delays.late <= 60


def lines(path: Path) -> list[tuple[float, float]]:
    """Milliseconds, in all and of the model."""
    rows = [line.split() for line in path.read_text().splitlines()]
    return [(float(delay), float(took)) for delay, took in rows]
