"""What happened to the run, line by line, with every message in full."""

from __future__ import annotations

import time

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from aetui.panels.table import View
from aetui.render.text import plain_lines
from aetui.state.run_state import LogLine
from aetui.taking import of_words
from aetui.taking.taken import Taken
from aetui.widgets.scroller import Scroller

STYLES = {"info": "$foreground", "warning": "$warning", "error": "$error"}


class EventLog(Scroller):
    """The log panel; follows the newest line unless the user scrolled up."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: tuple[LogLine, ...] = ()

    def compose(self) -> ComposeResult:
        """One text for all lines; until there are any it says that there is no run."""
        yield Static("No run yet.", classes="quiet")

    def show(self, view: View) -> None:
        """Write the run's lines if they are other ones; go to the new end only if the old one was in sight."""
        lines = view.run.log if view.run else ()
        if lines is self._lines:
            return
        at_end = self.max_scroll_y - self.scroll_y < 1
        self._lines = lines
        text = self.query_one(Static)
        text.set_class(not lines, "quiet")
        text.update(Content("\n").join(map(_line, lines)) if lines else "No run yet.")
        if at_end:
            self.scroll_end(animate=False)

    def taken(self, view: View) -> Taken:
        """All lines."""
        return of_words.log(view.run.log if view.run else ())


def _line(line: LogLine) -> Content:
    clock = time.strftime("%H:%M:%S", time.localtime(line.at))
    return Content.assemble((f"{clock}  ", "$text-muted"), (plain_lines(line.text), STYLES[line.level]))
