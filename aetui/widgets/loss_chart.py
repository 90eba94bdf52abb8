"""The loss over the epochs, with a cursor."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, takewhile
from typing import TYPE_CHECKING, ClassVar, NamedTuple

import numpy as np
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from aetui.render import numbers
from aetui.render.palette import line_colours
from aetui.render.pixels import ColourMode, colour_mode
from aetui.render.placeholder import placed
from aetui.render.plot import Band, Frame, Line, line_plot
from aetui.render.text import plain

if TYPE_CHECKING:
    from aetui.follow.group import Others
    from engine.events import Stage

_LOG_MARK = "  log"
_MARKERS = ("", *"·+o*#=%")
"""What tells curves apart that have no colour, or one colour."""


class _Drawn(NamedTuple):
    """What the strips on the screen depend on, beside the data."""

    size: tuple[int, int]
    theme: str
    mode: ColourMode
    log: bool
    cursor: int | None
    placeholder: str


class LossChart(Widget):
    """Curves over epochs below a line with their names and values."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "loss-chart--axis",
        "loss-chart--cursor",
        "loss-chart--band",
        "loss-chart--others",
        "loss-chart--placeholder",
    }

    DEFAULT_CSS = """
    LossChart { width: 1fr; height: 1fr; }
    LossChart > .loss-chart--axis { color: $text-muted; }
    LossChart > .loss-chart--cursor { color: $foreground 80%; }
    LossChart > .loss-chart--band { color: $text-muted; }
    LossChart > .loss-chart--others { color: $foreground 45%; }
    LossChart > .loss-chart--placeholder { color: $text-muted; }
    """

    log_scale: reactive[bool] = reactive(False, repaint=False, init=False)
    """Logarithmic loss axis; values that are not positive are left out of it."""

    cursor: reactive[int | None] = reactive(None, repaint=False, init=False)
    """The epoch the vertical line stands on, and whose values the title shows; None: no line, the latest values."""

    def __init__(
        self,
        placeholder: str = "The loss appears after the first epoch",
        *,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
        disabled: bool = False,
    ) -> None:
        """`placeholder` is shown as long as there is no point."""
        super().__init__(name=name, id=id, classes=classes, disabled=disabled)
        self.placeholder = placeholder
        self._series: tuple[Line, ...] = ()
        self._places: tuple[int, ...] = ()
        """The number of each curve among all that there could be; it gives colour and marker."""
        self._stages: tuple[Stage, ...] = ()
        self._others: Others | None = None
        self._epochs = 1
        self._drawn: _Drawn | None = None
        self._strips: list[Strip] = []

    def show(
        self,
        series: Sequence[Line],
        *,
        cursor: int | None,
        epochs: int,
        places: Sequence[int] | None = None,
        stages: Sequence[Stage] = (),
        others: Others | None = None,
    ) -> None:
        """Show these curves over 1 … `epochs`, the length of the planned run (longer curves make the axis longer).

        A curve keeps the look of its number in `places` whichever others are shown; None numbers them as they come.
        Several `stages` of training are marked as bands. `others` are drawn as three thin lines below the curves: their
        mean, and a standard deviation above and below it. What is shown already is not drawn again.
        """
        there = [
            (place, line)
            for place, line in zip(places or range(len(series)), series, strict=True)
            if len(np.asarray(line.x))
        ]
        curves = tuple(line for _, line in there)
        rest = tuple(place for place, _ in there), epochs, tuple(stages), others
        if rest != (self._places, self._epochs, self._stages, self._others) or not _same(curves, self._series):
            self._drawn = None
        self._series = curves
        self._places, self._epochs, self._stages, self._others = rest
        self.set_reactive(LossChart.cursor, cursor)
        self._update()

    def watch_cursor(self) -> None:
        """Draw the line at the other epoch, and its values in the title."""
        self._update()

    def watch_log_scale(self) -> None:
        """Draw the curves over the other axis."""
        self._update()

    def on_resize(self, _event: events.Resize) -> None:
        """Everything depends on the size; lines are drawn as they are asked for."""
        self.refresh()

    @property
    def _wanted(self) -> _Drawn:
        mode = colour_mode(self.app.console.color_system)
        size = self.size.width, self.size.height
        return _Drawn(size, self.app.theme, mode, self.log_scale, self.cursor, self.placeholder)

    def _update(self) -> None:
        """Draw now, and have only the cells that differ sent to the terminal: a chart in full is 10 kB."""
        if not self.is_mounted or not self.size:
            return
        before, wanted = self._strips, self._wanted
        if wanted == self._drawn:
            return
        self._strips, self._drawn = self._draw(wanted), wanted
        if len(before) != len(self._strips):
            self.refresh()
            return
        for y, (old, new) in enumerate(zip(before, self._strips, strict=True)):
            left, right = _difference(list(old), list(new))
            if left < right:
                self.refresh(Region(left, y, right - left, 1))

    def render_line(self, y: int) -> Strip:
        """One line of the chart, drawn anew only when something it depends on has changed."""
        wanted = self._wanted
        if wanted != self._drawn:
            self._strips, self._drawn = self._draw(wanted), wanted
        strip = self._strips[y] if y < len(self._strips) else Strip([])
        # The style of the widget goes below: a segment without any breaks Textual's NO_COLOR filter.
        below = self.visual_style.rich_style
        return strip.apply_style(below).adjust_cell_length(self.size.width, below)

    def _draw(self, drawn: _Drawn) -> list[Strip]:
        width, height = drawn.size
        if not self._series:
            return self._placeholder(width, height)
        lines = self._lines(drawn.mode)
        last = max(float(np.asarray(line.x)[-1]) for line in lines)
        end = max(self._epochs, last, 2)
        others = self._scatter(drawn.mode)
        chart = line_plot(
            [*lines, *others],
            (width, height - 1),
            x_range=(1, end),
            log=drawn.log,
            cursor=drawn.cursor,
            bands=self._bands(end),
            frame=Frame(*map(self._style, ("axis", "cursor", "band"))),
        )
        return [self._title([*lines, *others[:1]], last, drawn), *chart]

    def _lines(self, mode: ColourMode) -> list[Line]:
        """The curves with colours and markers."""
        count = max(self._places) + 1
        # Without colours the theme's would only be faint, as grey.
        colours = [""] * count if self.app.no_color else line_colours(self.app.theme_variables, count, mode)
        few = mode in ("16", "none")  # too few to tell two lines apart
        same = [place if few else colours[:place].count(colours[place]) for place in range(count)]
        return [
            line._replace(colour=line.colour or colours[place], marker=_MARKERS[same[place] % len(_MARKERS)])
            for place, line in zip(self._places, self._series, strict=True)
        ]

    def _scatter(self, mode: ColourMode) -> list[Line]:
        """Mean of the other runs, and a standard deviation above and below where they scatter."""
        if self._others is None:
            return []
        _, x, mean, sd = self._others
        colour = self.get_component_rich_style("loss-chart--others").color
        few = self.app.no_color or mode in ("16", "none")
        look = ("", "·") if few or colour is None else (colour.get_truecolor().hex, "")
        edges = [("", np.add(mean, sd)), ("", np.subtract(mean, sd))] if any(sd) else []
        return [Line(name, x, y, *look) for name, y in (("others", np.asarray(mean)), *edges)]

    def _bands(self, end: float) -> list[Band]:
        """The stages; the last one goes on to the end of the axis."""
        ends = list(accumulate(stage.epochs for stage in self._stages))
        starts = [0, *ends]
        bands = [
            Band(stage.name, start + 0.5, at + 0.5)
            for stage, start, at in zip(self._stages, starts, ends, strict=False)
            if stage.epochs
        ]
        return [*bands[:-1], bands[-1]._replace(end=end)] if bands else []

    def _title(self, lines: Sequence[Line], last: float, drawn: _Drawn) -> Strip:
        """Samples of the curves with names and values, shorter where there is little room, and what the axes are."""
        epoch = last if drawn.cursor is None else drawn.cursor
        room = drawn.size[0] - len(_LOG_MARK) * drawn.log
        names = [plain(line.name) for line in lines]
        short = [_short(name) for name in names]
        values = [f" {_value(line, epoch)}" for line in lines]
        full = _legend(lines, names, values)
        choice = [
            Strip([*full, Segment(f"  epoch {epoch:.0f}", self._style("axis"))]),
            Strip(full),
            Strip(_legend(lines, short, values, gap=" ")),
            Strip(_legend(lines, short, [""] * len(lines), gap=" ")),
        ]
        title = next((strip for strip in choice if strip.cell_length <= room), choice[-1])
        if drawn.log:
            mark = Strip([Segment(_LOG_MARK, self._style("axis"))])
            title = Strip.join([title.adjust_cell_length(max(0, room)), mark])
        return title.crop(0, drawn.size[0])

    def _placeholder(self, width: int, height: int) -> list[Strip]:
        style = self._style("placeholder")
        return [Strip([Segment(line, style)]) for line in placed(self.placeholder, width, height)]

    def _style(self, part: str) -> Style:
        # Without the background: it may change, with the focus for one, while the strips are kept.
        return Style.from_color(self.get_component_rich_style(f"loss-chart--{part}").color)


