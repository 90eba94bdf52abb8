"""The page of a model, with the layers of the settings that stand in the form, or another page that explains."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from aetui import keymap
from aetui.explaining import lines, live, pages
from aetui.explaining.drawing import drawer
from aetui.render.pixels import colour_mode
from aetui.screens.modal import Modal
from aetui.widgets.scroller import Scroller
from engine import registry

if TYPE_CHECKING:
    from aetui.screens.host import Desk, Workbench

WIDTH, SHARE, FRAME = 104, 0.96, 8
"""The most columns that the dialog takes, its share of the screen (as in the style sheet), and what frame, padding and
scrollbar take of them."""
LEAST = 20
LOOKS = {
    "head": "bold $primary",
    "code": "bold $accent",
    "formula": "$accent",
    "strong": "bold $foreground",
    "muted": "$text-muted",
}


def screen(desk: Desk, name: str, overrides: Mapping[str, str]) -> ExplainScreen:
    """The page called `name`, "" for that of the model whose form is filled in at `desk`. Raises UsageError."""
    draft = desk.draft
    assert draft is not None
    page = pages.page(name or draft.variant)
    looked_at = live.Configuration(draft.variant, draft.preset, draft.config, draft.dataset)
    if page.about == "models" and page.name != draft.variant:
        looked_at = live.default(registry.variant(page.name))
    return ExplainScreen(page, looked_at if page.about == "models" else None, overrides)


class ExplainScreen(Modal[None]):
    """Scrolls; any of its closing keys leads back."""

    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("dialogs"), keymap.closing("explain")]

    def __init__(
        self, page: pages.Page, configuration: live.Configuration | None, overrides: Mapping[str, str]
    ) -> None:
        """`configuration`: whose layers a page about a model draws."""
        super().__init__()
        self.page, self.configuration = page, configuration
        self._closing_key = keymap.first_key(keymap.BY_ID["close"], overrides)
        self._width = 0

    def compose(self) -> ComposeResult:
        """The page in as much room as there is."""
        with Scroller(classes="dialog -page") as box:
            box.border_title = Content(f"Explained: {self.page.name}")
            others = [name for name in pages.pages() if pages.pages()[name].about != "models"]
            box.border_subtitle = Content(f":explain {'|'.join(others)} · {self._closing_key} closes")
            self._width = _room(self.app.size.width)
            yield Static(self._drawn(self._width), id="page")

    def on_resize(self) -> None:
        """Lines and pictures depend on the width."""
        width = _room(self.size.width)
        if width != self._width:
            self._width = width
            self.query_one("#page", Static).update(self._drawn(width))

    def _drawn(self, width: int) -> Content:
        workbench = cast("Workbench", self.app)
        drawn = drawer(self.page.path.parent, workbench.cells, colour_mode(self.app.console.color_system))
        filling: lines.Live = partial(live.block, self.configuration) if self.configuration else live.nothing
        found = lines.page(self.page.text, width, filling, drawn, workbench.abilities.characters)
        return Content("\n").join([_content(line) for line in found])


def _room(columns: int) -> int:
    """Cells of a line on a screen of so many columns."""
    return max(LEAST, min(WIDTH, int(SHARE * columns)) - FRAME)


def _content(line: lines.Line) -> Content:
    return Content.assemble(*((piece.text, _look(piece)) for piece in line))


def _look(piece: lines.Piece) -> str:
    if piece.paper == -1:
        return LOOKS.get(piece.role, "$foreground")
    return f"#{piece.ink:06x} on #{piece.paper:06x}"
