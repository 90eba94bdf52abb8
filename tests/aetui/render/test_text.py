from __future__ import annotations

import json

import pytest
from escapes import HOSTILE, escaped
from hypothesis import given
from hypothesis import strategies as st

from aetui.render.text import plain, plain_json, plain_lines

TEXTS = st.text(st.characters(exclude_categories=()))
"""Surrogates among them: so Python calls files whose name is not UTF-8."""


@pytest.mark.parametrize("char", ["\x1b", "\x07", "\n", "\r", "\x9b", "\u202e", "\u2028", "\x7f"])
def test_what_a_terminal_would_obey_becomes_visible(char: str) -> None:
    assert plain(f"a{char}b") == "a�b"


def test_ordinary_text_stays() -> None:
    assert plain("Grüße, 世界 [red] x̂") == "Grüße, 世界 [red] x̂"


def test_long_text_is_cut_with_an_ellipsis() -> None:
    assert plain("abcdef", 4) == "abc…"
    assert plain("abcd", 4) == "abcd"


@given(TEXTS)
def test_no_text_commands_a_terminal(text: str) -> None:
    assert not escaped(plain(text), allowed="")
    assert not escaped(plain(text, 5), allowed="")
    assert not escaped(plain_lines(text))
    assert len(plain(text)) == len(text)


@given(TEXTS)
def test_json_says_the_same_without_commanding_a_terminal(text: str) -> None:
    said = plain_json(json.dumps({text: [text]}, ensure_ascii=False))
    assert not escaped(said, allowed="")
    assert json.dumps(json.loads(said)) == json.dumps({text: [text]})


def test_what_is_hidden_is_escaped_in_json_and_nothing_else() -> None:
    assert plain_json('{"ä": "\x9b\U000e0041世"}') == '{"ä": "\\u009b\\udb40\\udc41世"}'
    assert escaped(HOSTILE)
