"""What panels share that say one view of a run in lines."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from textual import events
from textual.content import Content
from textual.widgets import Static

from aetui.panels.table import View
from aetui.render.bars import MUTED, bars
from aetui.render.pixels import colour_mode


def ranked(told: str, values: NDArray[np.float32], said: str, size: tuple[int, int], *, blocks: bool) -> list[Content]:
    """`values`, largest first, as bars with their ranks below the line `told`: those that fit into so many columns and
    rows, evenly chosen. `said`: the format of a value in words."""
    width, height = size
    chosen = np.unique(np.linspace(0, len(values) - 1, max(1, min(len(values), height - 1))).round().astype(int))
    rows = [(f"{place + 1:,}", float(values[place]), f"{values[place]:{said}}") for place in chosen.tolist()]
    head = Content.styled(told, MUTED).truncate(width, ellipsis=True)
    return [head, *bars(rows, width, rows[0][1], blocks=blocks)]


class Lines(Static):
    """Draws `view`, numbers in one dimension, anew for every epoch and size."""

    view: ClassVar[str]
    """Its name among those that a variant returns."""
    placeholder: ClassVar[str]
    """Said before the first epoch."""
    missing: ClassVar[str]
    """Said of a run that has no such view."""

    def __init__(self) -> None:
        super().__init__(self.placeholder)
        self._values: NDArray[np.float32] | None = None
        self._why = self.placeholder

    def lines(self, values: NDArray[np.float32], size: tuple[int, int], *, blocks: bool) -> list[Content]:
        """What is drawn in so many columns and rows; `blocks`: whether with bars of eighths of a cell."""
        raise NotImplementedError

    def show(self, view: View) -> None:
        """Take what there is of the epoch under the cursor."""
        self._values = view.views.get(self.view)
        self._why = view.instead(self.placeholder, self.missing)
        self._draw()

    def on_resize(self, _event: events.Resize) -> None:
        """Which lines have room, and how long their bars are, depends on the size."""
        self._draw()

    def _draw(self) -> None:
        if not self.is_mounted or not self.size:
            return
        if self._values is None or self._values.ndim != 1:
            self.update(Content.styled(self._why, MUTED))
            return
        blocks = colour_mode(self.app.console.color_system) != "none"
        self.update(Content("\n").join(self.lines(np.nan_to_num(self._values), self.size, blocks=blocks)))
