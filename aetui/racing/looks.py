"""How the runs of a race are told apart: a number, a colour and a way of being dashed, each by its place."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from textual.color import Color, ColorParseError

from aetui.racing.marks import MOST
from aetui.render.curves.dots import BLANK, dashed, pack
from aetui.render.palette import line_colours
from aetui.render.pixels import ColourMode

DASHES: tuple[tuple[int, ...], ...] = ((), (6, 2), (3, 2), (9, 2, 2, 2), (2, 2), (5, 2, 2, 2, 2, 2))
"""Columns of dots that are drawn, then left out, and so on again and again; nothing is left out of the first."""
THEMED = 5
"""Colours that a theme has for curves at most."""
SAMPLE = 4
"""Cells of a sample."""


def colours(variables: Mapping[str, str], mode: ColourMode, *, colourless: bool) -> list[str]:
    """That of each place, as Rich knows it; empty where there are to be none."""
    if colourless:
        return [""] * MOST
    themed = list(dict.fromkeys(line_colours(variables, THEMED, mode)))
    # That of text, and that of errors: of a chart nothing is one. With fewer, numbers and dashes tell curves apart.
    every = [*themed, "", *_parsed(variables.get("error", ""))]
    return [every[place % len(every)] for place in range(MOST)]


def _parsed(text: str) -> list[str]:
    try:
        return [Color.parse(text).rich_color.name]
    except ColorParseError:
        return []


def sample(place: int) -> str:
    """A few cells of the curve of a place."""
    dots = np.zeros((4, 2 * SAMPLE), bool)
    dots[1:3] = True
    return "".join(chr(BLANK + int(cell)) for cell in pack(dashed(dots, DASHES[place]))[0])
