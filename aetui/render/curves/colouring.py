"""Which curve looks how: colour, stroke and depth, for as many colours as a terminal has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from rich.color import Color as RichColor
from textual.color import Color

from aetui.render.curves import smoothing
from aetui.render.curves.layers import Line, Steps
from aetui.render.palette import line_colours
from aetui.render.pixels import ColourMode

_MARKERS = ("", *"·+o*#=%")
"""What tells curves apart that have no colour, or one colour."""

_BEHIND, _RAW, _STEPS = 0.3, 0.65, 0.7
"""How much of the background is in the colours of curves behind others, of curves that are drawn smoothed too, and of
the band of the steps."""

_BELOW = (0.20, 0.16, 0.13, 0.10, 0.08, 0.06)
"""How much of the foremost curve's colour is in the background below it, line by line."""

_FEW_EPOCHS = 2
"""With no more of them their curve is a point or a straight line, and the mean of the steps is drawn too."""


class Palette(NamedTuple):
    """What the terminal and the theme offer."""

    variables: Mapping[str, str]
    mode: ColourMode
    colourless: bool
    """Whether the user asked for no colours; the theme's would only be faint, as grey."""
    background: Color
    others: str = ""
    """What the other runs of a group are drawn with."""

    @property
    def few(self) -> bool:
        """Whether there are too few colours to tell two lines apart, or to make one dimmer."""
        return self.colourless or self.mode in ("16", "none")

    def dimmed(self, colour: str, share: float) -> str:
        """A colour with a share of the background in it, where there are enough colours for that."""
        if self.few or not colour or self.background.ansi is not None:
            return colour
        known = Color.from_rich_color(RichColor.parse(colour))
        return known.hex if known.ansi is not None else known.blend(self.background, share, 1).hex

    def below(self, colour: str) -> tuple[RichColor, ...]:
        """Backgrounds below a curve of this colour; none but in truecolour."""
        if self.few or self.mode != "truecolor" or not colour or self.background.ansi is not None:
            return ()
        known = Color.from_rich_color(RichColor.parse(colour))
        return tuple(self.background.blend(known, share, 1).rich_color for share in _BELOW)


class Coloured(NamedTuple):
    """Curves ready to be drawn."""

    named: list[Line]
    """As they came, with what was measured: for the legend."""
    drawn: list[Line]
    """The foremost first, smoothed where that is asked for."""
    steps: str
    """The colour of the band of the steps."""
    below: tuple[RichColor, ...]
    """Backgrounds below the foremost."""


def coloured(
    series: Sequence[Line], places: Sequence[int], palette: Palette, *, back: int = 0, steps: Steps | None = None
) -> Coloured:
    """Give each of the curves the look of its number in `places`; `back` as in `smoothed`, 0 for curves as they are."""
    count = max(places, default=0) + 1
    colours = [""] * count if palette.colourless else line_colours(palette.variables, count, palette.mode)
    same = [place if palette.few else colours[:place].count(colours[place]) for place in range(count)]
    named = [_look(line, colours[place], same[place], palette) for place, line in zip(places, series, strict=True)]
    extra = []
    if steps is not None and all(len(np.asarray(line.x)) <= _FEW_EPOCHS for line in named):
        mean = Line("train", steps.x, steps.mean, palette.dimmed(colours[0], _BEHIND), stroke="thin", front=False)
        extra = [mean] if named else []
        named = named or [mean]
    ordered = sorted(named, key=lambda line: not line.front)
    smooth = [line._replace(y=smoothing.smoothed(line.y, back)) for line in ordered]
    raw = list(_raw(ordered, palette)) if back else []
    front = next((line.colour for line in ordered if line.front), "")
    drawn = [*smooth, *extra, *raw]
    return Coloured(named, drawn, palette.dimmed(colours[0], _STEPS), palette.below(front))


def _look(line: Line, colour: str, same: int, palette: Palette) -> Line:
    """The first curve that is behind is thin where colours are few; others have characters there."""
    colour = line.colour or colour
    marker = _MARKERS[same % len(_MARKERS)] if same > 1 or (same and not palette.few) else ""
    return line._replace(
        colour=colour if line.front else palette.dimmed(colour, _BEHIND),
        marker=marker,
        stroke="thin" if palette.few and not line.front else "thick",
    )


def _raw(lines: Sequence[Line], palette: Palette) -> Iterator[Line]:
    """What the smoothed ones are made of, faint behind them; nothing where colours cannot be faint."""
    if not palette.few:
        for line in lines:
            yield line._replace(colour=palette.dimmed(line.colour, _RAW), stroke="faint", marker="")