def _same(old: Sequence[Line], new: Sequence[Line]) -> bool:
    """Whether the curves are alike, point by point."""
    return [line._replace(x=(), y=()) for line in old] == [line._replace(x=(), y=()) for line in new] and all(
        np.array_equal(one.x, other.x) and np.array_equal(one.y, other.y, equal_nan=True)
        for one, other in zip(old, new, strict=True)
    )


def _difference(old: list[Segment], new: list[Segment]) -> tuple[int, int]:
    """The columns, from and to, outside of which two strips are the same."""
    width = max(sum(segment.cell_length for segment in strip) for strip in (old, new))
    left = _in_common(old, new)
    return left, max(left, width - _in_common(old[::-1], new[::-1])) if old != new else left


def _in_common(old: list[Segment], new: list[Segment]) -> int:
    """Cells up to the first segment that is not the same."""
    pairs = zip(old, new, strict=False)
    return sum(a.cell_length for a, b in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _legend(lines: Sequence[Line], names: Sequence[str], values: Sequence[str], gap: str = "  ") -> list[Segment]:
    segments: list[Segment] = []
    for line, name, value in zip(lines, names, values, strict=True):
        sample = line.marker * 2 or "──"
        segments.append(Segment(gap * bool(segments) + sample, Style(color=line.colour or None)))
        segments.append(Segment(f" {name}{value}"))
    return segments


def _short(name: str) -> str:
    """ "train" and "valid", and of a loss term the term and the initial of the part: "recon v"."""
    first, *rest = name.split()
    return " ".join([first[:5], *(word[:1] for word in rest)])


def _value(line: Line, epoch: float) -> str:
    values = np.asarray(line.y, np.float64)[np.asarray(line.x, np.float64) == epoch]
    return numbers.loss(float(values[-1])) if len(values) else numbers.UNKNOWN
