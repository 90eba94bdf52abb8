"""Characters in the place of those that a terminal does not have."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from aetui.terminal.glyphs import stroke, translated

DRAWN = "╭─╮│╰━┃█▀▄▌▁▂▃▅▆▇░▒▓●○▲▼▸◂▶✓✕✗×·…–←→↑↓⇧★┤┬┼└╎┊╸‖±≈ΣÄéß漢字ﬀ�\u2800\u28ff🙂"


@pytest.mark.parametrize(("characters", "encoding"), [("ascii", "ascii"), ("console", "cp437")])
def test_all_that_is_left_is_what_the_terminal_has_and_as_wide(characters: str, encoding: str) -> None:
    for char in DRAWN:
        shown = translated(char, characters)  # type: ignore[arg-type]
        assert cell_len(shown) == cell_len(char), char
        shown.strip("•○►◄▲▼→←↑↓").encode(encoding)


@pytest.mark.parametrize(
    ("dots", "shown"),
    [
        (0x00, " "),
        (0x09, "'"),
        (0x12, "-"),
        (0xC0, "."),
        (0x1B, '"'),
        (0x36, "="),
        (0xE4, "_"),
        (0x47, "|"),
        (0xFF, "#"),
    ],
)
def test_a_stroke_is_where_the_dots_are_and_a_heavy_one_is_another(dots: int, shown: str) -> None:
    assert stroke(dots, "ascii") == shown


def test_a_stroke_leans_as_its_dots_do() -> None:
    rising, falling = 1 << 6 | 1 << 2 | 1 << 4 | 1 << 3, 1 << 0 | 1 << 1 | 1 << 5 | 1 << 7
    assert (stroke(rising, "ascii"), stroke(falling, "ascii")) == ("/", "\\")


def test_text_is_kept_as_far_as_it_can_be() -> None:
    assert translated("Café · 3×10 → naïve", "ascii") == "Cafe | 3x10 > naive"
    assert translated("Café · 3×10 → ▸", "console") == "Café · 3x10 → ►"
