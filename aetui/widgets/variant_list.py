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
from aetui.render import more
from aetui.widgets.list_filter import LEAVING, Filter
from engine.variants.variant import Variant


class VariantList(Widget, can_focus=True):
    """Choosing happens by moving: who wants to know watches `chosen`."""

    BINDINGS = keymap.bindings("lists", "models")

    chosen: reactive[int] = reactive(0)

    def __init__(self, variants: Sequence[Variant[Any]], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.border_title = "Models"
        self.variants = variants
        self._filter = Filter()
        self._before = 0
        """What was chosen when the filter was begun."""

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
    def _listed(self) -> list[int]:
        """The models that the filter leaves."""
        return self._filter.matching([f"{variant.label} {variant.key}" for variant in self.variants])

    @property
    def _top(self) -> int:
        """The first row shown, so that the chosen one is on the screen."""
        listed, room = self._listed, max(1, self.size.height)
        at = listed.index(self.chosen) if self.chosen in listed else 0
        return max(0, min(at - room // 2, len(listed) - room))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """A line for each model, and those that the chosen one's summary takes in `width` cells."""
        return self._whole(self._rows).get_height({}, width)  # however many rows are shown now

    def render(self) -> Content:
        """The models that have room, the chosen one among them, and its summary below."""
        rows, top, room = self._rows, self._top, max(1, self.size.height)
        shown = rows[top : top + room]
        return self._whole(more.marked(shown, self.size.width, above=top, below=len(rows) - top - len(shown)))

    def on_resize(self) -> None:
        """Which models have room depends on the height."""
        self.refresh()

    @property
    def _rows(self) -> list[Content]:
        return [self._row(index) for index in self._listed]

    def _whole(self, rows: Sequence[Content]) -> Content:
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
        """Choose the model `by` lines further down, among those that the filter leaves."""
        listed = self._listed
        if listed:
            at = listed.index(self.chosen) if self.chosen in listed else 0
            self.chosen = listed[max(0, min(at + by, len(listed) - 1))]

    def action_edge(self, side: int) -> None:
        """Choose the first model (a negative `side`) or the last."""
        self.chosen = 0 if side < 0 else len(self.variants) - 1

    # The filter: the first model that it leaves is chosen; enter keeps it, escape goes back.

    def action_filter(self) -> None:
        """Take letters, and leave those models whose name has them."""
        self._before = self.chosen
        self._filter.begin()
        self._filtered()

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Whether the filter takes this key."""
        return self._filter.takes(key, character or keymap.CHARACTERS.get(key))

    def on_key(self, event: events.Key) -> None:
        """What is typed while the list is filtered."""
        if not self._filter.takes(event.key, event.character):
            return
        event.stop()
        event.prevent_default()
        if event.key in LEAVING:
            if event.key == "escape":
                self.chosen = self._before
            self._filter.end()
        else:
            self._filter.press(event.key, event.character)
        self._filtered()

    def on_paste(self, event: events.Paste) -> None:
        """As typed, while the list is filtered."""
        if self._filter.typing:
            event.stop()
            self._filter.put_in(event.text)
            self._filtered()

    def on_blur(self) -> None:
        """All models are listed again."""
        if self._filter.typing:
            self._filter.end()
            self._filtered()

    def _filtered(self) -> None:
        listed = self._listed
        if listed and self.chosen not in listed:
            self.chosen = listed[0]
        self.border_subtitle = self._filter.told(len(listed))
        self.refresh(layout=True)

    def on_click(self, event: events.Click) -> None:
        """Choose the model that was hit; nothing on the summary."""
        offset = event.get_content_offset(self)
        listed = self._listed
        if offset is not None and offset.y + self._top < len(listed):
            self.chosen = listed[offset.y + self._top]
