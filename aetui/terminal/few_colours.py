"""Sixteen colours: the nearest by hue. By distance, as Rich chooses, what is not garish would be grey."""

from __future__ import annotations

from colorsys import rgb_to_hls
from functools import lru_cache

from rich.color import Color
from rich.style import Style

_GREY = 0.18
"""Difference of the strongest and the weakest channel, 0 to 1, from which a colour has a hue."""
_BRIGHT = 0.55
"""Lightness, 0 to 1, from which it is one of the eight bright ones."""
_DARK_GREY, _YELLOW, _MAGENTA = 8, 3, 5
_PAPER = (7, 15)
_GREYS = ((0.2, 0), (0.5, _DARK_GREY), (0.75, 7), (2.0, 15))
"""Up to which lightness which of black, dark grey, light grey and white it is."""
_HUES = ((20, 1), (75, 3), (165, 2), (200, 6), (260, 4), (345, 5), (361, 1))
"""Up to how many degrees which number of the palette: red, yellow, green, cyan, blue, magenta, red."""


@lru_cache(4096)
def few(style: Style) -> Style:
    """`style` in the sixteen colours that every terminal with colours has."""
    front, back = _nearest(style.color, True), _nearest(style.bgcolor, False)
    if front is not None and front == back and style.color != style.bgcolor:
        front = Color.from_ansi(_DARK_GREY if back.number != _DARK_GREY else 0)  # what was faint would be gone
    if front is not None and back is not None and back.number in _PAPER and front.number == _YELLOW:
        front = Color.from_ansi(_MAGENTA)  # yellow on white cannot be read
    return style + Style.from_color(front, back)


def _nearest(colour: Color | None, foreground: bool) -> Color | None:
    if colour is None or colour.triplet is None:
        return colour
    red, green, blue = colour.triplet.normalized
    hue, lightness, _ = rgb_to_hls(red, green, blue)
    if max(red, green, blue) - min(red, green, blue) < _GREY:
        number = next(number for most, number in _GREYS if lightness < most)
    else:
        number = next(number for most, number in _HUES if hue * 360 < most) + 8 * (foreground and lightness >= _BRIGHT)
    return Color.from_ansi(number)
