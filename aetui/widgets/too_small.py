"""What a terminal shows that is too small for anything else."""

from __future__ import annotations

from textual.widgets import Static

WIDTH, HEIGHT = 40, 12
"""The least columns and lines that the workbench can do with."""


class TooSmall(Static):
    """Lies over the whole screen, so that what is below keeps its focus until there is room for it again."""

    DEFAULT_CSS = """
    TooSmall {
        layer: cover;
        position: absolute;
        width: 100%;
        height: 100%;
        content-align: center middle;
        text-align: center;
        background: $background;
    }
    """

    def __init__(self) -> None:
        super().__init__(f"terminal too small: {WIDTH}×{HEIGHT} is needed", markup=False)
