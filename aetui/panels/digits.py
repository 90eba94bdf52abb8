"""The probe set at one epoch: what the model was given, what it made of it, and where it erred."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.widgets import Static

from aetui.panels.table import View
from aetui.render.arrangement import Layout, arrange
from aetui.render.metrics import baselines, shown, whose
from aetui.render.pixels import to_grey
from aetui.render.text import plain
from aetui.state.run_state import RunState
from aetui.taking import of_pictures
from aetui.taking.taken import Taken
from aetui.widgets.image_grid import ImageGrid, ImageRow
from engine.analysis.baselines import MEASURES
from engine.runs.snapshots import Samples

PLACEHOLDER = "The pictures appear after the first epoch"
LONGEST_NAME = 12
ENOUGH = 4
"""Items to show at least; where there is no room for as many, the rows that tell least give way, down to two."""


class Digits(Container):
    """The digits panel."""

    DEFAULT_CSS = """
    Digits > Static { height: 1; color: $text-muted; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._grid = ImageGrid(placeholder=PLACEHOLDER)
        self._line = Static()
        self._view: View | None = None
        self._shown: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        """The pictures, and a line below them for metrics, displayed only where it costs no picture."""
        yield self._grid
        yield self._line

    def show(self, view: View) -> None:
        """Draw the epoch under the cursor, unless pictures, caption and size are those that are on the screen."""
        self._view = view
        caption = _caption(view.run, self.size.width) if view.run else ""
        what = (view.samples, view.missing, caption, self.size)
        # Samples hold arrays, which cannot be compared; they are read once for each epoch.
        if len(self._shown) == len(what) and self._shown[0] is what[0] and self._shown[1:] == what[1:]:
            return
        self._shown = what
        self._draw(view, caption)

    def on_resize(self) -> None:
        """Choose anew which rows have room, and how long the caption may be."""
        if self._view is not None:
            self.show(self._view)

    def taken(self, view: View) -> Taken:
        """All rows, those included that have no room on the screen, and the error of each item."""
        rows = _rows(view) if view.samples else []
        return of_pictures.digits(view, [(row.label, row.images) for row in rows])

    def _draw(self, view: View, caption: str) -> None:
        rows = _rows(view) if view.samples else []
        if rows and self.size:
            rows = fitting(rows, *self.size)
        self._line.display = bool(rows) and bool(caption) and _spare_line(rows, *self.size)
        self._line.update(Content(caption))
        self._grid.placeholder = view.missing or PLACEHOLDER
        self._grid.show(rows)


def _rows(view: View) -> list[ImageRow]:
    """What there is to compare, the most telling first."""
    samples = view.samples
    assert samples is not None
    rows = [ImageRow("input", samples.inputs), ImageRow("output", samples.outputs)]
    if _corrupted(samples):
        rows.append(ImageRow("original", samples.targets))
    if (baseline := samples.views.get("baseline")) is not None:
        rows.append(ImageRow(_baseline_name(view), baseline))
    return [*rows, ImageRow("|error|", abs(samples.outputs - samples.targets))]


def _baseline_name(view: View) -> str:
    if (name := view.views.get("baseline_name")) is not None:
        return plain(str(name[0]), LONGEST_NAME)
    return f"PCA-{view.run.code_size}" if view.run and view.run.code_size else "PCA"


def _corrupted(samples: Samples) -> bool:
    return samples.inputs.shape != samples.targets.shape or bool((samples.inputs != samples.targets).any())


def fitting(rows: list[ImageRow], width: int, height: int) -> list[ImageRow]:
    """As many of the first `rows` as leave room for enough items in `width` × `height` cells; at least two."""
    for count in range(len(rows), 2, -1):
        if _arranged(rows[:count], width, height).shown >= min(ENOUGH, len(rows[0].images)):
            return rows[:count]
    return rows[:2]


def _spare_line(rows: list[ImageRow], width: int, height: int) -> bool:
    """Whether the pictures are the same with a line less."""
    most, less = _arranged(rows, width, height), _arranged(rows, width, height - 1)
    return (most.shown, most.size, most.grouped, most.heading) == (less.shown, less.size, less.grouped, less.heading)


def _arranged(rows: list[ImageRow], width: int, height: int) -> Layout:
    return arrange([(row.label, to_grey(row.images)) for row in rows], width, height)


def _caption(run: RunState, width: int) -> str:
    """How good the reconstructions are, once the run is over, and those of as many baselines, the strongest first, as
    there is room for in `width` cells."""
    measure = next(measure for measure in MEASURES if measure.key == "mse")
    ours = run.metrics.get(measure.ours)
    if ours is None:
        return ""
    parts = [f"{measure.label} {shown(measure, ours)}{whose(run.weights_epoch)}", *baselines(run.metrics, measure)]
    texts = [" · ".join(parts[:count]) for count in range(len(parts), 0, -1)]
    return next((text for text in texts if len(text) <= width), texts[-1])
