"""A terminal that is asked for its background, before and after the screen listens."""

from __future__ import annotations

import os
import pty
import termios
from collections.abc import Iterator

import pytest
from textual import events

from aetui.terminal.background import QUESTION, Answer, Question, is_light
from aetui.terminal.keyboard import Parser

LIGHT, DARK, LAST = "\x1b]11;rgb:ffff/fafa/f0f0\x1b\\", "\x1b]11;rgb:11/13/16\x07", "\x1b[?62;22c"


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """The terminal's own end, and the program's."""
    ends = pty.openpty()
    yield ends
    for end in ends:
        os.close(end)


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (LIGHT + LAST, Answer(True)),
        (DARK + LAST, Answer(False)),
        (LAST, Answer()),
        (f"t{LIGHT}é{LAST}", Answer(True, "té")),
        ("t", Answer(None, "t", outstanding=True)),
        (LIGHT[:9], Answer(None, "", LIGHT[:9], outstanding=True)),
    ],
)
def test_the_answer_is_told_from_the_keys(terminal: tuple[int, int], sent: str, answer: Answer) -> None:
    outside, inside = terminal
    before = termios.tcgetattr(inside)
    question = Question(inside, inside)
    assert os.read(outside, 100) == QUESTION
    os.write(outside, sent.encode())
    assert question.answer() == answer
    assert termios.tcgetattr(inside) == before
    os.set_blocking(outside, False)
    with pytest.raises(BlockingIOError):  # nothing of it was echoed
        os.read(outside, 100)


def test_what_is_no_terminal_is_not_asked() -> None:
    read, write = os.pipe()
    assert Question(read, write).answer() == Answer()
    os.close(write)
    assert os.read(read, 1) == b""
    os.close(read)


@pytest.mark.parametrize(
    ("told", "light"), [("11;rgb:fff/fff/fff", True), ("11;rgba:0/0/0/f", False), ("11;rgb:8/7/7", False), ("", None)]
)
def test_colours_of_any_precision_are_read(told: str, light: bool | None) -> None:
    assert is_light(f"\x1b]{told}\x07" if told else "") is light


def keys(parser: Parser, *read: str) -> list[str]:
    found = [event for event in parser.tick() if isinstance(event, events.Key)]
    for data in read:
        found += [event for event in parser.feed(data) if isinstance(event, events.Key)]
    return [event.key for event in found]


def test_keys_that_were_typed_early_are_heard_first_and_once() -> None:
    parser = Parser(Answer(False, "t2"), pytest.fail)
    assert keys(parser, "x") == ["t", "2", "x"]
    assert keys(parser) == []


@pytest.mark.parametrize("late", [(f"a{LIGHT}{LAST}b",), (f"a{LIGHT[:12]}", f"{LIGHT[12:]}{LAST[:4]}", f"{LAST[4:]}b")])
def test_a_late_answer_is_told_and_is_no_key(late: tuple[str, ...]) -> None:
    told: list[bool] = []
    assert keys(Parser(Answer(outstanding=True), told.append), *late) == ["a", "b"]
    assert set(told) == {True}
