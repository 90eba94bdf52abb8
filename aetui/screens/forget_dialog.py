"""The question before data of the user's own are forgotten."""

from __future__ import annotations

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Label

from aetui import keymap
from aetui.render.text import plain, plain_lines
from aetui.screens.dialogs import answer_button
from aetui.screens.modal import Modal


class ForgetDialog(Modal[bool]):
    """Forget it, or keep it: true if it is to be forgotten."""

    BINDINGS = keymap.bindings("forgetting")

    def __init__(self, name: str, what: str, overrides: Mapping[str, str]) -> None:
        """`what` becomes of what; `overrides` are the user's keys."""
        super().__init__()
        self.what = what
        self.set_name = name
        self.overrides = overrides

    def compose(self) -> ComposeResult:
        """What becomes of its files, and a button with its key for each answer; keeping it comes first."""
        with Vertical(classes="dialog") as box:
            box.border_title = Content(f"Forget {plain(self.set_name)}?")
            yield Label(Content(plain_lines(self.what)))
            with Horizontal(classes="buttons"):
                yield answer_button("keep_set", "keep", self.overrides, first=True)
                yield answer_button("forget_it", "forget", self.overrides)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer as the button says."""
        self.action_answer(event.button.id or "keep")

    def action_answer(self, answer: str) -> None:
        """Close with true for "forget"."""
        self.dismiss(answer == "forget")
