"""Light or dark: the terminal is asked for the colour of its background while the program is still being loaded.

No time is lost by it: what has not answered by the time the screen could be drawn is not waited for, and a later answer
is heard by `aetui.terminal.keyboard`. Keys that were typed meanwhile are kept.
"""

from __future__ import annotations

import os
import re
import select
import sys
import termios
from contextlib import suppress
from time import monotonic
from typing import Any, NamedTuple

QUESTION = b"\x1b]11;?\x1b\\\x1b[c"
"""The background, then what every terminal tells of itself: when that comes, nothing else will."""
ANSWERS = re.compile(r"\x1b\](?:1[01];[^\x07\x1b]*)(?:\x07|\x1b\\)|\x1b\[\?[\d;]*c")
_COLOUR = re.compile(r"11;rgba?:([\da-f]+)/([\da-f]+)/([\da-f]+)", re.IGNORECASE)
_BEGUN = re.compile(r"\x1b(?:\](?:1(?:[01](?:;[^\x07\x1b]*\x1b?)?)?)?|\[\?[\d;]*)$")
"""An answer of which the rest is still on its way; a lone escape would be a key."""
_LAST = re.compile(r"\x1b\[\?[\d;]*c")

PATIENCE = 0.1
"""Seconds from the question for which an answer is worth waiting; loading takes longer."""
_LIGHT = 0.5
"""Relative lightness above which dark text can be read better than light text."""


class Answer(NamedTuple):
    """What came of it."""

    light: bool | None = None
    typed: str = ""
    """Keys that came with the answer or before it."""
    begun: str = ""
    """The beginning of an answer whose rest is to come."""
    outstanding: bool = False
    """Whether the terminal may still answer."""


class Question:
    """Sent when made. `answer` has to be called: until then the terminal shows nothing of what is typed."""

    def __init__(self, keyboard: int | None = None, screen: int | None = None) -> None:
        self._keyboard = sys.stdin.fileno() if keyboard is None else keyboard
        self._screen = sys.stdout.fileno() if screen is None else screen
        self._heard = b""
        self._until = 0.0
        self._before: list[Any] | None = None
        with suppress(termios.error, OSError):
            self._before = termios.tcgetattr(self._keyboard)
            self._ask()

    def _ask(self) -> None:
        quiet = termios.tcgetattr(self._keyboard)
        quiet[0] &= ~termios.ICRNL
        quiet[3] &= ~(termios.ECHO | termios.ICANON)
        termios.tcsetattr(self._keyboard, termios.TCSANOW, quiet)
        os.write(self._screen, QUESTION)
        self._until = monotonic() + PATIENCE

    def answer(self) -> Answer:
        """Wait for it for what is left of the time, and leave the terminal as it was."""
        try:
            while self._until and not _LAST.search(self._text) and self._more():
                pass
        finally:
            if self._before is not None:
                with suppress(termios.error):
                    termios.tcsetattr(self._keyboard, termios.TCSANOW, self._before)
        typed, begun = without_answers(self._text)
        return Answer(is_light(self._text), typed, begun, bool(self._until) and _LAST.search(self._text) is None)

    def _more(self) -> bool:
        """Whether something came in time."""
        if not select.select([self._keyboard], [], [], max(0.0, self._until - monotonic()))[0]:
            return False
        some = os.read(self._keyboard, 4096)
        self._heard += some
        return bool(some)

    @property
    def _text(self) -> str:
        return self._heard.decode("utf-8", "replace")


def without_answers(text: str) -> tuple[str, str]:
    """The keys in `text`, and the beginning of an answer at its end."""
    typed = ANSWERS.sub("", text)
    begun = _BEGUN.search(typed)
    return (typed[: begun.start()], begun[0]) if begun else (typed, "")


def is_light(text: str) -> bool | None:
    """What an answer in `text` tells, of 4, 8, 12 or 16 bits a colour; None if there is none."""
    found = _COLOUR.search(text)
    if found is None:
        return None
    red, green, blue = (int(part, 16) / (16 ** len(part) - 1) for part in found.groups())
    return 0.299 * red + 0.587 * green + 0.114 * blue > _LIGHT
