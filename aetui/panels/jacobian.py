"""How fast the code moves when an image does: the singular values of the encoder's Jacobian, largest first."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from textual.content import Content

from aetui.panels.lines import Lines, ranked
from aetui.panels.table import View
from aetui.taking import of_pictures
from aetui.taking.taken import Taken
from engine.errors import counted

FOLLOWED = 0.1
"""Share of the largest singular value from which the code is said to follow a direction."""


def spectrum(values: NDArray[np.float32], size: tuple[int, int], *, blocks: bool = True) -> list[Content]:
    """`values`, largest first, as bars below a line that sums them up; those that fit into `size`, evenly chosen."""
    followed = int((values >= FOLLOWED * values[0]).sum())
    told = f"‖J‖ {np.linalg.norm(values):.3g} · follows {followed:,} of {counted(len(values), 'direction')}"
    return ranked(told, values, ".3g", size, blocks=blocks)


class Jacobian(Lines):
    """The Jacobian panel."""

    view = "spectrum"
    placeholder = "The directions in which the code moves appear after the first epoch"
    missing = "This run keeps no Jacobian: it is of another autoencoder, or an older version trained it"

    def lines(self, values: NDArray[np.float32], size: tuple[int, int], *, blocks: bool) -> list[Content]:
        """`values`: singular values, (min(units, pixels),), largest first, drawn as in `spectrum`."""
        return spectrum(values, size, blocks=blocks)

    def taken(self, view: View) -> Taken:
        """All the numbers, the largest first."""
        return of_pictures.ranked("jacobian", view, self.view, "singular value")
