"""The list of models: one line each, and below them what the chosen one is good for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive
from textual.widget import Widget

from aetui import keymap
from engine.variants.variant import Variant


class VariantList(Widget, can_focus=True):
    """Choosing happens by moving: who wants to know watches `chosen`."""

    BINDINGS = keymap.bindings("lists", "models")

    chosen: reactive[int] = reactive(0)

    def __init__(self, variants: Sequence[Variant[Any]], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.border_title = "Models"
        self.variants = variants

    @property
    def variant(self) -> Variant[Any]:
        """The model that the marker is on."""
        return self.variants[self.chosen]

    def choose(self, key: str) -> None:
        """Put the marker on the variant `key`, if it is listed."""
        keys = [variant.key for variant in self.variants]
        if key in keys:
            self.chosen = keys.index(key)

    @property
    def _top(self) -> int:
        """The first row shown, so that the chosen one is on the screen."""
        room = max(1, self.size.height)
        return max(0, min(self.chosen - room // 2, len(self.variants) - room))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """A line for each model, and those that the chosen one's summary takes in `width` cells."""
        return self._from(0).get_height({}, width)  # however many rows are shown now

    def render(self) -> Content:
        """The models that have room, the chosen one among them, and its summary below."""
        return self._from(self._top)

    def on_resize(self) -> None:
        """Which models have room depends on the height."""
        self.refresh()

    def _from(self, top: int) -> Content:
        rows = [self._row(index) for index in range(top, len(self.variants))]
        return Content("\n").join([*rows, Content.styled(self.variant.summary, "$text-muted")])

    def _row(self, index: int) -> Content:
        label = self.variants[index].label
        if index == self.chosen:
            return Content.assemble(("▸ ", "$accent"), (label, "bold $foreground"))
        return Content.styled(f"  {label}", "$foreground")

    def validate_chosen(self, index: int) -> int:
        """A move beyond either end stops there."""
        return max(0, min(index, len(self.variants) - 1))

    def watch_chosen(self) -> None:
        """Summaries differ in length, and so does the list in height."""
        self.refresh(layout=True)

    def action_move(self, by: int) -> None:
        """Choose the model `by` lines further down."""
        self.chosen += by

    def action_edge(self, side: int) -> None:
        """Choose the first model (a negative `side`) or the last."""
        self.chosen = 0 if side < 0 else len(self.variants) - 1

    def on_click(self, event: events.Click) -> None:
        """Choose the model that was hit; nothing on the summary."""
        offset = event.get_content_offset(self)
        if offset is not None and offset.y + self._top < len(self.variants):
            self.chosen = offset.y + self._top
