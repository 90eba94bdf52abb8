"""The loss over the epochs, with a cursor."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from textwrap import wrap
from typing import ClassVar, NamedTuple

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
from aetui.render.plot import Frame, Line, line_plot

_LOG_MARK = "  log"


class _Drawn(NamedTuple):
    """What the strips on the screen depend on, beside the data."""

    size: tuple[int, int]
    theme: str
    mode: ColourMode
    log: bool
    cursor: int | None


class LossChart(Widget):
    """Curves over epochs below a line with their names and values."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "loss-chart--axis",
        "loss-chart--cursor",
        "loss-chart--placeholder",
    }

    DEFAULT_CSS = """
    LossChart { width: 1fr; height: 1fr; }
    LossChart > .loss-chart--axis { color: $foreground 60%; }
    LossChart > .loss-chart--cursor { color: $foreground 80%; }
    LossChart > .loss-chart--placeholder { color: $foreground 60%; }
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
        self._epochs = 1
        self._drawn: _Drawn | None = None
        self._strips: list[Strip] = []

    def show(self, series: Sequence[Line], *, cursor: int | None, epochs: int) -> None:
        """Show these curves over 1 … `epochs`, the length of the planned run (longer curves make the axis longer)."""
        self._series = tuple(line for line in series if len(np.asarray(line.x)))
        self._epochs = epochs
        self._drawn = None
        self.set_reactive(LossChart.cursor, cursor)
        self._update()

    def watch_cursor(self) -> None:
        self._update()

    def watch_log_scale(self) -> None:
        self._update()

    def on_resize(self, _event: events.Resize) -> None:
        self.refresh()

    @property
    def _wanted(self) -> _Drawn:
        mode = colour_mode(self.app.console.color_system)
        return _Drawn((self.size.width, self.size.height), self.app.theme, mode, self.log_scale, self.cursor)

    def _update(self) -> None:
        """Draw now, and have only the cells that differ sent to the terminal: a chart in full is 10 kB."""
        if not self.is_mounted or not self.size:
            return
        before, wanted = self._strips, self._wanted
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
        # Two lines cannot be told apart by colour alone where there are few colours or none.
        dotted = self.app.no_color or drawn.mode in ("16", "none")
        lines = self._coloured(drawn.mode)
        last = max(float(np.asarray(line.x)[-1]) for line in lines)
        chart = line_plot(
            lines,
            (width, height - 1),
            x_range=(1, max(self._epochs, last, 2)),
            log=drawn.log,
            cursor=drawn.cursor,
            frame=Frame(self._style("axis"), self._style("cursor"), dotted),
        )
        return [self._title(lines, last, drawn, dotted), *chart]

    def _coloured(self, mode: ColourMode) -> list[Line]:
        if self.app.no_color:  # as grey, the theme's colours would only be faint
            return [line._replace(colour="") for line in self._series]
        colours = line_colours(self.app.theme_variables, len(self._series), mode)
        return [line._replace(colour=line.colour or colour) for line, colour in zip(self._series, colours, strict=True)]

    def _title(self, lines: Sequence[Line], last: float, drawn: _Drawn, dotted: bool) -> Strip:
        """Samples of the curves with names and values, shorter where there is little room, and what the axes are."""
        epoch = last if drawn.cursor is None else drawn.cursor
        room = drawn.size[0] - len(_LOG_MARK) * drawn.log
        title = Strip([*self._legend(lines, epoch, dotted), Segment(f"  epoch {epoch:.0f}", self._style("axis"))])
        if title.cell_length > room:
            title = Strip(self._legend(lines, epoch, dotted))
        if title.cell_length > room:
            short = [line._replace(name=line.name[:5]) for line in lines]
            title = Strip(self._legend(short, epoch, dotted, gap=" "))
        if drawn.log:
            mark = Strip([Segment(_LOG_MARK, self._style("axis"))])
            title = Strip.join([title.adjust_cell_length(max(0, room)), mark])
        return title.crop(0, drawn.size[0])

    def _legend(self, lines: Sequence[Line], epoch: float, dotted: bool, gap: str = "  ") -> list[Segment]:
        segments: list[Segment] = []
        for place, line in enumerate(lines):
            sample = "··" if dotted and place else "──"
            segments.append(Segment(gap * (place > 0) + sample, Style(color=line.colour or None)))
            segments.append(Segment(f" {line.name} {_value(line, epoch)}"))
        return segments

    def _placeholder(self, width: int, height: int) -> list[Strip]:
        text = wrap(self.placeholder, max(1, width - 2))
        style = self._style("placeholder")
        above = [Strip([])] * (max(0, height - len(text)) // 2)
        return [*above, *(Strip([Segment(line.center(width), style)]) for line in text)]

    def _style(self, part: str) -> Style:
        # Without the background: it may change, with the focus for one, while the strips are kept.
        return Style.from_color(self.get_component_rich_style(f"loss-chart--{part}").color)


def _difference(old: list[Segment], new: list[Segment]) -> tuple[int, int]:
    """The columns, from and to, outside of which two strips are the same."""
    width = max(sum(segment.cell_length for segment in strip) for strip in (old, new))
    left = _in_common(old, new)
    return left, max(left, width - _in_common(old[::-1], new[::-1])) if old != new else left


def _in_common(old: list[Segment], new: list[Segment]) -> int:
    """Cells up to the first segment that is not the same."""
    pairs = zip(old, new, strict=False)
    return sum(a.cell_length for a, b in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _value(line: Line, epoch: float) -> str:
    values = np.asarray(line.y, np.float64)[np.asarray(line.x, np.float64) == epoch]
    return numbers.loss(float(values[-1])) if len(values) else numbers.UNKNOWN
