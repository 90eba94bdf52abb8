"""The help screen: a short page, and every key of the keymap."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from aetui import keymap
from aetui.render.text import plain
from aetui.screens.modal import Modal
from aetui.widgets.scroller import Scroller
from assets import FOLDER

MUTED = "$text-muted"
INDENT = 10
"""Columns for the keys."""
WIDTH, FRAME = 100, 8
"""The most columns that the dialog takes, and what frame, padding and scrollbar take of them."""


class HelpScreen(Modal[None]):
    """Scrolls; any of its closing keys leads back."""

    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("dialogs"), keymap.closing("help")]

    def __init__(self, overrides: Mapping[str, str]) -> None:
        super().__init__()
        self.overrides = overrides

    def compose(self) -> ComposeResult:
        """The page of `assets/help.md`, and the table of keys, which `on_resize` fills in."""
        with Scroller(classes="dialog -wide") as box:
            box.border_title = "Help"
            box.border_subtitle = Content(f"{keymap.first_key(keymap.BY_ID['close'], self.overrides)} closes")
            yield Static(page((FOLDER / "help.md").read_text("utf-8")))
            yield Static(id="keys")

    def on_resize(self) -> None:
        """Lines that are too long go on under their text, so the table depends on the width."""
        width = min(WIDTH, int(0.9 * self.size.width)) - FRAME
        self.query_one("#keys", Static).update(key_table(self.overrides, width))


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


def key_table(overrides: Mapping[str, str], width: int) -> Content:
    """Every action by scope: its keys, what it does and its name, in lines of `width` cells."""
    lines: list[Content] = []
    for scope, title in keymap.SCOPES.items():
        lines += [Content(""), Content.styled(title, "bold $primary")]
        lines += [_key_line(action, overrides, width) for action in keymap.ACTIONS if action.scope == scope]
    return Content("\n").join(lines)


def _key_line(action: keymap.Action, overrides: Mapping[str, str], width: int) -> Content:
    keys, name = plain(keymap.keys(action, overrides)), f"[{action.id}]"
    first, *rest = textwrap.wrap(f"{action.help} {name}", max(20, width - INDENT), break_on_hyphens=False)
    text = f"\n{' ' * INDENT}".join([first, *rest]).removesuffix(name)
    return Content.assemble((f"{keys:>{INDENT - 2}}  ", "bold $accent"), text, (name, MUTED))
