from __future__ import annotations

import pytest
from rich.color import Color, ColorSystem
from textual.theme import BUILTIN_THEMES

from aetui.render.palette import line_colours


@pytest.mark.parametrize("theme", BUILTIN_THEMES)
def test_two_curves_differ_in_256_colours_in_every_theme(theme: str) -> None:
    variables = BUILTIN_THEMES[theme].to_color_system().generate()
    first, second = (Color.parse(name) for name in line_colours(variables, 2, "256"))
    shown = [colour.downgrade(ColorSystem.EIGHT_BIT).get_truecolor() for colour in (first, second)]
    assert sum(abs(a - b) for a, b in zip(*shown, strict=True)) > 100


def test_more_curves_than_colours_start_again() -> None:
    variables = BUILTIN_THEMES["textual-dark"].to_color_system().generate()
    assert len(line_colours(variables, 9, "truecolor")) == 9
