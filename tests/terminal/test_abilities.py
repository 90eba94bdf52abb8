"""The installed program on terminals that are poor, light or slow to answer."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from detached_runs import PROGRAM
from pseudo_terminal import Terminal

QUESTION, LIGHT, LAST = b"\x1b]11;?", "\x1b]11;rgb:ffff/fafa/f0f0\x1b\\", "\x1b[?62;22c"
PAPER = b"48;2;250;248;244m"
FIRST_FRAME = 30


def read_until(terminal: Terminal, wanted: bytes) -> bytes:
    """All that the program wrote up to `wanted`, past the emulator."""
    end, written = time.monotonic() + FIRST_FRAME, b""
    while wanted not in written:
        assert time.monotonic() < end, written[-300:]
        written += terminal.read(0.05)
    return written


@pytest.mark.parametrize("late", [False, True])
def test_a_light_terminal_gets_the_light_theme_and_no_key_is_lost(environment: dict[str, str], late: bool) -> None:
    terminal = Terminal([PROGRAM], {**environment, "COLORTERM": "truecolor"})
    try:
        read_until(terminal, QUESTION)
        terminal.send("2")  # to the runs
        if late:
            assert PAPER not in read_until(terminal, b"Runs")
        terminal.send(LIGHT + LAST)
        assert b"No run yet" in read_until(terminal, PAPER) + read_until(terminal, b"reload")
    finally:
        terminal.close()


def test_a_terminal_of_old_is_sent_nothing_but_ascii_and_is_not_asked(environment: dict[str, str]) -> None:
    terminal = Terminal([PROGRAM], {**environment, "TERM": "vt100", "LANG": "C"})
    try:
        written = read_until(terminal, b"palette")
    finally:
        terminal.close()
    assert written.isascii()
    assert b"=======+" in written  # the frame in focus
    assert QUESTION not in written
    attributes = {part for styled in re.findall(rb"\x1b\[([\d;]*)m", written) for part in styled.split(b";")}
    assert attributes <= {b"0", b"1", b"4", b"7"}  # none, bold, underlined, reversed


def test_a_terminal_that_cannot_place_its_cursor_is_refused_in_a_sentence(environment: dict[str, str]) -> None:
    dumb = {**environment, "TERM": "dumb"}
    terminal = Terminal([sys.executable, "-m", "aetui"], dumb, columns=200)
    assert terminal.wait() == 2
    assert "aetui: No screen: the workbench has to place its cursor, which TERM=dumb cannot" in terminal.text
    terminal.close()
    listed = subprocess.run([PROGRAM, "runs"], env=dumb, capture_output=True, text=True, check=True, cwd=Path.home())
    assert "no runs yet" in listed.stdout + listed.stderr
