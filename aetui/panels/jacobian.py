"""How fast the code moves when an image does: the singular values of the encoder's Jacobian, largest first."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from textual import events
from textual.content import Content
from textual.widgets import Static

from aetui.panels.table import View
from aetui.render.bars import MUTED, bars
from aetui.render.pixels import colour_mode
from engine.errors import counted

PLACEHOLDER = "The directions in which the code moves appear after the first epoch"
MISSING = "This run keeps no Jacobian: it is of another autoencoder, or an older version trained it"

FOLLOWED = 0.1
"""Share of the largest singular value from which the code is said to follow a direction."""


def spectrum(values: NDArray[np.float32], size: tuple[int, int], *, blocks: bool = True) -> list[Content]:
    """`values`, largest first, as bars below a line that sums them up; those that fit into `size`, evenly chosen."""
    width, height = size
    followed = int((values >= FOLLOWED * values[0]).sum())
    told = f"‖J‖ {np.linalg.norm(values):.3g} · follows {followed:,} of {counted(len(values), 'direction')}"
    lines = [Content.styled(told, MUTED).truncate(width, ellipsis=True)]
    chosen = np.unique(np.linspace(0, len(values) - 1, max(1, min(len(values), height - 1))).round().astype(int))
    rows = [(f"{place + 1:,}", float(values[place]), f"{values[place]:.3g}") for place in chosen.tolist()]
    return lines + bars(rows, width, rows[0][1], blocks=blocks)


class Jacobian(Static):
    """The Jacobian panel."""

    def __init__(self) -> None:
        super().__init__(PLACEHOLDER)
        self._values: NDArray[np.float32] | None = None
        self._why = PLACEHOLDER

    def show(self, view: View) -> None:
        self._values = view.samples.views.get("spectrum") if view.samples else None
        self._why = MISSING if view.samples else view.missing or PLACEHOLDER
        self._draw()

    def on_resize(self, _event: events.Resize) -> None:
        self._draw()

    def _draw(self) -> None:
        if not self.is_mounted or not self.size:
            return
        if self._values is None or self._values.ndim != 1:
            self.update(Content.styled(self._why, MUTED))
            return
        blocks = colour_mode(self.app.console.color_system) != "none"
        self.update(Content("\n").join(spectrum(np.nan_to_num(self._values), self.size, blocks=blocks)))
