"""How a codebook is used: how often each entry is chosen, the most frequent first."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from textual.content import Content

from aetui.panels.lines import Lines, ranked
from aetui.panels.table import View
from aetui.taking import of_pictures
from aetui.taking.taken import Taken


def perplexity(shares: NDArray[np.float32]) -> float:
    """exp of the entropy of `shares`, which sum to 1: of how many entries even use is made."""
    used = shares[shares > 0].astype(np.float64)
    return float(np.exp(-(used * np.log(used)).sum()))


def usage(shares: NDArray[np.float32], size: tuple[int, int], *, blocks: bool = True) -> list[Content]:
    """`shares` of the entries, the largest first, as bars below a line that sums them up; those that fit, evenly chosen
    by rank."""
    used = int((shares > 0).sum())
    share = f"{used / len(shares):.0%}".replace("%", " %")
    told = f"{used:,} of {len(shares):,} entries in use ({share}) · perplexity {perplexity(shares):,.0f}"
    return ranked(told, np.sort(shares)[::-1], ".2%", size, blocks=blocks)


class Codebook(Lines):
    """The codebook panel."""

    view = "usage"
    placeholder = "How often each entry is chosen appears after the first epoch"
    missing = "This run has no codebook"

    def lines(self, values: NDArray[np.float32], size: tuple[int, int], *, blocks: bool) -> list[Content]:
        """`values`: the share of each entry, (entries,), drawn as in `usage`."""
        return usage(values, size, blocks=blocks)

    def taken(self, view: View) -> Taken:
        """All the numbers, the largest first."""
        return of_pictures.ranked("codebook", view, self.view, "share", "entry")
