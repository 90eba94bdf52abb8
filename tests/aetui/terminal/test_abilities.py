"""What is told of a terminal by its name and the locale."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from aetui.terminal import abilities
from aetui.terminal.abilities import Abilities, can_be_asked, found


@pytest.mark.parametrize(
    ("term", "locale", "characters", "colours"),
    [
        ("xterm-256color", {"LANG": "en_GB.UTF-8"}, "unicode", True),
        ("tmux-256color", {"LC_ALL": "de_DE.utf8", "LANG": "C"}, "unicode", True),
        ("screen", {}, "unicode", True),
        ("xterm", {"LANG": "C"}, "ascii", True),
        ("xterm", {"LC_ALL": "POSIX", "LANG": "en_GB.UTF-8"}, "ascii", True),
        ("xterm", {"LANG": "de_DE.ISO-8859-1"}, "ascii", True),
        ("linux", {"LANG": "C.UTF-8"}, "console", True),
        ("linux", {"LANG": "C"}, "ascii", True),
        ("vt100", {"LANG": "C.UTF-8"}, "ascii", False),
        ("vt220", {}, "ascii", False),
        ("xterm-mono", {}, "unicode", False),
    ],
)
def test_name_and_locale_decide(term: str, locale: dict[str, str], characters: str, colours: bool) -> None:
    assert found({"TERM": term, **locale})[:2] == (characters, colours)


@pytest.mark.parametrize(("language", "characters"), [("C", "ascii"), ("", "unicode")])
def test_the_locale_that_python_puts_in_the_place_of_c_is_not_the_users(
    monkeypatch: pytest.MonkeyPatch, language: str, characters: str
) -> None:
    environ = {"TERM": "xterm", "LANG": language, "LC_CTYPE": "C.UTF-8"}
    assert found(environ).characters == "unicode"
    monkeypatch.setattr(abilities, "sys", SimpleNamespace(flags=SimpleNamespace(utf8_mode=1)))
    assert found(environ).characters == characters
    assert sys.flags


@pytest.mark.parametrize(
    ("told", "light"),
    [("0;15", True), ("12;default;7", True), ("15;0", False), ("7;8", False), ("15;²", None), ("", None)],
)
def test_a_background_that_the_environment_tells_is_taken(told: str, light: bool | None) -> None:
    assert found({"COLORFGBG": told}) == Abilities(light=light)


def test_only_terminals_that_do_not_show_the_question_are_asked() -> None:
    asked = {term for term in ("xterm", "tmux-256color", "vt100", "linux", "dumb", "") if can_be_asked({"TERM": term})}
    assert asked == {"xterm", "tmux-256color"}
