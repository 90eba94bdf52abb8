"""The chart of a race: zoomed, panned and smoothed as that of one run, its cursor anywhere on the axis."""

from __future__ import annotations

import numpy as np
from textual import events
from textual.message import Message

from aetui.racing import curves, looks
from aetui.render.curves.chart import Look
from aetui.render.curves.colouring import Palette
from aetui.render.curves.legend import Inks
from aetui.render.curves.view import View
from aetui.widgets.loss_chart import LossChart, Wanted

_WHEEL = 60
"""Turns of the wheel that the cursor takes over all that is shown."""


class RaceChart(LossChart):
    """As `LossChart`, whose keys its screen has; the mouse chooses a place of the axis, not an epoch."""

    DEFAULT_CSS = """
    RaceChart { width: 1fr; height: 1fr; }
    """

    class Chosen(Message):
        """The mouse went to a place of the axis, in its unit."""

        def __init__(self, position: float) -> None:
            super().__init__()
            self.position = position

    def view(self, wanted: Wanted, palette: Palette, look: Look, inks: Inks) -> View:
        """As `LossChart.view`, with the colours of the places."""
        colours = looks.colours(palette.variables, palette.mode, colourless=palette.colourless)
        return curves.view(self.data, wanted.settings, wanted.size, palette, look, inks, colours)

    def on_click(self, event: events.Click) -> None:
        """Move the cursor to what was hit."""
        event.prevent_default()
        offset = event.get_content_offset(self)
        position = self._position(offset.x) if offset is not None else None
        if position is not None:
            self.post_message(self.Chosen(position))

    def turn(self, event: events.MouseEvent, way: int) -> None:
        """On or back by the wheel; with ctrl nearer or farther, with shift what comes before or after."""
        shown = self.drawn
        if shown is None or not self.data.series:
            return
        event.stop()
        start, end = shown.shown
        if event.ctrl:
            offset = event.get_content_offset(self)
            hit = self._position(offset.x) if offset is not None else None
            self.zoom_around(-way, self.data.newest if hit is None else hit)
        elif event.shift:
            self.action_time_pan(way)
        else:
            at = self.data.newest if self.cursor is None else float(self.cursor)
            first = min(float(np.asarray(line.x)[0]) for line in self.data.series)
            self.post_message(self.Chosen(min(max(at + way * (end - start) / _WHEEL, first), self.data.newest)))

    def _position(self, column: int) -> float | None:
        shown = self.drawn
        if shown is None or shown.picture is None:
            return None
        area, place = shown.picture.area, column - shown.picture.left
        if not 0 <= place < area.columns:
            return None
        start, end = area.x_range
        return start + (place + 0.25) * 2 / max(1, 2 * area.columns - 1) * (end - start)
