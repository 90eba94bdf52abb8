"""A scrolling page that obeys the keys of lists."""

from __future__ import annotations

from textual.containers import VerticalScroll

from aetui import keymap


class Scroller(VerticalScroll):
    """Arrows, j and k by line, g and G to the ends."""

    BINDINGS = keymap.bindings("lists")

    def action_move(self, by: int) -> None:
        """Scroll by `by` lines, down if positive."""
        self.scroll_relative(y=by, animate=False)

    def action_edge(self, side: int) -> None:
        """To the top (a negative `side`) or to the bottom."""
        self.scroll_to(y=0 if side < 0 else self.max_scroll_y, animate=False)
