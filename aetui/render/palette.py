"""Colours for curves that stay apart whatever the theme and however few colours the terminal has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from math import dist

from rich.color import ColorSystem
from textual.color import Color, ColorParseError, rgb_to_lab

from aetui.render.pixels import ColourMode

_ROLES = ("primary", "accent", "success", "warning", "secondary")
"""Theme variables in order of preference; `error` is kept for errors."""

_LEGIBLE = 35.0
"""Least difference of lightness (CIE L*, 0 to 100) from the background; less is faint in braille."""

_SYSTEMS = {"256": ColorSystem.EIGHT_BIT, "16": ColorSystem.STANDARD}


def line_colours(variables: Mapping[str, str], count: int, mode: ColourMode) -> list[str]:
    """`count` colours of the theme with these CSS `variables`, as names Rich knows: the first curve's first.

    Each is the legible colour farthest, for the eye, from those before it; a theme with too few starts again.
    """
    background = Color.parse(variables["background"])
    left = _legible(variables, background)
    chosen = left[:1]
    while len(chosen) < count and len(left) > len(chosen):
        rest = [colour for colour in left if colour not in chosen]
        chosen.append(max(rest, key=lambda c: min(_distance(c, other, mode) for other in chosen)))
    return [chosen[i % len(chosen)].rich_color.name for i in range(count)]


def _legible(variables: Mapping[str, str], background: Color) -> list[Color]:
    """Each role's own colour or, where it is too faint, the variant the theme derives for text."""
    pairs = ((_parse(variables.get(role)), _parse(variables.get(f"text-{role}"))) for role in _ROLES)
    found = chain.from_iterable(_first_legible(pair, background) for pair in pairs)
    return list(dict.fromkeys(found)) or [Color.parse(variables["foreground"])]


def _first_legible(colours: Iterable[Color | None], background: Color) -> list[Color]:
    for colour in colours:
        # What an ANSI colour or the terminal's own background looks like is not known here.
        known = colour is not None and colour.ansi is None and background.ansi is None
        if colour and (not known or abs(rgb_to_lab(colour).L - rgb_to_lab(background).L) >= _LEGIBLE):
            return [colour]
    return []


def _parse(text: str | None) -> Color | None:
    try:
        return Color.parse(text) if text else None
    except ColorParseError:
        return None


def _distance(a: Color, b: Color, mode: ColourMode) -> float:
    """Distance in CIE L*a*b* of what the terminal shows for the two."""
    system = _SYSTEMS.get(mode, ColorSystem.TRUECOLOR)
    shown = (Color(*colour.rich_color.downgrade(system).get_truecolor()) for colour in (a, b))
    first, second = (rgb_to_lab(colour) for colour in shown)
    return dist((first.L, first.a, first.b), (second.L, second.a, second.b))
