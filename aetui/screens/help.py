"""The help screen: a short page, and every key of the keymap."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from aetui import keymap
from aetui.widgets.scroller import Scroller
from assets import FOLDER

MUTED = "$text-muted"


class HelpScreen(ModalScreen[None]):
    """Scrolls; any of its closing keys leads back."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape,question_mark,q", "dismiss", "close")]

    def __init__(self, overrides: Mapping[str, str]) -> None:
        super().__init__()
        self.overrides = overrides

    def compose(self) -> ComposeResult:
        with Scroller(classes="dialog -wide") as box:
            box.border_title = "Help"
            box.border_subtitle = "esc closes"
            yield Static(page((FOLDER / "help.md").read_text("utf-8")))
            yield Static(key_table(self.overrides))


def page(markdown: str) -> Content:
    """Headings, paragraphs and `code`: all the Markdown that the help page uses."""
    blocks = [" ".join(block.splitlines()) for block in markdown.strip().split("\n\n")]
    return Content("\n\n").join(_line(block) for block in blocks)


def _line(line: str) -> Content:
    if line.startswith("#"):
        return Content.styled(line.lstrip("# "), "bold $primary")
    pieces = re.split(r"`([^`]+)`", line)
    return Content.assemble(
        *((piece, "bold $accent" if index % 2 else "$foreground") for index, piece in enumerate(pieces))
    )


def key_table(overrides: Mapping[str, str]) -> Content:
    """Every action by scope: its keys, its name and what it does."""
    lines: list[Content] = []
    for scope, title in keymap.SCOPES.items():
        lines += [Content(""), Content.styled(title, "bold $primary")]
        lines += [_key_line(action, overrides) for action in keymap.ACTIONS if action.scope == scope]
    return Content("\n").join(lines)


def _key_line(action: keymap.Action, overrides: Mapping[str, str]) -> Content:
    keys = keymap.keys(action, overrides)
    return Content.assemble((f"{keys:>8}  ", "bold $accent"), action.help, (f"  {action.id}", MUTED))
