"""What an epoch's sentences say of the model before anything is asked: cosines of reconstructions, and readings."""

from __future__ import annotations

from collections.abc import Mapping

from textual import events
from textual.content import Content
from textual.widgets import Static

from aetui.render.bars import MUTED
from aetui.render.histogram import cosine_histogram
from aetui.render.metrics import of_sentences
from aetui.render.pixels import colour_mode
from aetui.render.words import probes
from engine.runs.snapshots import Samples

BESIDE = 90
"""Columns from which histogram and readings stand beside each other."""
WIDEST = 56
"""Columns of a histogram; a wider one tells no more."""
LOW = 10
"""Rows below which final metrics are left to the Parameters panel."""
_GAP = 3
PROBES = {"sentences", "readings"}
"""The views that are shown beside the histogram."""


class SentenceOverview(Static):
    """Drawn anew when the samples or the size change, not else."""

    DEFAULT_CSS = """
    SentenceOverview { height: 1fr; text-wrap: nowrap; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._samples: Samples | None = None
        self._instead = ""
        self._metrics: Mapping[str, float] = {}

    def show(self, samples: Samples | None, instead: str, metrics: Mapping[str, float]) -> None:
        """These samples with the final metrics, if there are such, or the sentence in their place."""
        if samples is self._samples and instead == self._instead and metrics == self._metrics:
            return
        self._samples, self._instead, self._metrics = samples, instead, metrics
        self._draw()

    def on_resize(self, _event: events.Resize) -> None:
        """Whether histogram and readings stand beside each other depends on the width."""
        self._draw()

    def _draw(self) -> None:
        if not self.is_mounted or not self.size:
            return
        if self._samples is None or self._instead:
            lines = Content.styled(self._instead, "$text-muted").wrap(self.size.width)
        else:
            blocks = colour_mode(self.app.console.color_system) != "none"
            lines = _metrics(self._metrics, self.size)
            room = self.size.width, self.size.height - len(lines)
            lines += overview(self._samples, room, blocks=blocks)
        self.update(Content("\n").join(lines), layout=False)


def _metrics(metrics: Mapping[str, float], size: tuple[int, int]) -> list[Content]:
    """What the run ended with, a line each; nothing where there is hardly room for the rest."""
    width, height = size
    if height < LOW:
        return []
    rows = [Content.assemble((f"{name} " if name else "", MUTED), text) for name, text in of_sentences(metrics)]
    return [row.truncate(width, ellipsis=True) for row in rows]


def overview(samples: Samples, size: tuple[int, int], *, blocks: bool = True) -> list[Content]:
    """Histogram and readings beside each other, or one below the other, in `size` (columns, rows) cells."""
    width, height = size
    cosines = samples.views.get("cosines")
    if cosines is None:
        return _probes(samples, size)
    if not samples.views.keys() >= PROBES:
        return cosine_histogram(cosines, (min(width, WIDEST), height), blocks=blocks)
    if width < BESIDE:
        above = cosine_histogram(cosines, (width, max(2, height // 2 - 1)), blocks=blocks)
        below = _probes(samples, (width, height - len(above) - 1))
        return [*above, Content(""), *below] if height - len(above) > 3 else above
    column = min(WIDEST, (width - _GAP) // 2)
    left = cosine_histogram(cosines, (column, height), blocks=blocks)
    right = _probes(samples, (width - column - _GAP, height))
    left += [Content("")] * (len(right) - len(left))
    right += [Content("")] * (len(left) - len(right))
    return [Content.assemble(a.truncate(column + _GAP, pad=True), b) for a, b in zip(left, right, strict=True)]


def _probes(samples: Samples, size: tuple[int, int]) -> list[Content]:
    if not samples.views.keys() >= PROBES:
        return []
    return probes(samples.views["sentences"].tolist(), samples.views["readings"].tolist(), size)
