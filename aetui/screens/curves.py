"""Which loss terms the chart draws."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Label

from aetui import keymap
from aetui.render.text import plain
from aetui.screens.modal import Modal
from aetui.state.run_state import Curve
from aetui.widgets.list_filter import LEAVING, Filter


class CurveList(Widget, can_focus=True):
    """One line a curve, with a mark where it is switched on; `names_on` is changed in place."""

    BINDINGS = keymap.bindings("lists", "curves")

    marked: reactive[int] = reactive(0)

    def __init__(self, curves: Sequence[Curve], names_on: set[str], changed: Callable[[], None]) -> None:
        super().__init__()
        self.curves = curves
        self.names_on = names_on
        self.changed = changed
        self._filter = Filter()

    @property
    def _listed(self) -> list[int]:
        """The curves that the filter leaves."""
        return self._filter.matching([curve.name for curve in self.curves])

    def render(self) -> Content:
        """A line a curve: where the cursor is, whether it is drawn, its name; the filter below while it is typed."""
        told = [self._filter.told(len(self._listed))] if self._filter.typing else []
        return Content("\n").join([*map(self._row, self._listed), *told])

    def _row(self, index: int) -> Content:
        name = self.curves[index].name
        here = ("▸ ", "$accent") if index == self.marked else "  "
        box = ("[x] ", "bold $accent") if name in self.names_on else ("[ ] ", "$text-muted")
        return Content.assemble(here, box, plain(name))

    def validate_marked(self, index: int) -> int:
        """A move beyond either end stops there."""
        return max(0, min(index, len(self.curves) - 1))

    def action_move(self, by: int) -> None:
        """Move the cursor by `by` lines, down if positive, among the curves that the filter leaves."""
        listed = self._listed
        if listed:
            at = listed.index(self.marked) if self.marked in listed else 0
            self.marked = listed[max(0, min(at + by, len(listed) - 1))]

    def action_edge(self, side: int) -> None:
        """To the first line (a negative `side`) or to the last."""
        self.marked = 0 if side < 0 else len(self.curves) - 1

    def action_filter(self) -> None:
        """Take letters, and leave those curves whose name has them."""
        self._filter.begin()
        self.refresh(layout=True)

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Whether the filter takes this key."""
        return self._filter.takes(key, character or keymap.CHARACTERS.get(key))

    def on_key(self, event: events.Key) -> None:
        """What is typed while the list is filtered; enter and escape list all again."""
        if not self._filter.takes(event.key, event.character):
            return
        event.stop()
        event.prevent_default()
        if event.key in LEAVING:
            self._filter.end()
        else:
            self._filter.press(event.key, event.character)
        listed = self._listed
        if listed and self.marked not in listed:
            self.marked = listed[0]
        self.refresh(layout=True)

    def action_switch(self) -> None:
        """Draw the curve under the cursor or leave it out; `changed` is called after."""
        self.names_on ^= {self.curves[self.marked].name}
        self.refresh()
        self.changed()

    def on_click(self, event: events.Click) -> None:
        """Switch the curve that was hit, which gets the cursor; nothing below the last."""
        offset = event.get_content_offset(self)
        listed = self._listed
        if offset is not None and offset.y < len(listed):
            self.marked = listed[offset.y]
            self.action_switch()


class CurvesDialog(Modal[None]):
    """Switches curves on and off; the chart behind shows each change at once."""

    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("dialogs"), keymap.closing("curves")]

    def __init__(
        self,
        curves: Sequence[Curve],
        names_on: set[str],
        changed: Callable[[], None],
        overrides: Mapping[str, str],
    ) -> None:
        """`names_on` is changed in place; `changed` is called after each change. `overrides` are the user's keys."""
        super().__init__()
        self._keys = [keymap.first_key(keymap.BY_ID[name], overrides) for name in ("switch", "close")]
        self._list = CurveList(curves, names_on, changed)

    def compose(self) -> ComposeResult:
        """The list, its keys in the border; a sentence above where the loss has one term only."""
        with Vertical(classes="dialog") as box:
            box.border_title = "Curves"
            box.border_subtitle = Content("{} switches · {} closes".format(*self._keys))
            if len(self._list.curves) == 2:
                yield Label(Content.styled("This run's loss has one term: the total is all of it.", "$text-muted"))
            yield self._list
