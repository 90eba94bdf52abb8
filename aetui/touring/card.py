"""The card of the tour: where it is, and what to press."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from aetui.explaining.document import pieces


class TourCard(Static):
    """Stands above the bottom lines and takes no focus; what it says is set by the tour."""

    DEFAULT_CSS = """
    TourCard {
        height: auto;
        max-height: 5;
        background: $panel;
        border-left: thick $accent;
        padding: 0 1;
    }
    """

    def say(self, number: int, count: int, title: str, text: str, keys: str) -> None:
        """Step `number` of `count`; in `text` keys stand between backticks."""
        looks = {"code": "bold $accent"}
        self.update(
            Content.assemble(
                (f"Tour {number} of {count}: {title}. ", "bold $primary"),
                *((piece, looks.get(role, "$foreground")) for piece, role in pieces(text)),
                (f"  ({keys})", "$text-muted"),
            )
        )
