"""The probe set at one epoch: what the model was given, what it made of it, and where it erred."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Container

from aetui.panels import View
from aetui.widgets.image_grid import ImageGrid, ImageRow

PLACEHOLDER = "The pictures appear after the first epoch"


class Digits(Container):
    """The digits panel."""

    def compose(self) -> ComposeResult:
        yield ImageGrid(placeholder=PLACEHOLDER)

    def show(self, view: View) -> None:
        grid = self.query_one(ImageGrid)
        if view.samples is None:
            grid.placeholder = view.failure or PLACEHOLDER
            grid.show([])
            return
        samples = view.samples
        grid.show(
            [
                ImageRow("input", samples.inputs),
                ImageRow("output", samples.outputs),
                ImageRow("|error|", abs(samples.outputs - samples.targets)),
            ]
        )
