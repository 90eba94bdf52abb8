"""The last thing that happens to a line before it is sent: what the terminal cannot show gives way to what it can.

So no widget has to know. Pictures are the exception that needs colours to be known: two pixels in a cell become their
mean, or, where there are no colours either, the character whose ink lies like theirs.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

from aetui.terminal.abilities import Abilities
from aetui.terminal.few_colours import few
from aetui.terminal.glyphs import translated

_SHARES = {
    "▀": (1.0, 0.0),
    "▄": (0.0, 1.0),
    "▌": (0.5, 0.5),
    "▐": (0.5, 0.5),
    "█": (1.0, 1.0),
    "▘": (0.5, 0.0),
    "▝": (0.5, 0.0),
    "▖": (0.0, 0.5),
    "▗": (0.0, 0.5),
    "▚": (0.5, 0.5),
    "▞": (0.5, 0.5),
    "▛": (1.0, 0.5),
    "▜": (1.0, 0.5),
    "▙": (0.5, 1.0),
    "▟": (0.5, 1.0),
    " ": (0.0, 0.0),
}
"""How much of a cell's upper and of its lower half is of the colour of the text."""
_FINER = (0.5, 0.5)
"""The same of sextants and octants, about."""
_PIXELS = re.compile("[▀▄▘▝▖▗▚▞▛▜▙▟▌▐█ \U0001fb00-\U0001fb3b\U0001cd00-\U0001cde5]+")
_BARS = re.compile("[█▉▊▋▌▍▎▏]+")

_LEVELS = (40, 104, 176)
"""Lightness, 0 to 255, from which a pixel takes a little, half and much ink."""
_INK = (" .,o", "`:;a", "'!+&", '"?*#')
"""By the ink of the upper half and of the lower."""


class Look(LineFilter):
    """Puts what the terminal has in the place of what it lacks. Only for terminals that lack something."""

    def __init__(self, abilities: Abilities, is_dark: Callable[[], bool], *, sixteen: bool = False) -> None:
        super().__init__()
        self._characters = abilities.characters
        self._ascii = abilities.characters == "ascii"
        self._colours = abilities.colours
        self._sixteen = sixteen
        self._is_dark = is_dark
        self._shown = lru_cache(8192)(self._show)  # most cells of a picture are like others

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same cells."""
        shown, dark = self._shown, self._is_dark()
        return [segment if segment.control else shown(segment.text, segment.style, dark) for segment in segments]

    def _show(self, text: str, style: Style | None, dark: bool) -> Segment:
        if self._ascii and style is not None and style.bgcolor is not None:
            if not self._colours and _is_picture(text, style):
                return Segment("".join(_inked(char, style.color, style.bgcolor) for char in text))
            if self._colours and len(set(text)) == 1 and _PIXELS.fullmatch(text):
                text, style = " " * len(text), Style(bgcolor=_mean(text[0], style.color, style.bgcolor))
        return Segment(translated(text, self._characters), self._coloured(style, dark))

    def _coloured(self, style: Style | None, dark: bool) -> Style | None:
        if style is None or (self._colours and not self._sixteen):
            return style
        return few(style) if self._colours else _uncoloured(style, dark)


def _is_picture(text: str, style: Style) -> bool:
    """Cells of pixels; a bar is none, and blank cells are if they have no colour for text."""
    if text.isspace():
        return style.color is None
    return not text.isascii() and bool(_PIXELS.fullmatch(text)) and not _BARS.fullmatch(text)


@lru_cache(4096)
def _mean(char: str, front: RichColor | None, back: RichColor) -> RichColor:
    upper, lower = _SHARES.get(char, _FINER)
    return _mixed(front or back, back, (upper + lower) / 2)


def _mixed(front: RichColor, back: RichColor, share: float) -> RichColor:
    pairs = zip(front.get_truecolor(), back.get_truecolor(foreground=False), strict=True)
    red, green, blue = (round(share * one + (1 - share) * other) for one, other in pairs)
    return RichColor.from_rgb(red, green, blue)


@lru_cache(4096)
def _inked(char: str, front: RichColor | None, back: RichColor) -> str:
    shares = _SHARES.get(char, _FINER)
    upper, lower = (_level(_mixed(front or back, back, share)) for share in shares)
    return _INK[upper][lower]


def _level(colour: RichColor) -> int:
    lightness = _lightness(colour)
    return sum(lightness >= least for least in _LEVELS)


def _lightness(colour: RichColor) -> float:
    red, green, blue = colour.get_truecolor()
    return 0.299 * red + 0.587 * green + 0.114 * blue


@lru_cache(1024)
def _uncoloured(style: Style, dark: bool) -> Style:
    """What is left where there are no colours: text on what stands out, such as the cursor of a list, is reversed."""
    front, back = style.color, style.bgcolor
    stands_out = False
    if front is not None and back is not None:
        stands_out = (_lightness(back) > _lightness(front)) == dark
    return Style(bold=style.bold, underline=style.underline, reverse=bool(style.reverse) != stands_out)
