"""Colours that hold whatever the theme and however few the terminal has: curves stay apart, muted text is readable."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from math import dist
from typing import TYPE_CHECKING

from rich.color import ColorSystem
from textual.color import Color, ColorParseError, rgb_to_lab

if TYPE_CHECKING:
    from aetui.render.pixels import ColourMode  # which imports numpy, and the first frame asks for colours

_ROLES = ("primary", "accent", "success", "warning", "secondary")
"""Theme variables in order of preference; `error` is kept for errors."""

_LEGIBLE = 35.0
"""Least difference of lightness (CIE L*, 0 to 100) from the background; less is faint in braille."""

_READABLE = 3.0
"""Least contrast ratio (WCAG, 1 to 21) of muted text; some themes' own foreground has hardly more."""

_MUTED = tuple(percent / 100 for percent in range(60, 90, 5))
"""Shares of the foreground in muted text, in order of preference; with more it could not be told from the rest."""

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


def muted(variables: Mapping[str, str]) -> str:
    """What `$text-muted` is to stand for in the theme with these CSS `variables`: a colour to be parsed.

    Textual derives an `auto` colour from the background, which only style sheets know: in `Content` it is black or
    white. Here it is the foreground, mixed with as much of the background as leaves it readable there and on panels.
    A theme's own colour is kept, and so is that of a theme which leaves the colours to the terminal.
    """
    given = variables["text-muted"]
    foreground, background, panel = (Color.parse(variables[name]) for name in ("foreground", "background", "panel"))
    if not given.startswith("auto") or foreground.ansi is not None:
        return given
    choice = [background.blend(foreground, share, 1) for share in _MUTED]
    readable = (c for c in choice if min(contrast(c, background), contrast(c, panel)) >= _READABLE)
    return next(readable, choice[-1]).hex


def contrast(one: Color, other: Color) -> float:
    """The contrast ratio of two opaque colours as WCAG defines it, 1 to 21."""
    darker, lighter = sorted(map(_luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Color) -> float:
    """Relative luminance of sRGB, 0 to 1."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


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
