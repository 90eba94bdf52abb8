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
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Label

from aetui import keymap
from aetui.render.text import plain
from aetui.state.run_state import Curve


class CurveList(Widget, can_focus=True):
    """One line a curve, with a mark where it is switched on; `names_on` is changed in place."""

    BINDINGS = keymap.bindings("lists", "curves")

    marked: reactive[int] = reactive(0)

    def __init__(self, curves: Sequence[Curve], names_on: set[str], changed: Callable[[], None]) -> None:
        super().__init__()
        self.curves = curves
        self.names_on = names_on
        self.changed = changed

    def render(self) -> Content:
        """A line a curve: where the cursor is, whether it is drawn, its name."""
        return Content("\n").join(map(self._row, range(len(self.curves))))

    def _row(self, index: int) -> Content:
        name = self.curves[index].name
        here = ("▸ ", "$accent") if index == self.marked else "  "
        box = ("[x] ", "bold $accent") if name in self.names_on else ("[ ] ", "$text-muted")
        return Content.assemble(here, box, plain(name))

    def validate_marked(self, index: int) -> int:
        """A move beyond either end stops there."""
        return max(0, min(index, len(self.curves) - 1))

    def action_move(self, by: int) -> None:
        """Move the cursor by `by` lines, down if positive."""
        self.marked += by

    def action_edge(self, side: int) -> None:
        """To the first line (a negative `side`) or to the last."""
        self.marked = 0 if side < 0 else len(self.curves) - 1

    def action_switch(self) -> None:
        """Draw the curve under the cursor or leave it out; `changed` is called after."""
        self.names_on ^= {self.curves[self.marked].name}
        self.refresh()
        self.changed()

    def on_click(self, event: events.Click) -> None:
        """Switch the curve that was hit, which gets the cursor; nothing below the last."""
        offset = event.get_content_offset(self)
        if offset is not None and offset.y < len(self.curves):
            self.marked = offset.y
            self.action_switch()


class CurvesDialog(ModalScreen[None]):
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
