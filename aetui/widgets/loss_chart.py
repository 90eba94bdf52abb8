"""The loss over the epochs, with a cursor."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import Any, ClassVar, NamedTuple

import numpy as np
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.color import Color
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from aetui import keymap
from aetui.render.curves import smoothing, time_axis
from aetui.render.curves.chart import Look
from aetui.render.curves.colouring import Palette
from aetui.render.curves.layers import Line
from aetui.render.curves.legend import Inks
from aetui.render.curves.time_axis import UNITS, Unit, Window
from aetui.render.curves.view import Data, Settings, View, view
from aetui.render.pixels import ColourMode, colour_mode
from aetui.render.placeholder import placed

_ZOOM, _PAN = 0.5, 0.25
"""What a key leaves of the time that is shown, and by how much of it a key moves on."""

_WHEEL = 60
"""Turns of the wheel that the cursor takes over all that is shown."""


class Wanted(NamedTuple):
    """What the strips on the screen depend on, beside the data."""

    size: tuple[int, int]
    theme: str
    background: Color
    mode: ColourMode
    settings: Settings
    placeholder: str


class LossChart(Widget):
    """Curves over epochs below a line with their names and values."""

    BINDINGS = keymap.bindings("chart")

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "loss-chart--axis",
        "loss-chart--cursor",
        "loss-chart--band",
        "loss-chart--mark",
        "loss-chart--grid",
        "loss-chart--star",
        "loss-chart--level",
        "loss-chart--others",
        "loss-chart--placeholder",
    }

    DEFAULT_CSS = """
    LossChart { width: 1fr; height: 1fr; }
    LossChart > .loss-chart--axis { color: $text-muted; }
    LossChart > .loss-chart--cursor { color: $foreground 80%; }
    LossChart > .loss-chart--band { color: $text-muted; }
    LossChart > .loss-chart--mark { color: $secondary; }
    LossChart > .loss-chart--grid { color: $foreground 11%; }
    LossChart > .loss-chart--star { color: $foreground; text-style: bold; }
    LossChart > .loss-chart--level { color: $foreground 70%; }
    LossChart > .loss-chart--others { color: $foreground 45%; }
    LossChart > .loss-chart--placeholder { color: $text-muted; }
    """

    cursor: reactive[float | None] = reactive(None, repaint=False, init=False)
    """The epoch the vertical line stands on, and whose values the title shows; None: no line, the latest values."""

    settings: reactive[Settings] = reactive(Settings(), repaint=False, init=False)
    """How the run is looked at."""

    class EpochChosen(Message):
        """The mouse went to an epoch."""

        def __init__(self, epoch: int) -> None:
            super().__init__()
            self.epoch = epoch

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
        self.data = Data()
        """What is shown."""
        self._made_of: tuple[Wanted, float | None] | None = None
        """What the strips were made of, and where their cursor is."""
        self.drawn: View | None = None
        """The chart as it stands; None while it has to be drawn, or there is nothing to draw."""
        self._strips: list[Strip] = []

    def show(
        self,
        series: Sequence[Line],
        *,
        cursor: int | None,
        epochs: int,
        places: Sequence[int] | None = None,
        **more: Any,
    ) -> None:
        """Show these curves over the epochs that they have, at a run of `epochs`; `more` as in `Data`.

        A curve keeps the look of its number in `places` whichever others are shown; None numbers them as they come.
        """
        numbered = tuple(range(len(series)) if places is None else places)
        self.show_data(Data(tuple(series), numbered, epochs, **more), cursor)

    def show_data(self, data: Data, cursor: float | None) -> None:
        """Show all this. What is shown already is not drawn again."""
        there = [pair for pair in zip(data.places, data.series, strict=True) if len(np.asarray(pair[1].x))]
        data = data._replace(places=tuple(place for place, _ in there), series=tuple(line for _, line in there))
        if not data.same(self.data):
            self._made_of = self.drawn = None
        self.data = data
        self.set_reactive(LossChart.cursor, cursor)
        self._update()

    def watch_cursor(self) -> None:
        """Draw the line at the other epoch, and its values in the title."""
        self._update()

    def watch_settings(self) -> None:
        """Draw the curves as they are looked at now."""
        self._update()

    @property
    def log_scale(self) -> bool | None:
        """Whether the loss axis is logarithmic; None: where the range asks for it. Then what is not positive is left
        out."""
        return self.settings.log

    @log_scale.setter
    def log_scale(self, log: bool | None) -> None:
        self.settings = self.settings._replace(log=log)

    @property
    def logarithmic(self) -> bool:
        """Whether it is at the moment."""
        return bool(self.drawn and self.drawn.picture and self.drawn.picture.area.scale.log)

    def next_unit(self) -> Unit:
        """Count time in the next unit, and say which."""
        unit = UNITS[(UNITS.index(self.settings.unit) + 1) % len(UNITS)]
        self.settings = self.settings._replace(unit=unit)
        return unit

    def next_smoothing(self) -> int:
        """Smooth more, or after the most not at all; says over how many epochs."""
        strengths = smoothing.STRENGTHS
        strength = strengths[(strengths.index(self.settings.smooth) + 1) % len(strengths)]
        self.settings = self.settings._replace(smooth=strength)
        return smoothing.reach(strength, int(self.data.newest))

    # The time axis.

    def action_time_zoom(self, way: int) -> None:
        """Show half of the time round the cursor, or the newest epoch; twice as much where `way` is negative."""
        around = self.data.newest if self.cursor is None else float(self.cursor)
        self.zoom_around(way, around)

    def action_time_pan(self, way: int) -> None:
        """Show what comes before, or after."""
        if self.drawn is not None:
            self._look_at(time_axis.panned(self.drawn.shown, self.data.whole, way * _PAN))

    def action_time_fit(self) -> None:
        """Show all of the run."""
        self._look_at(None)

    def zoom_around(self, way: int, around: float) -> None:
        """Nearer, or farther where `way` is negative, with `around` staying where it is."""
        if self.drawn is not None:
            factor = _ZOOM if way > 0 else 1 / _ZOOM
            self._look_at(time_axis.zoomed(self.drawn.shown, self.data.whole, factor, around))

    def _look_at(self, window: Window | None) -> None:
        self.settings = self.settings._replace(window=window)

    def on_click(self, event: events.Click) -> None:
        """Move the cursor to the epoch that was hit."""
        offset = event.get_content_offset(self)
        if offset is not None and self.drawn is not None:
            self._choose(self.drawn.epoch_at(offset.x))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Back in time; with ctrl zoom in, with shift show what comes before."""
        self.turn(event, -1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """On in time; with ctrl zoom out, with shift show what comes after."""
        self.turn(event, 1)

    def turn(self, event: events.MouseEvent, way: int) -> None:
        """The wheel was turned, on if `way` is positive."""
        shown = self.drawn
        if shown is None or not self.data.series:
            return
        event.stop()
        if event.ctrl:
            offset = event.get_content_offset(self)
            hit = shown.epoch_at(offset.x) if offset is not None else None
            self.zoom_around(-way, float(hit or self.data.newest))
        elif event.shift:
            self.action_time_pan(way)
        else:
            known = np.asarray(self.data.series[0].x, np.float64)
            at = known[-1] if self.cursor is None else self.cursor
            step = max(1, round((shown.shown[1] - shown.shown[0]) / _WHEEL))
            self._choose(int(min(max(at + way * step, known[0]), known[-1])))

    def _choose(self, epoch: int | None) -> None:
        if epoch is not None:
            self.post_message(self.EpochChosen(epoch))

    # Drawing.

    def on_resize(self, _event: events.Resize) -> None:
        """Everything depends on the size; lines are drawn as they are asked for."""
        self.refresh()

    @property
    def _wanted(self) -> Wanted:
        mode = colour_mode(self.app.console.color_system)
        size = self.size.width, self.size.height
        return Wanted(size, self.app.theme, self.background_colors[1], mode, self.settings, self.placeholder)

    def _update(self) -> None:
        """Draw now, and have only the cells that differ sent to the terminal: a chart in full is 5 kB."""
        if not self.is_mounted or not self.size:
            return
        before = self._strips
        if not self._draw_if_needed():
            return
        if len(before) != len(self._strips):
            self.refresh()
            return
        for y, (old, new) in enumerate(zip(before, self._strips, strict=True)):
            left, right = _difference(list(old), list(new))
            if left < right:
                self.refresh(Region(left, y, right - left, 1))

    def render_line(self, y: int) -> Strip:
        """One line of the chart, drawn anew only when something it depends on has changed."""
        self._draw_if_needed()
        strip = self._strips[y] if y < len(self._strips) else Strip([])
        # The style of the widget goes below: a segment without any breaks Textual's NO_COLOR filter.
        below = self.visual_style.rich_style
        return strip.apply_style(below).adjust_cell_length(self.size.width, below)

    def _draw_if_needed(self) -> bool:
        """Whether anything had to be drawn. Where only the cursor is another, the curves stay."""
        wanted = self._wanted, self.cursor
        if wanted == self._made_of:
            return False
        if self._made_of is None or self._made_of[0] != wanted[0] or self.drawn is None:
            self.drawn = None if self.data.empty else self._draw(wanted[0])
        self._made_of = wanted
        self._strips = self.drawn.strips(self.cursor) if self.drawn else self._placeholder(*wanted[0].size)
        return True

    def _draw(self, wanted: Wanted) -> View:
        grid = self._style("grid") if wanted.mode in ("truecolor", "256") and not self.app.no_color else None
        look = Look(
            axis=self._style("axis"),
            cursor=self._style("cursor"),
            band=self._style("band"),
            mark=self._style("mark"),
            grid=grid,
            star=self._style("star") + Style(bold=True),
            level=self._style("level"),
        )
        colour = self.get_component_rich_style("loss-chart--others").color
        palette = Palette(
            self.app.theme_variables,
            wanted.mode,
            self.app.no_color,
            wanted.background,
            colour.get_truecolor().hex if colour else "",
        )
        return self.view(wanted, palette, look, Inks(look.axis, look.star, look.level))

    def view(self, wanted: Wanted, palette: Palette, look: Look, inks: Inks) -> View:
        """The data, of which there are some, as they are looked at."""
        return view(self.data, wanted.settings, wanted.size, palette, look, inks)

    def _placeholder(self, width: int, height: int) -> list[Strip]:
        style = self._style("placeholder")
        return [Strip([Segment(line, style)]) for line in placed(self.placeholder, width, height)]

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
