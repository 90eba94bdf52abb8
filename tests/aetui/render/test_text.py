from __future__ import annotations

import pytest

from aetui.render.text import plain


@pytest.mark.parametrize("char", ["\x1b", "\x07", "\n", "\r", "\x9b", "\u202e", "\u2028", "\x7f"])
def test_what_a_terminal_would_obey_becomes_visible(char: str) -> None:
    assert plain(f"a{char}b") == "a�b"


def test_ordinary_text_stays() -> None:
    assert plain("Grüße, 世界 [red] x̂") == "Grüße, 世界 [red] x̂"


def test_long_text_is_cut_with_an_ellipsis() -> None:
    assert plain("abcdef", 4) == "abc…"
    assert plain("abcd", 4) == "abcd"
