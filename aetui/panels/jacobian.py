"""How fast the code moves when an image does: the singular values of the encoder's Jacobian, largest first."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from textual.content import Content

from aetui.panels.lines import Lines
from aetui.render.bars import MUTED, bars
from engine.errors import counted

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


class Jacobian(Lines):
    """The Jacobian panel."""

    view = "spectrum"
    placeholder = "The directions in which the code moves appear after the first epoch"
    missing = "This run keeps no Jacobian: it is of another autoencoder, or an older version trained it"

    def lines(self, values: NDArray[np.float32], size: tuple[int, int], *, blocks: bool) -> list[Content]:
        """`values`: singular values, (min(units, pixels),), largest first, drawn as in `spectrum`."""
        return spectrum(values, size, blocks=blocks)
