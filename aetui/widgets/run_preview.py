"""What a run looks like, beside the table: its curve, its figures, six pictures, and what it was set to."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from aetui.bringing.set_rows import absent
from aetui.follow.glance import Glanced
from aetui.render import metrics, numbers, run_cells
from aetui.render.spark import sparkline
from aetui.render.text import plain
from aetui.widgets.image_grid import ImageGrid, ImageRow
from aetui.widgets.run_table import STATES
from engine.runs.listing.changes import told
from engine.runs.listing.rows import Row

if TYPE_CHECKING:
    from aetui.screens.host import Workbench

MUTED = "$text-muted"
CURVE = 16
"""Characters of the curve at least; its figure stands behind it."""


class RunPreview(Vertical):
    """Shows a row at once, and its pictures when they have been read."""

    DEFAULT_CSS = """
    RunPreview { width: 36; padding: 0 1; border-left: solid $border-blurred; }
    RunPreview > #told { height: auto; }
    RunPreview > ImageGrid { height: 1fr; max-height: 25; display: none; }
    RunPreview > #read { height: auto; max-height: 50%; margin-top: 1; display: none; }
    RunPreview > #set { height: auto; margin-top: 1; }
    RunPreview > #caption { height: auto; margin-top: 1; display: none; }
    RunPreview.-pictures > ImageGrid, RunPreview.-pictures > #caption { display: block; }
    RunPreview.-read > #read { display: block; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._row: Row | None = None
        self._words = (Content(""), Content(""))

    def compose(self) -> ComposeResult:
        """From top to bottom: what it is and reached, pictures or sentences, settings."""
        yield Static(id="told")
        yield Static(Content.styled("input, and below it the output", MUTED), id="caption")
        yield ImageGrid()
        yield Static(id="read")
        yield Static(id="set")

    def show(self, row: Row | None) -> None:
        """Show this run instead. Pictures of another one go."""
        if row is None or self._row is None or row.run.id != self._row.run.id:
            self.remove_class("-pictures", "-read")
        self._row = row
        words = self._words
        self._words = (self._told(row), self._set(row)) if row else (Content(""), Content(""))
        for name, before, now in zip(("#told", "#set"), words, self._words, strict=True):
            if now != before:  # an update is sent to the terminal, whatever it says
                self.query_one(name, Static).update(now)

    def show_pictures(self, found: Glanced) -> None:
        """What was read of a run, if it is still the one shown."""
        if self._row is None or found.run_id != self._row.run.id:
            return
        self.set_class(found.outputs is not None, "-pictures")
        self.set_class(bool(found.readings), "-read")
        if found.inputs is not None and found.outputs is not None:
            self.query_one(ImageGrid).show([ImageRow("", found.inputs), ImageRow("", found.outputs)])
        lines = (Content.assemble(plain(text), "\n", (plain(read), MUTED)) for text, read in found.readings)
        self.query_one("#read", Static).update(Content("\n").join(lines))

    def on_resize(self) -> None:
        """How long the curve is depends on the width."""
        self.show(self._row)

    def _told(self, row: Row) -> Content:
        run, state = row.run, STATES[row.run.status]
        lines = [
            Content.styled(run_cells.name(run), "bold"),
            *([Content.styled(plain(run.id), MUTED)] if run.name else []),
            Content.assemble((f"{state.mark} {state.word}", state.colour), f" · {run_cells.age(run, time.time())}"),
            Content(f"{run_cells.model(run)} on {plain(run.dataset)}"),
            Content(run_cells.origin(run)),
            Content.styled(plain(absent(run.dataset, self._data_dir)), "$warning"),
            Content(f"{run_cells.epochs(run)} epochs in {run_cells.duration(run)}"),
            self._curve(row),
            *self._figures(row),
        ]
        return Content("\n").join(line for line in lines if line.plain)

    @property
    def _data_dir(self) -> Path | None:
        return cast("Workbench", self.app).data_dir

    def _curve(self, row: Row) -> Content:
        loss = row.run.loss
        if loss is None:
            return Content("")
        figure = f" {numbers.loss(loss)}"
        width = max(CURVE, self.size.width - len(figure))
        return Content.assemble((sparkline(row.run.curve, width), "$primary"), figure)

    def _figures(self, row: Row) -> list[Content]:
        if row.headline is None:
            return []
        figure = metrics.shown(row.headline.measure, row.headline.ours)
        ours = Content.styled(f"{row.headline.measure.label} {figure}", "bold")
        if row.headline.beats is None:
            return [ours]
        colour = "$success" if row.headline.beats else "$error"
        return [ours, Content.styled(run_cells.baseline(row), colour)]

    def _set(self, row: Row) -> Content:
        run = row.run
        lines = [
            *([Content.assemble(("tags ", MUTED), (run_cells.tags(run), "$secondary"))] if run.tags else []),
            *([Content.styled(plain(run.note), "italic")] if run.note else []),
            Content.styled(f"beside preset {plain(run.preset)}:" if row.changed else "as the preset has it", MUTED),
            *(Content.assemble((f"{plain(name)} ", MUTED), plain(told(value))) for name, value in row.changed.items()),
        ]
        return Content("\n").join(lines)
