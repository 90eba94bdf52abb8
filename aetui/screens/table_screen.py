"""What screens with a table share: a status line above, a line below in which filters and labels are typed."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.screen import Screen

from aetui.widgets.one_line import OneLine
from aetui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from aetui.screens.host import Workbench

FILTER = "filter"
SAID_SECONDS = 6.0
"""How long something said above the table stands there."""
PREVIEW_COLUMNS = 100
"""Beside a narrower table there is no room for more about one row."""


class TableScreen(Screen[None]):
    """A table of rows; what they are, subclasses know."""

    filter_example: ClassVar[str]
    """What stands in the line while no filter is typed yet."""

    def __init__(self) -> None:
        super().__init__()
        self._filter_before = ""

    @property
    def workbench(self) -> Workbench:
        """The app, as far as screens know it."""
        return cast("Workbench", self.app)

    @property
    def seen(self) -> bool:
        """Whether it is on the screen and nothing opaque lies above it; Textual calls it current then, too, and would
        draw all that lies above whenever something here changes."""
        stack = self.app.screen_stack
        return self in stack and all(screen.styles.background.a < 1 for screen in stack[stack.index(self) + 1 :])

    @property
    @abstractmethod
    def table(self) -> Any:
        """The widget that shows the rows."""

    @property
    @abstractmethod
    def filter_text(self) -> str:
        """The filter, as it was typed."""

    @abstractmethod
    def filter_by(self, text: str) -> str:
        """Show what fits; returns what is wrong with the filter, which leaves the table as it was."""

    @abstractmethod
    def label(self, purpose: str, text: str) -> None:
        """Take a text that was asked for under another name than `FILTER`."""

    @property
    def line(self) -> OneLine:
        """Where filters and labels are typed."""
        return self.query_one(OneLine)

    def refresh_status(self) -> None:
        """Draw the status line."""
        if self.seen and self.app.is_running:
            self.query_one(StatusLine).show(self.workbench.status(self.workbench.desk.dataset))

    def action_filter(self) -> None:
        """Let a filter be typed; the table follows at every key."""
        self._filter_before = self.filter_text
        self.line.ask(FILTER, "/", self.filter_text, self.filter_example)

    def action_all(self) -> None:
        """Drop the filter."""
        self.filter_by("")

    def action_page(self, side: int) -> None:
        """A screenful up (a negative `side`) or down."""
        self.table.page(side)

    def action_edge(self, side: int) -> None:
        """To the first row (a negative `side`) or to the last."""
        self.table.action_edge(side)

    def typed(self, text: str) -> None:
        """A key changed the line."""
        self.line.complain(self.filter_by(text) if self.line.purpose == FILTER else "")

    def entered(self, text: str) -> None:
        """The line is done."""
        if self.line.purpose != FILTER:
            self.label(self.line.purpose, text)
            return
        wrong = self.filter_by(text)
        self.line.complain(wrong)
        if not wrong:
            self.close_line()

    def left(self) -> None:
        """The line is left: the filter is as it was."""
        if self.line.purpose == FILTER:
            self.filter_by(self._filter_before)
        self.close_line()

    def close_line(self) -> None:
        """Hide the line; keys are keys again."""
        self.line.close()
        self.set_focus(self.table)
